"""Small pictures of a region drawn over its image, in three planes, the way a radiologist reads them.

Head up; the patient's right on the left of axial and coronal planes, the patient's front on the left of
the sagittal one, marked R and A. The planes are the image's own, named after the patient axis that each is
nearest to, so an oblique scan is shown as it was acquired and nothing is smeared by reslicing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from radiobone.core.volume import Volume
from radiobone.imaging.crop import bounding_box
from radiobone.imaging.planes import (
    PLANES,
    RADIOGRAPH,
    BoolArray,
    Picture,
    checked_region,
    cut,
    draw_bar,
    draw_mark,
    scene_of,
)

BONE_WINDOW = (400.0, 1800.0)
"""Level and width in HU: from -500 (fat and muscle are grey, air is black) to 1300 (dense cortex is white)."""

PERCENTILES = (0.5, 99.5)
CONTOUR_RGB = (255, 149, 0)  # orange: told from grey, white and black by every kind of colour vision
OUTSIDE_RGB = (38, 44, 60)  # beyond the image; air is black
GAP_PX = 4


def three_planes(
    image: Volume,
    mask: Volume,
    *,
    window: tuple[float, float] | None = None,
    height_px: int = 160,
) -> Picture:
    """Draw a region's contour over its image: axial, coronal and sagittal, side by side.

    Each plane cuts the region through its middle, or where its cross-section is large if it is small there
    (less than `LARGE_SHARE` of the largest). It is a square around the region with isotropic pixels and
    carries a scale bar (its length in mm is one of `BARS_MM`) unless the size of a pixel is not
    known. A radiograph has one plane, as it is stored.

    Parameters
    ----------
    image : Volume
        Grey values.
    mask : Volume
        The region as 0 and 1 (or bool), on the image's grid.
    window : tuple of float, optional
        Level and width of the grey scale, in the image's unit. By default `BONE_WINDOW` for an image of
        modality CT and otherwise the range of the middle 99 % of what is shown.
    height_px : int
        Height of the picture, and the width of each plane.

    Returns
    -------
    ndarray of uint8, shape (height_px, 3 * height_px + 2 * GAP_PX, 3)
        RGB; of a radiograph, shape (height_px, height_px, 3).

    Raises
    ------
    EmptyMask
        If the region has no voxel.
    DimensionMismatch
        If image and mask differ in shape.
    """
    scene = scene_of(image, mask)
    planes = (RADIOGRAPH,) if image.is_2d else PLANES
    cuts = [cut(scene, plane, height_px) for plane in planes]
    low, high = _grey_range(image, [grey for grey, _, _ in cuts], window)
    gap = np.full((height_px, GAP_PX, 3), 255, dtype=np.uint8)
    panels: list[Picture] = []
    for plane, (grey, region, pitch_mm) in zip(planes, cuts, strict=True):
        panel = _painted(grey, region, low, high)
        if not image.spacing_assumed:
            draw_bar(panel, pitch_mm)
        draw_mark(panel, plane.left_mark)
        panels += [gap, panel]
    return np.concatenate(panels[1:], axis=1)


def contact_sheet(pictures: Sequence[Picture], per_row: int) -> Picture:
    """Put pictures of one size side by side, row below row, on white.

    Parameters
    ----------
    pictures : sequence of ndarray of uint8, shape (height, width, 3)
        At least one.
    per_row : int
        Pictures in a row.
    """
    height, width, _ = pictures[0].shape
    n_columns, n_rows = min(per_row, len(pictures)), math.ceil(len(pictures) / per_row)
    size = n_rows * (height + GAP_PX) - GAP_PX, n_columns * (width + GAP_PX) - GAP_PX
    sheet = np.full((*size, 3), 255, dtype=np.uint8)
    for number, picture in enumerate(pictures):
        top, left = (height + GAP_PX) * (number // per_row), (width + GAP_PX) * (number % per_row)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def picture_facts(image: Volume, mask: Volume) -> dict[str, Any]:
    """Tell of a region what a reader of its picture wants to know.

    Parameters
    ----------
    image : Volume
        Grey values.
    mask : Volume
        The region as 0 and 1 (or bool), on the image's grid.

    Returns
    -------
    dict
        ``n_voxels`` (int), ``volume_mm3`` (float), ``box_mm`` (list of float, z y x: edges of the box round the region), ``is_2d`` (bool), ``area_mm2`` (float; None of a volume), ``spacing_assumed`` (bool: sizes are in pixels), ``mean`` (float, in the image's unit; None if a voxel of
        the region is not finite), ``touches_border`` (bool: the region reaches an edge of the image, an axis
        of one voxel apart) and ``n_components`` (int: pieces, voxels that share a corner being one piece).

    Raises
    ------
    EmptyMask
        If the region has no voxel.
    DimensionMismatch
        If image and mask differ in shape.
    """
    region = checked_region(image, mask)
    around = bounding_box(region)
    box = around.slices
    inside = region[box]
    with np.errstate(invalid="ignore", over="ignore"):  # of infinite values, which the measurement refuses
        mean = float(np.mean(image.array[box][inside], dtype=np.float64))
    touches = any(
        size > 1 and (part.start == 0 or part.stop == size)
        for part, size in zip(box, region.shape, strict=True)
    )
    n_voxels = int(np.count_nonzero(inside))
    _, n_components = ndimage.label(inside, structure=np.ones((3, 3, 3)))
    return {
        "n_voxels": n_voxels,
        "volume_mm3": n_voxels * image.voxel_volume_mm3,
        "box_mm": [float(n * edge) for n, edge in zip(around.shape, image.spacing_mm, strict=True)],
        "is_2d": image.is_2d,
        "spacing_assumed": image.spacing_assumed,
        "area_mm2": n_voxels * image.spacing_mm[1] * image.spacing_mm[2] if image.is_2d else None,
        "mean": mean if math.isfinite(mean) else None,
        "touches_border": touches,
        "n_components": int(n_components),
    }


def _grey_range(
    image: Volume, greys: list[npt.NDArray[np.float64]], window: tuple[float, float] | None
) -> tuple[float, float]:
    if window is None and image.modality == "CT":
        window = BONE_WINDOW
    if window is not None:
        level, width = window
        return level - width / 2, level + width / 2
    shown = np.concatenate([grey[np.isfinite(grey)] for grey in greys])
    low, high = np.percentile(shown, PERCENTILES)
    return float(low), float(high)


def _painted(grey: npt.NDArray[np.float64], region: BoolArray, low: float, high: float) -> Picture:
    scaled = np.clip((grey - low) / max(high - low, np.finfo(float).tiny), 0, 1) * 255
    beyond = np.isnan(grey)
    levels = np.where(beyond, 0, scaled).round().astype(np.uint8)
    panel = np.repeat(levels[..., np.newaxis], 3, axis=2)
    panel[beyond] = OUTSIDE_RGB
    around = ndimage.binary_dilation(region, iterations=1 if len(grey) < 240 else 2)
    panel[around & ~region] = CONTOUR_RGB  # just outside: every pixel of the region stays to be seen
    return panel
