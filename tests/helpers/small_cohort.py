"""A small cohort of files, one fault each where asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import SimpleITK as sitk

SHAPE = (14, 18, 16)
QUICK = {"imageType": {"Original": {}}, "setting": {"binWidth": 25}}


def write_image(
    path: Path, array: npt.NDArray[np.generic], spacing_mm: tuple[float, float, float] = (1, 1, 2)
) -> None:
    """Write a (z, y, x) array; spacing is (x, y, z) as ITK has it."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(spacing_mm)
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(image, str(path))


def bone(seed: int) -> npt.NDArray[np.int16]:
    """Noise round 300 HU."""
    return np.random.default_rng(seed).normal(300, 60, SHAPE).astype(np.int16)


def two_labels(shape: int = 0) -> npt.NDArray[np.uint8]:
    """Two boxes, labels 1 and 2; another number gives another shape."""
    mask = np.zeros(SHAPE, np.uint8)
    n_y, n_x = 13 - shape % 4, 12 - shape // 4 % 3
    mask[3:7, 4:n_y, 4:n_x] = 1
    mask[8:12, 4:n_y, 4:n_x] = 2
    mask[3, 4, 4] = 0 if shape % 5 else 1
    return mask


class SmallCohort:
    """Images, masks and a manifest in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[Mapping[str, object]] = []

    def add(self, name: str, *, roi: str = "", label: int | str = 1, shape: int = 0, **extra: object) -> None:
        """Add a row for a patient, with files if there are none yet."""
        image, mask = Path("images") / f"{name}.nii.gz", Path("masks") / f"{name}.nii.gz"
        if not (self.folder / image).exists():
            write_image(self.folder / image, bone(len(self.rows)))
            write_image(self.folder / mask, two_labels(shape))
        row = {
            "patient_id": name,
            "image": str(image),
            "mask": str(mask),
            "mask_label": label,
            "roi": roi,
            **extra,
        }
        self.rows.append(row)

    @property
    def manifest(self) -> Path:
        """Write and return the manifest."""
        path = self.folder / "manifest.csv"
        pd.DataFrame(self.rows).to_csv(path, index=False)
        return path
