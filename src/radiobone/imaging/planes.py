"""The planes in which a volume is drawn: which slices, how they are sampled, and what is written on them.

The planes are the image's own, named after the patient axis that each is nearest to, so an oblique scan is shown as
it was acquired and nothing is smeared by reslicing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from radiobone.core.errors import DimensionMismatch, EmptyMask
from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import bounding_box
from radiobone.imaging.lettering import HEIGHT, INK_RGB, text_width, write

BoolArray = npt.NDArray[np.bool_]
Picture = npt.NDArray[np.uint8]

LARGE_SHARE = 0.8
MARGIN_SHARE, MARGIN_MM = 0.18, 8.0
LEAST_WITH_MARK, LEAST_WITH_TEXT = 24, 96
BARS_MM = (100.0, 50.0, 10.0, 5.0, 1.0)


@dataclass(frozen=True)
class Plane:
    """Which array axes of a volume along (superior, posterior, left) become slice, row and column."""

    through: int
    row: int
    column: int
    head_up: bool
    left_mark: str


PLANES = (
    Plane(through=0, row=1, column=2, head_up=False, left_mark="R"),  # axial
    Plane(through=1, row=0, column=2, head_up=True, left_mark="R"),  # coronal
    Plane(through=2, row=0, column=1, head_up=True, left_mark="A"),  # sagittal
)
RADIOGRAPH = Plane(through=0, row=1, column=2, head_up=False, left_mark="")


@dataclass(frozen=True, eq=False)
class Scene:
    """An image and a region with the array axes along the patient's (superior, posterior, left)."""

    image: npt.NDArray[Any]
    region: BoolArray
    spacing_mm: Triple
    box: tuple[slice, ...]


def scene_of(image: Volume, mask: Volume) -> Scene:
    """Turn an image and a region on its grid towards the patient's axes; a radiograph stays as it is stored."""
    region = checked_region(image, mask)
    if image.is_2d:
        return Scene(image.array, region, image.spacing_mm, bounding_box(region).slices)
    order, flips = _patient_axes(image.direction)
    turned = region.transpose(order)[flips]
    spacing_z, spacing_y, spacing_x = (image.spacing_mm[axis] for axis in order)
    return Scene(
        image=image.array.transpose(order)[flips],
        region=turned,
        spacing_mm=(spacing_z, spacing_y, spacing_x),
        box=bounding_box(turned).slices,
    )


def checked_region(image: Volume, mask: Volume) -> BoolArray:
    """Return where the mask is not 0; see ``three_planes`` for the errors."""
    if image.shape != mask.shape:
        raise DimensionMismatch(
            f"The image has {image.shape} voxels (z, y, x) and the mask {mask.shape}, so the region cannot be "
            "drawn where it lies. Resample the mask onto the image's grid."
        )
    region = np.asarray(mask.array != 0)
    if not region.any():
        raise EmptyMask("No voxel is in the region, so there is nothing to draw. Check mask and label.")
    return region


def _patient_axes(direction: tuple[float, ...]) -> tuple[tuple[int, ...], tuple[slice, ...]]:
    """Order and flips that turn array axes into the nearest of (superior, posterior, left)."""
    cosines = np.asarray(direction, dtype=float).reshape(
        3, 3
    )  # rows: patient x, y, z; columns: image x, y, z
    size = np.abs(cosines)
    image_axis = max(permutations(range(3)), key=lambda axes: size[range(3), axes].sum())
    order, flips = [], []
    for patient_axis in (2, 1, 0):
        axis = int(image_axis[patient_axis])
        order.append(2 - axis)
        flips.append(slice(None, None, -1 if cosines[patient_axis, axis] < 0 else 1))
    return tuple(order), tuple(flips)


def cut(scene: Scene, plane: Plane, size_px: int) -> tuple[npt.NDArray[np.float64], BoolArray, float]:
    """Sample one plane on square pixels: grey values (NaN beyond the image), region, pitch in mm."""
    grid, steps, pitch_mm = _pixels(scene, plane, size_px)
    index = _telling_slice(scene, plane.through)
    grey = np.take(scene.image, index, axis=plane.through).astype(float)
    region = np.take(scene.region, index, axis=plane.through)
    return _sampled(grey, grid, steps), _sampled_region(region, grid, steps), pitch_mm


def cut_unsmoothed(scene: Scene, plane: Plane, size_px: int) -> tuple[npt.NDArray[np.float64], float]:
    """Sample the same pixels from the nearest voxels, so that each shows a value that is there; and pitch in mm."""
    grid, _, pitch_mm = _pixels(scene, plane, size_px)
    values = np.take(scene.image, _telling_slice(scene, plane.through), axis=plane.through).astype(float)
    nearest = ndimage.map_coordinates(values, grid, order=0, mode="nearest")
    return np.where(_beyond(grid, values), np.nan, nearest), pitch_mm


def _pixels(scene: Scene, plane: Plane, size_px: int) -> tuple[npt.NDArray[np.float64], list[float], float]:
    """Voxel coordinates of the pixels, shape (2, n, n), voxels per pixel along both (at least 1), pitch in mm."""
    pitch_mm = _side_mm(scene, plane) / size_px
    rows = _positions(scene, plane.row, size_px, pitch_mm)
    columns = _positions(scene, plane.column, size_px, pitch_mm)
    if plane.head_up:
        rows = rows[::-1]
    grid = np.stack(np.meshgrid(rows, columns, indexing="ij"))
    steps = [max(pitch_mm / scene.spacing_mm[axis], 1.0) for axis in (plane.row, plane.column)]
    return grid, steps, pitch_mm


def _telling_slice(scene: Scene, axis: int) -> int:
    """Slice nearest to the region's centre of mass among those that show nearly the largest cross-section.

    The largest alone is often an end: of a vertebra the end plate, which is all cortex.
    """
    inside = scene.region[scene.box]
    counts = inside.sum(axis=tuple(other for other in range(3) if other != axis))
    (large,) = np.nonzero(counts >= LARGE_SHARE * counts.max())
    centre = counts @ np.arange(len(counts)) / counts.sum()
    return int(scene.box[axis].start) + int(large[np.argmin(np.abs(large - centre))])


def _side_mm(scene: Scene, plane: Plane) -> float:
    """Side of the square that holds the region and a margin, no larger than the image itself."""
    axes = (plane.row, plane.column)
    extent_mm = max((scene.box[axis].stop - scene.box[axis].start) * scene.spacing_mm[axis] for axis in axes)
    wanted_mm = extent_mm + 2 * max(MARGIN_SHARE * extent_mm, MARGIN_MM)
    image_mm = max(scene.image.shape[axis] * scene.spacing_mm[axis] for axis in axes)
    return float(min(wanted_mm, image_mm))


def _positions(scene: Scene, axis: int, size_px: int, pitch_mm: float) -> npt.NDArray[np.float64]:
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
    return np.where(_beyond(grid, grey), np.nan, values)


def _beyond(grid: npt.NDArray[np.float64], grey: npt.NDArray[np.float64]) -> BoolArray:
    """Which pixels lie outside the image."""
    sizes = np.asarray(grey.shape).reshape(2, 1, 1)
    return np.asarray(((grid < -0.5) | (grid > sizes - 0.5)).any(axis=0))


def _sampled_region(region: BoolArray, grid: npt.NDArray[np.float64], steps: list[float]) -> BoolArray:
    """Nearest neighbour, so that the contour follows voxel edges; thin parts survive a coarse picture."""
    grown = ndimage.maximum_filter(region, size=[max(1, math.floor(step)) for step in steps])
    return np.asarray(ndimage.map_coordinates(grown.astype(np.uint8), grid, order=0, mode="constant") > 0)


def bar_mm(size_px: int, pitch_mm: float) -> float | None:
    """Length of the longest bar that takes no more than 40 % of the width; None if none fits."""
    return next((length for length in BARS_MM if length / pitch_mm <= 0.4 * size_px), None)


def draw_bar(panel: Picture, pitch_mm: float) -> None:
    """Draw a scale bar, bottom right, with its length above it."""
    size_px = len(panel)
    length_mm = bar_mm(size_px, pitch_mm)
    if length_mm is None:
        return
    length_px = max(1, round(length_mm / pitch_mm))
    bottom, right = size_px - 5, size_px - 5
    panel[bottom - 1 : bottom + 3, right - length_px - 1 : right + 1] = 0
    panel[bottom : bottom + 2, right - length_px : right] = INK_RGB
    told = f"{length_mm:g} mm"
    if size_px >= LEAST_WITH_TEXT:
        write(panel, told, bottom - HEIGHT - 3, right - text_width(told))


def draw_mark(panel: Picture, letter: str) -> None:
    """Write the letter of the side at the left edge, half-way up."""
    if letter and len(panel) >= LEAST_WITH_MARK:
        write(panel, letter, len(panel) // 2 - HEIGHT // 2, 3)


def draw_name(picture: Picture, name: str) -> None:
    """Write what is shown into the upper left corner, as much of it as a panel is wide."""
    if len(picture) >= LEAST_WITH_TEXT:
        write(picture, name.replace("_", " ")[: (len(picture) - 8) // 6], 4, 4)
