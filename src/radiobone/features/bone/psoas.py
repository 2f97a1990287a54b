"""Psoas muscle at the level of L3: area, HU, and index by body height."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import EmptyMask, RegionCut
from radiobone.core.volume import Triple
from radiobone.features.bone.base import VoxelRange

DEFINITION = (
    "Area of both psoas muscles in the axial slice through the middle of the body of L3, in cm²; mean HU of the muscle there; and the area over "
    "the square of body height, in cm²/m². TotalSegmentator outlines the iliopsoas, which at L3 is the psoas."
)
SOURCE = "Psoas muscle index: Hamaguchi et al. 2016, Nutrition 32:1200–1205, PMID 27292773 (no DOI: it could not be looked up)"
UNITS = {"psoas_area_cm2": "cm²", "psoas_hu_mean": "HU", "psoas_index_cm2_m2": "cm²/m²"}
VOXELS = VoxelRange(5.0, 10.0, "A slice thicker than a third of L3 mixes levels at which the muscle differs.")


def psoas(
    hu: npt.NDArray[np.number],
    muscle: npt.NDArray[np.bool_],
    place: int,
    axis: int,
    spacing_mm: Triple,
    height_m: float | None = None,
) -> dict[str, float]:
    """Measure both muscles in one slice.

    Parameters
    ----------
    hu : ndarray, shape (n_z, n_y, n_x)
        Intensities.
    muscle : ndarray of bool, shape (n_z, n_y, n_x)
        Both muscles.
    place, axis : int
        Slice, and the axis (z, y, x = 0, 1, 2) that runs to the head.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    height_m : float, optional
        Body height; without it there is no index.

    Raises
    ------
    VoxelTooLarge
        If slices are too thick.
    EmptyMask
        If no muscle is in the slice.
    RegionCut
        If the border of the image cuts it there.
    """
    VOXELS.check((spacing_mm[axis],) * 3, "psoas")
    inside = np.moveaxis(muscle, axis, 0)[place]
    if not inside.any():
        raise EmptyMask("No psoas muscle is outlined in the slice through L3. Check the mask.")
    if inside[0].any() or inside[-1].any() or inside[:, 0].any() or inside[:, -1].any():
        raise RegionCut(
            "The border of the image cuts the psoas muscle at L3, so its area would be too small."
        )
    pixel_mm2 = float(np.prod(spacing_mm)) / spacing_mm[axis]
    area_cm2 = np.count_nonzero(inside) * pixel_mm2 / 100
    found = {
        "psoas_area_cm2": float(area_cm2),
        "psoas_hu_mean": float(np.moveaxis(hu, axis, 0)[place][inside].mean()),
    }
    if height_m is not None:
        found["psoas_index_cm2_m2"] = float(area_cm2 / height_m**2)
    return found
