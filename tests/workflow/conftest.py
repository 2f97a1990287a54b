"""A small cohort of files, one fault each where asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from small_cohort import SHAPE, SmallCohort, two_labels, write_image


@pytest.fixture
def cohort(tmp_path: Path) -> SmallCohort:
    """Return an empty cohort."""
    folder = tmp_path / "cohort"
    folder.mkdir()
    return SmallCohort(folder)


@pytest.fixture
def three_patients(cohort: SmallCohort) -> SmallCohort:
    """Three patients with two regions each."""
    for name in ("p1", "p2", "p3"):
        cohort.add(name, roi="L1", label=1, osteoporosis="yes" if name == "p2" else "no")
        cohort.add(name, roi="L2", label=2, osteoporosis="yes" if name == "p2" else "no")
    return cohort


@pytest.fixture
def faults() -> dict[str, Callable[[SmallCohort, str], None]]:
    """Return, by error code, what makes a case of the cohort fail."""

    def missing(cohort: SmallCohort, name: str) -> None:
        (cohort.folder / "images" / f"{name}.nii.gz").unlink()

    def unreadable(cohort: SmallCohort, name: str) -> None:
        path = cohort.folder / "images" / f"{name}.nii.gz"
        path.write_bytes(path.read_bytes()[:200])

    def mismatch(cohort: SmallCohort, name: str) -> None:
        write_image(cohort.folder / "masks" / f"{name}.nii.gz", two_labels(), (1, 1, 3))

    def empty(cohort: SmallCohort, name: str) -> None:
        write_image(cohort.folder / "masks" / f"{name}.nii.gz", np.zeros(SHAPE, np.uint8))

    def absent(cohort: SmallCohort, name: str) -> None:
        mask = two_labels()
        mask[mask == 1] = 3
        write_image(cohort.folder / "masks" / f"{name}.nii.gz", mask)

    def one_voxel(cohort: SmallCohort, name: str) -> None:
        mask = np.zeros(SHAPE, np.uint8)
        mask[5, 5, 5] = 1
        write_image(cohort.folder / "masks" / f"{name}.nii.gz", mask)

    def named_by_a_word(cohort: SmallCohort, name: str) -> None:
        cohort.rows[:] = [
            {**row, "mask_label": "vertebrae_L1"} if row["patient_id"] == name else row for row in cohort.rows
        ]

    return {
        "FileMissing": missing,
        "UnreadableImage": unreadable,
        "GeometryMismatch": mismatch,
        "EmptyMask": empty,
        "LabelNotFound": absent,
        "RoiTooSmall": one_voxel,
        "NotNumeric": named_by_a_word,
    }
