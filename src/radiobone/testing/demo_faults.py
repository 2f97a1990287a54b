"""Cases of the demo cohort that cannot be extracted, each with the code of the error that is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.core.volume import Volume
from radiobone.io.write import write_volume
from radiobone.testing.demo_files import write_case
from radiobone.testing.demo_patients import LABELS, draw_patient, scan

Row = dict[str, Any]
ABSENT_LABEL = 29
SHIFT_MM = 25.0


def write_faulty_cases(folder: Path, seed: int) -> tuple[list[Row], dict[str, str]]:
    """Write one case of each kind in `FAULTS`.

    Parameters
    ----------
    folder : Path
        Of the cohort.
    seed : int
        Of the cohort.

    Returns
    -------
    rows : list of dict
        Rows for the manifest, patients ``F001``, ``F002`` …, each with its L1.
    faults : dict of str to str
        Case id (``F001/L1``) to the code of the error that is due.
    """
    rows, due = [], {}
    for number, (code, spoil) in enumerate(FAULTS, start=1):
        patient = draw_patient(number, seed, prefix="F")
        image, labels = scan(patient, seed)
        (row, *_) = write_case(folder, patient, image, labels)
        spoil(folder, row, labels)
        rows.append(row)
        due[f"{row['patient_id']}/{row['roi']}"] = code
    return rows, due


def _without_image(folder: Path, row: Row, labels: Volume) -> None:
    (folder / row["image"]).unlink()


def _with_empty_mask(folder: Path, row: Row, labels: Volume) -> None:
    write_volume(folder / row["mask"], labels.with_array(np.zeros_like(labels.array)))
    row["mask_label"] = ""


def _with_shifted_mask(folder: Path, row: Row, labels: Volume) -> None:
    x, y, z = labels.origin_mm
    write_volume(folder / row["mask"], replace(labels, origin_mm=(x, y, z + SHIFT_MM)))


def _with_absent_label(folder: Path, row: Row, labels: Volume) -> None:
    row["mask_label"] = str(ABSENT_LABEL)


def _with_one_voxel(folder: Path, row: Row, labels: Volume) -> None:
    speck = np.zeros_like(labels.array)
    speck[tuple(size // 2 for size in labels.shape)] = LABELS["L1"]
    write_volume(folder / row["mask"], labels.with_array(speck))


FAULTS: tuple[tuple[str, Callable[[Path, Row, Volume], None]], ...] = (
    ("FileMissing", _without_image),
    ("EmptyMask", _with_empty_mask),
    ("GeometryMismatch", _with_shifted_mask),
    ("LabelNotFound", _with_absent_label),
    ("RoiTooSmall", _with_one_voxel),
)
