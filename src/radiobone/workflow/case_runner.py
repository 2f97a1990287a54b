"""One image and its regions: read, check, measure, picture. Runs inside a worker."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any, Literal
from warnings import warn

from radiobone.core.errors import BadSetting, EmptyMask, LabelNotFound, RadioboneError, UnexpectedError
from radiobone.core.volume import Volume
from radiobone.core.warnings import DisconnectedRoi, RadioboneWarning, RoiTouchesBorder, collected
from radiobone.features.engine import extract_features
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.pictures import picture_facts, three_planes
from radiobone.io.images import read_image
from radiobone.io.manifest import Case, check_case_files
from radiobone.io.masks import Mask, open_mask

Status = Literal["done", "failed", "empty", "ready"]
DICOM_MODALITIES = {
    "ct": {"CT"},
    "mr": {"MR"},
    "xr": {"CR", "DX", "RG", "XA", "RF", "MG", "IO", "PX"},
    "dxa": {"DX", "CR", "RG", "OT", "BMD", "BDUS"},
}
DICOM_MODALITY_OF = {"ct": "CT", "mr": "MR", "xr": "DX", "dxa": "DX"}
PATTERN_CHARACTERS = "*?["


@dataclass(frozen=True)
class Outcome:
    """What became of one region.

    Attributes
    ----------
    case : Case
        With the region's own name where the manifest gave a pattern.
    status : {"done", "failed", "empty", "ready"}
        ``empty`` is a structure that a pattern matched and that holds no voxel; ``ready`` one that a
        dry run has read and found in order.
    code, message : str
        Of the error; empty if there was none.
    warnings : tuple of str
        Each as ``Code: message``.
    features : dict of float
        By pyradiomics' names.
    facts : dict
        What the contact sheet says of the region.
    picture : ndarray of uint8, shape (height, width, 3), or None
    """

    case: Case
    status: Status
    code: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()
    features: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    picture: Any = None


def run_image(
    cases: Sequence[Case], settings: ExtractionSettings | None, modality: str | None
) -> list[list[Outcome]]:
    """Measure every region asked of one image, which is decoded once.

    Parameters
    ----------
    cases : sequence of Case
        All of one image.
    settings : ExtractionSettings or None
        None reads, checks and pictures without measuring.
    modality : str or None
        What the user declared; a DICOM header that says otherwise is an error.

    Returns
    -------
    list of list of Outcome
        For each case at least one, more where it names its regions by a pattern. Errors are
        recorded, never raised, so that the rest of the cohort goes on.
    """
    image: Volume | None = None
    outcomes: list[list[Outcome]] = []
    for case in cases:
        found: list[Outcome]
        with collected() as warnings:
            try:
                check_case_files(case)
                if image is None:
                    image = _read(case, modality)
                found = _measure(case, open_mask(case.mask, image), image, settings)
            except RadioboneError as error:
                found = [_failed(case, error)]
            except Exception as error:  # noqa: BLE001 - a defect in one case must not cost the cohort
                found = [_failed(case, _unexpected(error))]
        shared = _as_text(warnings)
        outcomes.append([replace(one, warnings=shared + one.warnings) for one in found])
    return outcomes


def is_pattern(roi: str) -> bool:
    """Tell whether a region's name stands for several, such as ``vertebrae_*``."""
    return any(character in roi for character in PATTERN_CHARACTERS)


def _read(case: Case, modality: str | None) -> Volume:
    """Read the image; what the user declared stands in where the file (NIfTI, NRRD) names no modality."""
    image = read_image(case.image)
    if modality is None:
        return image
    if image.modality is None:
        return replace(image, modality=DICOM_MODALITY_OF[modality])
    if image.modality not in DICOM_MODALITIES[modality]:
        raise BadSetting(
            f"{case.image.name} says that it is {image.modality}, and the settings are for '{modality}'. "
            "Intensities would be treated as what they are not. Give the right --modality, or leave the image out."
        )
    return image


def _measure(case: Case, mask: Mask, image: Volume, settings: ExtractionSettings | None) -> list[Outcome]:
    if not is_pattern(case.roi):
        return [_measure_one(case, mask, image, settings)]
    if case.label is not None:
        raise BadSetting(
            f"{case.case_id}: '{case.roi}' stands for several structures, and mask_label {case.label} for one. "
            "Leave one of the two empty."
        )
    names = [name for name in mask.structures() if fnmatchcase(name, case.roi)]
    if not names:
        raise LabelNotFound(
            f"No structure of {case.mask.name} matches '{case.roi}'. It has: {', '.join(mask.structures()[:12])}."
        )
    return [_measure_matched(replace(case, roi=name), mask, image, settings) for name in names]


def _measure_matched(case: Case, mask: Mask, image: Volume, settings: ExtractionSettings | None) -> Outcome:
    """Measure one structure that a pattern matched: its faults are its own."""
    try:
        return _measure_one(case, mask, image, settings)
    except EmptyMask:
        return Outcome(
            case, "empty", EmptyMask.code, "The structure is listed and holds no voxel; nothing to measure."
        )
    except RadioboneError as error:
        return _failed(case, error)
    except Exception as error:  # noqa: BLE001 - as above
        return _failed(case, _unexpected(error))


def _measure_one(case: Case, mask: Mask, image: Volume, settings: ExtractionSettings | None) -> Outcome:
    with collected() as warnings:
        region = mask.region(roi=case.roi or None, label=case.label)
        facts = picture_facts(image, region)
        _warn_of_shape(facts)
        features = extract_features(image, region, settings) if settings else {}
        picture = three_planes(image, region)
    return Outcome(
        case, "done" if settings else "ready", "", "", _as_text(warnings), features, facts, picture
    )


def _warn_of_shape(facts: dict[str, Any]) -> None:
    if facts["touches_border"]:
        warn(
            "The region touches the image border: a part of the bone may be missing.",
            RoiTouchesBorder,
            stacklevel=2,
        )
    if facts["n_components"] > 1:
        warn(
            f"The region is in {facts['n_components']} pieces. Look at its picture: stray voxels change shape features.",
            DisconnectedRoi,
            stacklevel=2,
        )


def _as_text(warnings: Sequence[RadioboneWarning]) -> tuple[str, ...]:
    return tuple(f"{warning.code}: {warning}" for warning in warnings)


def _failed(case: Case, error: RadioboneError) -> Outcome:
    here = f"{case.root}{os.sep}"  # paths in messages begin at the manifest's root, as in the manifest
    return Outcome(case, "failed", error.code, str(error).replace(here, ""))


def _unexpected(error: Exception) -> UnexpectedError:
    return UnexpectedError(
        f"{type(error).__name__}: {error}. This is a defect of radiobone, not of your data; please report it."
    )
