"""The work on single images: read, encode, keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiobone.core.entries import Entries
from radiobone.core.errors import BadSetting, DimensionMismatch, RadioboneError, UnexpectedError, WorkerDied
from radiobone.core.progress import Progress
from radiobone.core.warnings import SpacingAssumed, collected
from radiobone.features.onnx_encoder import EncoderInput, OnnxEncoder
from radiobone.imaging.crop import bounding_box
from radiobone.io.case import NO_PATH, Case, check_case_files
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask
from radiobone.workflow.modality import admitted
from radiobone.workflow.process_pool import DIED_TWICE


@dataclass(frozen=True)
class EmbedTask:
    """What is done with every image: by which network, from what input, of the whole image or the box of its mask."""

    encoder: Path
    settings: EncoderInput
    crop: bool
    store: Path


@dataclass(frozen=True)
class Embedded:
    """One image: its vector, or code and message of what went wrong."""

    case: Case
    vector: tuple[float, ...] = ()
    code: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()


def died(work: Sequence[tuple[Case, str | None]]) -> list[Embedded]:
    """Return what is told of images whose process the system ended."""
    return [Embedded(case, (), WorkerDied.code, DIED_TWICE) for case, _ in work]


def encode_images(
    work: Sequence[tuple[Case, str | None]], *, task: EmbedTask, tell: Progress
) -> list[Embedded]:
    """Encode some images; errors are recorded, never raised, so that the others go on."""
    if not work:
        return []
    network, entries, found = OnnxEncoder(task.encoder, task.settings), Entries(task.store), []
    for case, key in work:
        one = _one(case, network, task)
        if key and not one.code:
            entries.write(key, {"vector": list(one.vector), "warnings": list(one.warnings)})
        found.append(one)
        tell(case.case_id)
    return found


def _one(case: Case, network: OnnxEncoder, task: EmbedTask) -> Embedded:
    with collected() as told:
        try:
            vector = network.encode(_pixels(case, task.crop))
        except RadioboneError as error:
            return Embedded(case, (), error.code, case.shown_text(str(error)))
        except Exception as error:  # noqa: BLE001 - a defect in one image must not cost the cohort
            unexpected = UnexpectedError.of(error)
            return Embedded(case, (), unexpected.code, case.shown_text(str(unexpected)))
    warnings = tuple(
        f"{one.code}: {case.shown_text(str(one))}" for one in told if not isinstance(one, SpacingAssumed)
    )
    return Embedded(case, tuple(vector.tolist()), warnings=warnings)


def _pixels(case: Case, crop: bool) -> Any:
    """Read an image, or the box of its mask, shape (n_rows, n_columns)."""
    check_case_files(case, ("image", "mask") if crop else ("image",))
    volume = admitted(read_image(case.image), case.image.name, None)
    if not volume.is_2d and len(volume.array) != 1:
        raise DimensionMismatch(
            f"{case.image.name} is a volume of shape {volume.shape} (z, y, x), and the network takes single images. Save the slice or "
            "projection that it was trained on."
        )
    if not crop:
        return volume.array[0]
    if case.mask == NO_PATH:
        raise BadSetting("The manifest names no mask to crop to. Fill in the cell, or leave --crop out.")
    region = open_mask(case.mask, volume).region(roi=case.roi or None, label=case.label)
    return volume.array[bounding_box(region.array != 0).slices][0]
