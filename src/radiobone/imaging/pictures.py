"""Small pictures of a region drawn over its image, in three planes, the way a radiologist reads them.

Head up; the patient's right on the left of axial and coronal planes, the patient's front on the left of
the sagittal one, marked R and A. The planes are the image's own, named after the patient axis that each is
nearest to, so an oblique scan is shown as it was acquired and nothing is smeared by reslicing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from radiobone.core.errors import DimensionMismatch, EmptyMask
from radiobone.core.volume import Triple, Volume

BoolArray = npt.NDArray[np.bool_]
Picture = npt.NDArray[np.uint8]

BONE_WINDOW = (400.0, 1800.0)
"""Level and width in HU: from -500 (fat and muscle are grey, air is black) to 1300 (dense cortex is white)."""

PERCENTILES = (0.5, 99.5)
CONTOUR_RGB = (255, 149, 0)  # orange: told from grey, white and black by every kind of colour vision
OUTSIDE_RGB = (38, 44, 60)  # beyond the image; air is black
INK_RGB = (235, 235, 235)
GAP_PX = 4
LARGE_SHARE = 0.8
MARGIN_SHARE, MARGIN_MM = 0.18, 8.0
BARS_MM = (100.0, 50.0, 10.0, 5.0, 1.0)
GLYPHS = {
    "R": ("####.", "#...#", "#...#", "####.", "#.#..", "#..#.", "#...#"),
    "A": (".###.", "#...#", "#...#", "#####", "#...#", "#...#", "#...#"),
}


@dataclass(frozen=True)
class _Plane:
    """Which array axes of a volume along (superior, posterior, left) become slice, row and column."""

    through: int
    row: int
    column: int
    head_up: bool
    left_mark: str


PLANES = (
    _Plane(through=0, row=1, column=2, head_up=False, left_mark="R"),  # axial
    _Plane(through=1, row=0, column=2, head_up=True, left_mark="R"),  # coronal
    _Plane(through=2, row=0, column=1, head_up=True, left_mark="A"),  # sagittal
)
RADIOGRAPH = _Plane(through=0, row=1, column=2, head_up=False, left_mark="")


@dataclass(frozen=True, eq=False)
class _Scene:
    """An image and a region with the array axes along the patient's (superior, posterior, left)."""

    image: npt.NDArray[Any]
    region: BoolArray
    spacing_mm: Triple
    box: tuple[slice, ...]


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
    scene = _scene(image, mask)
    planes = (RADIOGRAPH,) if image.is_2d else PLANES
    cuts = [_cut(scene, plane, height_px) for plane in planes]
    low, high = _grey_range(image, [grey for grey, _, _ in cuts], window)
    gap = np.full((height_px, GAP_PX, 3), 255, dtype=np.uint8)
    panels: list[Picture] = []
    for plane, (grey, region, pitch_mm) in zip(planes, cuts, strict=True):
        panel = _painted(grey, region, low, high)
        if not image.spacing_assumed:
            _draw_bar(panel, pitch_mm)
        _draw_mark(panel, plane.left_mark)
        panels += [gap, panel]
    return np.concatenate(panels[1:], axis=1)


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
        ``n_voxels`` (int), ``volume_mm3`` (float), ``is_2d`` (bool), ``area_mm2`` (float; None of a volume), ``spacing_assumed`` (bool: sizes are in pixels), ``mean`` (float, in the image's unit; None if a voxel of
        the region is not finite), ``touches_border`` (bool: the region reaches an edge of the image, an axis
        of one voxel apart) and ``n_components`` (int: pieces, voxels that share a corner being one piece).

    Raises
    ------
    EmptyMask
        If the region has no voxel.
    DimensionMismatch
        If image and mask differ in shape.
    """
    region = _checked_region(image, mask)
    box = _bounding_box(region)
    inside = region[box]
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
        "is_2d": image.is_2d,
        "spacing_assumed": image.spacing_assumed,
        "area_mm2": n_voxels * image.spacing_mm[1] * image.spacing_mm[2] if image.is_2d else None,
        "mean": mean if math.isfinite(mean) else None,
        "touches_border": touches,
        "n_components": int(n_components),
    }


def _checked_region(image: Volume, mask: Volume) -> BoolArray:
    if image.shape != mask.shape:
        raise DimensionMismatch(
            f"The image has {image.shape} voxels (z, y, x) and the mask {mask.shape}, so the region cannot be "
            "drawn where it lies. Resample the mask onto the image's grid."
        )
    region = np.asarray(mask.array != 0)
    if not region.any():
        raise EmptyMask("No voxel is in the region, so there is nothing to draw. Check mask and label.")
    return region


def _scene(image: Volume, mask: Volume) -> _Scene:
    region = _checked_region(image, mask)
    if image.is_2d:
        return _Scene(image.array, region, image.spacing_mm, _bounding_box(region))
    order, flips = _patient_axes(image.direction)
    turned = region.transpose(order)[flips]
    spacing_z, spacing_y, spacing_x = (image.spacing_mm[axis] for axis in order)
    return _Scene(
        image=image.array.transpose(order)[flips],
        region=turned,
        spacing_mm=(spacing_z, spacing_y, spacing_x),
        box=_bounding_box(turned),
    )


def _patient_axes(direction: tuple[float, ...]) -> tuple[tuple[int, ...], tuple[slice, ...]]:
    """Order and flips that turn array axes into the nearest of (superior, posterior, left)."""
    cosines = np.asarray(direction, dtype=float).reshape(
        3, 3
    )  # rows: patient x, y, z; columns: image x, y, z
    _, image_axis = linear_sum_assignment(-np.abs(cosines))
    order, flips = [], []
    for patient_axis in (2, 1, 0):
        axis = int(image_axis[patient_axis])
        order.append(2 - axis)
        flips.append(slice(None, None, -1 if cosines[patient_axis, axis] < 0 else 1))
    return tuple(order), tuple(flips)


def _bounding_box(region: BoolArray) -> tuple[slice, ...]:
    box = []
    for axis in range(3):
        others = tuple(other for other in range(3) if other != axis)
        (filled,) = np.nonzero(region.any(axis=others))
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
    return tuple(box)


def _cut(scene: _Scene, plane: _Plane, size_px: int) -> tuple[npt.NDArray[np.float64], BoolArray, float]:
    """Sample one plane on square pixels: grey values (NaN beyond the image), region, pitch in mm."""
    index = _telling_slice(scene, plane.through)
    pitch_mm = _side_mm(scene, plane) / size_px
    rows = _positions(scene, plane.row, size_px, pitch_mm)
    columns = _positions(scene, plane.column, size_px, pitch_mm)
    if plane.head_up:
        rows = rows[::-1]
    grid = np.stack(np.meshgrid(rows, columns, indexing="ij"))
    steps = [max(pitch_mm / scene.spacing_mm[axis], 1.0) for axis in (plane.row, plane.column)]
    grey = np.take(scene.image, index, axis=plane.through).astype(float)
    region = np.take(scene.region, index, axis=plane.through)
    return _sampled(grey, grid, steps), _sampled_region(region, grid, steps), pitch_mm


def _telling_slice(scene: _Scene, axis: int) -> int:
    """Slice nearest to the region's centre of mass among those that show nearly the largest cross-section.

    The largest alone is often an end: of a vertebra the end plate, which is all cortex.
    """
    inside = scene.region[scene.box]
    counts = inside.sum(axis=tuple(other for other in range(3) if other != axis))
    (large,) = np.nonzero(counts >= LARGE_SHARE * counts.max())
    centre = counts @ np.arange(len(counts)) / counts.sum()
    return int(scene.box[axis].start) + int(large[np.argmin(np.abs(large - centre))])


def _side_mm(scene: _Scene, plane: _Plane) -> float:
    """Side of the square that holds the region and a margin, no larger than the image itself."""
    axes = (plane.row, plane.column)
    extent_mm = max((scene.box[axis].stop - scene.box[axis].start) * scene.spacing_mm[axis] for axis in axes)
    wanted_mm = extent_mm + 2 * max(MARGIN_SHARE * extent_mm, MARGIN_MM)
    image_mm = max(scene.image.shape[axis] * scene.spacing_mm[axis] for axis in axes)
    return float(min(wanted_mm, image_mm))


def _positions(scene: _Scene, axis: int, size_px: int, pitch_mm: float) -> npt.NDArray[np.float64]:
    """Voxel coordinates of the pixels along one axis: around the region, and within the image if it is wide."""
    half = size_px * pitch_mm / scene.spacing_mm[axis] / 2
    first, last = -0.5 + half, scene.image.shape[axis] - 0.5 - half
    middle = (scene.box[axis].start + scene.box[axis].stop - 1) / 2
    centre = min(max(middle, first), last) if first <= last else (first + last) / 2
    offsets_mm = (np.arange(size_px) - (size_px - 1) / 2) * pitch_mm
    return np.asarray(centre + offsets_mm / scene.spacing_mm[axis], dtype=np.float64)


def _sampled(
    grey: npt.NDArray[np.float64], grid: npt.NDArray[np.float64], steps: list[float]
) -> npt.NDArray[np.float64]:
    finite = np.where(np.isfinite(grey), grey, np.nanmin(grey, initial=0.0, where=np.isfinite(grey)))
    smooth = (
        ndimage.gaussian_filter(finite, [0.4 * (step - 1) for step in steps]) if max(steps) > 1 else finite
    )
    values = ndimage.map_coordinates(smooth, grid, order=1, mode="nearest")
    sizes = np.asarray(grey.shape).reshape(2, 1, 1)
    beyond = ((grid < -0.5) | (grid > sizes - 0.5)).any(axis=0)
    return np.where(beyond, np.nan, values)


def _sampled_region(region: BoolArray, grid: npt.NDArray[np.float64], steps: list[float]) -> BoolArray:
    """Nearest neighbour, so that the contour follows voxel edges; thin parts survive a coarse picture."""
    grown = ndimage.maximum_filter(region, size=[max(1, math.floor(step)) for step in steps])
    return np.asarray(ndimage.map_coordinates(grown.astype(np.uint8), grid, order=0, mode="constant") > 0)


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


def _draw_bar(panel: Picture, pitch_mm: float) -> None:
    """Draw the longest bar that takes no more than 40 % of the width, bottom right."""
    size_px = len(panel)
    fitting = [length for length in BARS_MM if length / pitch_mm <= 0.4 * size_px]
    if not fitting:
        return
    length_px = max(1, round(fitting[0] / pitch_mm))
    bottom, right = size_px - 5, size_px - 5
    panel[bottom - 1 : bottom + 3, right - length_px - 1 : right + 1] = 0
    panel[bottom : bottom + 2, right - length_px : right] = INK_RGB


def _draw_mark(panel: Picture, letter: str) -> None:
    """Write the letter of the side at the left edge, half-way up."""
    if not letter or len(panel) < 24:
        return
    glyph = np.array([[dot == "#" for dot in row] for row in GLYPHS[letter]])
    ink = np.pad(glyph, 1)
    top = len(panel) // 2 - ink.shape[0] // 2
    corner = panel[top : top + ink.shape[0], 2 : 2 + ink.shape[1]]
    corner[ndimage.binary_dilation(ink, structure=np.ones((3, 3)))] = 0
    corner[ink] = INK_RGB
