"""Folders of images and masks, and a sheet of labels, become a manifest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from radiobone.core.files import write_csv
from radiobone.io.pairing import pair_folders


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


def pair(images: Path, masks: Path, labels: Path | None, output: Path) -> PairingOutcome:
    """Write the manifest, and tell what does not match.

    Raises
    ------
    FileMissing, EmptyTable
    """
    pairing = pair_folders(images, masks, labels, manifest=output)
    write_csv(output, pairing.table)
    lines = [f"{len(pairing.table)} pairs written to {output}.", *pairing.notes]
    return PairingOutcome(tuple(lines), pairing.complete)
