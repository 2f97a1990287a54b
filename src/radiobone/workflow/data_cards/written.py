"""The files that a check leaves: manifest, all images, pairs of copies, deviations, masks of whole images."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from radiobone.core.files import replacing, write_csv
from radiobone.io.downloads.found import Deviation, FoundImage
from radiobone.io.roots import common_folder
from radiobone.workflow.data_cards.gate import Gate

GROUP_COLUMN = "copy_group"
SET_ASIDE = "set aside"
COPY_COLUMNS = [
    *("first", "second", "kind", "turn", "correlation"),
    *("first_label", "second_label", "two_labels", "sheet"),
]


def root_of(folder: Path, images: Sequence[FoundImage]) -> Path:
    """Return the folder that the manifest's paths begin at: its own, where all files lie below it."""
    files = [path for one in images for path in (one.image, one.mask) if path is not None]
    below = all(path.resolve().is_relative_to(folder.resolve()) for path in files)
    if below:
        return folder.resolve()
    folders = [folder.resolve(), *(path.resolve().parent for path in files)]
    return common_folder(folders) or Path(folder.resolve().anchor)


def group_names(gate: Gate) -> list[str]:
    """Name the group of each image; images without copies have one of their own."""
    order = {group: number for number, group in enumerate(dict.fromkeys(gate.groups.tolist()), start=1)}
    return [f"group_{order[group]:05d}" for group in gate.groups.tolist()]


def manifest_table(
    images: Sequence[FoundImage], gate: Gate, aside: set[int], folder: Path, root: Path, target: str
) -> pd.DataFrame:
    """Return a row per image that can be read and was not set aside; whole images get a mask of their size.

    Raises
    ------
    OutputNotWritable, DiskFull
        If a mask cannot be written.
    """
    names, rows = group_names(gate), []
    for place, (image, looked) in enumerate(zip(images, gate.looked, strict=True)):
        if looked.code or place in aside:
            continue
        mask = image.mask or _whole_mask(looked.shape, folder / "masks")
        row: dict[str, str | None] = {
            "patient_id": image.patient_id,
            "image": _relative(image.image, root),
            "mask": _relative(mask, root),
            "roi": image.roi,
            target: image.label or image.extra.get(target) or "",
            GROUP_COLUMN: names[place],
        }
        rows.append(row | {key: value for key, value in image.extra.items() if key not in row})
    table = pd.DataFrame(rows, dtype=object)
    empty = [name for name in ("roi", target) if len(table) and (table[name] == "").all()]
    return table.drop(columns=empty)


def _relative(path: Path, root: Path) -> str:
    return Path(os.path.relpath(path.resolve(), root)).as_posix()


def _whole_mask(shape: tuple[int, ...], folder: Path) -> Path:
    """Write a mask of ones for images of this size, once."""
    height, width = shape[-2:]
    path = folder / f"whole_{height}x{width}.png"
    if not path.exists():
        with replacing(path) as target:
            Image.fromarray(np.ones((height, width), dtype=np.uint8)).save(target, format="PNG")
    return path


def image_table(images: Sequence[FoundImage], gate: Gate, aside: set[int], root: Path) -> pd.DataFrame:
    """Return a row per image that was found, with what became of it."""
    names = group_names(gate)
    return pd.DataFrame(
        [
            {
                "patient_id": image.patient_id,
                "image": _relative(image.image, root),
                "label": image.label,
                "status": "failed" if looked.code else SET_ASIDE if place in aside else "read",
                "code": looked.code or ("ConflictingLabel" if place in aside else ""),
                "message": looked.message,
                "warnings": " | ".join(looked.warnings),
                "height": looked.shape[-2] if looked.shape else None,
                "width": looked.shape[-1] if looked.shape else None,
                "pixels_sha256": looked.digest,
                GROUP_COLUMN: names[place],
            }
            for place, (image, looked) in enumerate(zip(images, gate.looked, strict=True))
        ]
    )


def copy_table(images: Sequence[FoundImage], gate: Gate, root: Path) -> pd.DataFrame:
    """Return a row per pair of copies."""
    sheet = {place: number for number, one in enumerate(gate.copy_groups, start=1) for place in one}
    conflicts = set(gate.conflicts)
    return pd.DataFrame(
        [
            {
                "first": _relative(images[pair.first].image, root),
                "second": _relative(images[pair.second].image, root),
                "kind": pair.kind,
                "turn": pair.turn,
                "correlation": pair.correlation,
                "first_label": images[pair.first].label,
                "second_label": images[pair.second].label,
                "two_labels": "yes" if pair in conflicts else "no",
                "sheet": f"group_{sheet[pair.first]:03d}",
            }
            for pair in gate.pairs
        ],
        columns=COPY_COLUMNS,
    )


def write_deviations(path: Path, deviations: Sequence[Deviation]) -> None:
    """Write a row per deviation.

    Raises
    ------
    OutputNotWritable, DiskFull
    """
    rows = [(one.code, one.where, one.message) for one in deviations]
    write_csv(path, pd.DataFrame(rows, columns=["code", "where", "message"]))
