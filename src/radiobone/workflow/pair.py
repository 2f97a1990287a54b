"""Folders of images and masks, and a sheet of labels, become a manifest."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from radiobone.core.files import write_csv
from radiobone.core.outputs import prepare_file
from radiobone.io.pairing import pair_folders

SHOWN = 8


@dataclass(frozen=True)
class PairingOutcome:
    """What was paired.

    Attributes
    ----------
    lines : tuple of str
        To show to a person.
    complete : bool
        Everything found its partner.
    """

    lines: tuple[str, ...]
    complete: bool


def pair(
    images: Path,
    masks: Path,
    labels: Path | None,
    output: Path,
    roi: str | None = None,
    *,
    overwrite: bool = False,
) -> PairingOutcome:
    """Write the manifest, and tell what does not match; one that is there stays unless ``overwrite`` is said.

    Raises
    ------
    FileMissing, EmptyTable, MissingColumn, OutputNotWritable, DiskFull
    """
    prepare_file(output, example="manifest.csv", suffix=".csv", inputs=[labels], overwrite=overwrite)
    pairing = pair_folders(images, masks, labels, folder=output.resolve().parent, roi=roi)
    write_csv(output, pairing.table)
    lines = [f"{len(pairing.table)} pairs of image and mask written to {output}.", *pairing.notes]
    lines += _listed("images have no mask", [str(path) for path in pairing.unmatched_images])
    lines += _listed("masks have no image", [str(path) for path in pairing.unmatched_masks])
    lines += _listed("rows of the sheet have no image", pairing.unmatched_rows)
    lines += [f"In doubt, and left out: {reason}" for reason in pairing.ambiguous]
    lines.append(f"Next: {_next_command(output, pairing.root)}")
    return PairingOutcome(tuple(lines), pairing.is_complete)


def _next_command(output: Path, root: Path) -> str:
    """Return what to type to measure the manifest's regions; the root only where it is not the manifest's folder."""
    where = [] if output.resolve().parent == root else ["--root", str(root)]
    return shlex.join(["radiobone", "extract", str(output), *where, "-o", "features"])


def _listed(what: str, names: Sequence[str]) -> list[str]:
    shown = ", ".join(names[:SHOWN]) + (f", … and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    return [f"{len(names)} {what}: {shown}"] if names else []
