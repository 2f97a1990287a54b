"""An image and its region, moved, on the grid of the features: one interpolation for all of it.

The new voxels lie where ``imaging.resample`` puts them, so that nothing moves on its own account, and a region
that is perturbed in another way alone keeps its grid.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.perturb.base import Motion
from radiobone.imaging.perturb.subject import Subject
from radiobone.imaging.perturb.turned_spline import turned_spline

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
SUPPORT_VOXELS = 20  # what lies further away changes a B-spline by less than a million millionth
ROUNDING = 1e-6


def regrid(
    subject: Subject,
    motion: Motion,
    change: Callable[[npt.NDArray[Any]], npt.NDArray[Any]] = lambda array: array,
    *,
    spacing_mm: Triple,
    interpolator: str,
    margin_voxels: int | None,
    whole: bool,
) -> tuple[Volume, Volume]:
    """Move the content of an image and lay a new grid round the region.

    Parameters
    ----------
    subject : Subject
        Image and region.
    motion : Motion
        About the centre of the region.
    change : callable
        Changes the intensities of the part of the image that is looked at, before it is interpolated.
    spacing_mm : tuple of float, (z, y, x)
        Of the new grid.
    interpolator : str
        ITK's name; the region takes the nearest voxel.
    margin_voxels : int or None
        New voxels round the region's box, as far as the image reaches; None keeps the whole image.
    whole : bool
        Whether whole-numbered images are cut off towards zero, as in resampling; otherwise they are rounded.

    Returns
    -------
    tuple of Volume
        Image and region; beyond the image's border the outermost voxels are repeated.
    """
    image, mask, box = subject.image, subject.mask, subject.box
    old, new = np.asarray(image.spacing_mm[::-1]), np.asarray(spacing_mm[::-1])
    centre = subject.centre * old
    turn = sitk.AffineTransform(3)
    turn.SetMatrix(motion.rotation.T.ravel().tolist())
    turn.SetTranslation((centre - motion.rotation.T @ (centre + motion.shift_mm)).tolist())
    first, size = _lattice(image, box, motion, centre, new, margin_voxels)
    start = 0.5 * (new - old) + first * new
    cut = _cut(image.shape, start, new, size, turn, old)
    frame = _Frame(start, new, size, turn)
    values = frame.sample(change(image.array[cut.slices]).astype(np.float64), cut, old, interpolator)
    inside = frame.sample((mask.array[cut.slices] != 0).astype(np.uint8), cut, old, "sitkNearestNeighbor")
    turned = np.asarray(image.direction).reshape(3, 3) @ start
    x, y, z = (np.asarray(image.origin_mm) + turned).tolist()
    place: dict[str, Any] = {"spacing_mm": spacing_mm, "origin_mm": (x, y, z)}
    return (
        replace(image, array=_typed(values, image.array.dtype, whole=whole), **place),
        replace(mask, array=inside, **place),
    )


def _lattice(
    image: Volume, box: Box, motion: Motion, centre: FloatArray, new: FloatArray, margin: int | None
) -> tuple[FloatArray, list[int]]:
    """First index and size (x, y, z) of the new grid; the moved region always has its place on it."""
    old = np.asarray(image.spacing_mm[::-1])
    edges = list(zip(np.array(box.low[::-1]) - 0.5, np.array(box.high[::-1]) + 0.5, strict=True))
    corners = np.array(list(product(*edges))) * old
    moved = (corners - centre) @ motion.rotation.T + centre + motion.shift_mm
    zero = 0.5 * (new - old)
    needed = (
        np.ceil((moved.min(axis=0) - zero) / new - ROUNDING),
        np.floor((moved.max(axis=0) - zero) / new + ROUNDING),
    )
    end = np.ceil(np.asarray(image.shape[::-1]) * old / new) - 1
    wide = np.inf if margin is None else float(margin)
    first = np.minimum(np.maximum(np.floor(moved.min(axis=0) / new - wide), 0), needed[0])
    last = np.maximum(np.minimum(np.ceil(moved.max(axis=0) / new + wide), end), needed[1])
    return first, [int(n) for n in last - first + 1]


def _cut(
    shape: tuple[int, int, int],
    start: FloatArray,
    new: FloatArray,
    size: list[int],
    turn: sitk.AffineTransform,
    old: FloatArray,
) -> Box:
    """Old voxels that decide the new ones."""
    ends = list(zip(start, start + (np.array(size) - 1) * new, strict=True))
    corners = np.array([turn.TransformPoint(corner) for corner in product(*ends)]) / old
    limits = np.array(shape[::-1]) - 1
    low = np.clip(np.floor(corners.min(axis=0)) - SUPPORT_VOXELS, 0, limits).astype(int)
    high = np.clip(np.ceil(corners.max(axis=0)) + SUPPORT_VOXELS, 0, limits).astype(int)
    return Box((low[2], low[1], low[0]), (high[2], high[1], high[0]))


class _Frame:
    """The new grid, in mm along the image's axes from the centre of its first voxel."""

    def __init__(
        self, start: FloatArray, new: FloatArray, size: list[int], turn: sitk.AffineTransform
    ) -> None:
        self._start, self._new, self._size, self._turn = start, new, size, turn

    def sample(
        self, array: npt.NDArray[Any], cut: Box, old: FloatArray, interpolator: str
    ) -> npt.NDArray[Any]:
        """Interpolate a part of the image; beyond the border regions are empty, and images go on as they end."""
        if interpolator == "sitkBSpline":
            return self._splined(array, cut, old)
        source = sitk.GetImageFromArray(array)
        source.SetSpacing(old.tolist())
        source.SetOrigin((np.array(cut.low[::-1]) * old).tolist())
        resampled = sitk.ResampleImageFilter()
        resampled.SetOutputOrigin(self._start.tolist())
        resampled.SetOutputSpacing(self._new.tolist())
        resampled.SetSize(self._size)
        resampled.SetTransform(self._turn)
        resampled.SetInterpolator(getattr(sitk, interpolator))
        resampled.SetUseNearestNeighborExtrapolator(interpolator != "sitkNearestNeighbor")
        return np.asarray(sitk.GetArrayFromImage(resampled.Execute(source)))

    def _splined(self, array: npt.NDArray[Any], cut: Box, old: FloatArray) -> FloatArray:
        rotation = np.array(self._turn.GetMatrix()).reshape(3, 3)
        first = np.array(self._turn.TransformPoint(self._start.tolist())) / old - np.array(cut.low[::-1])
        steps = rotation * self._new / old[:, None]
        x, y, z = self._size
        return turned_spline(array, first[::-1], steps[::-1, ::-1], (z, y, x))


def _typed(values: FloatArray, dtype: np.dtype[Any], *, whole: bool) -> npt.NDArray[Any]:
    """Give values the type of the image they come from; rounding noise is no reason to lose a unit."""
    if not np.issubdtype(dtype, np.integer):
        return values.astype(dtype)
    nearest = np.rint(values)
    near = np.abs(values - nearest) < ROUNDING * np.maximum(np.abs(values), 1.0)
    limits = np.iinfo(dtype)
    found = np.where(near, nearest, np.trunc(values)) if whole else nearest
    return np.clip(found, limits.min, limits.max).astype(dtype)
