"""One draw: image, mask and settings, the same for the same seed and number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from drawing.grids import Grid, draw_grid
from drawing.images import draw_image
from drawing.masks import draw_mask
from drawing.parameters import draw_parameters


@dataclass(frozen=True, eq=False)
class Draw:
    """What both programs get.

    Attributes
    ----------
    image, mask : SimpleITK.Image
    label : int
        The value in the mask.
    parameters : dict
        The content of a pyradiomics parameter file.
    described : str
        Image, grid and mask in a few words.
    """

    image: sitk.Image
    mask: sitk.Image
    label: int
    parameters: dict[str, Any]
    described: str

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write image and mask, and return where."""
        image, mask = folder / "image.nrrd", folder / "mask.nrrd"
        sitk.WriteImage(self.image, str(image), useCompression=True)
        sitk.WriteImage(self.mask, str(mask), useCompression=True)
        return image, mask


def draw_case(seed: int, number: int) -> Draw:
    """Draw the case of this number; no other number changes it."""
    rng = np.random.default_rng([seed, number])
    grid = draw_grid(rng)
    image_kind, image = draw_image(rng, grid.shape)
    mask_kind, mask, label = draw_mask(rng, grid.shape)
    parameters = draw_parameters(rng, grid, image, mask == label)
    described = f"{grid.kind}, {image_kind}; {mask_kind}"
    return Draw(_itk(image, grid), _itk(mask, grid), label, parameters, described)


def _itk(array: np.ndarray, grid: Grid) -> sitk.Image:
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(grid.spacing_mm)
    image.SetOrigin(grid.origin_mm)
    image.SetDirection(grid.direction)
    return image
