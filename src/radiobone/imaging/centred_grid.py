"""An image and its region on a new grid whose centre is that of the old one, as IBSI recommends.

Positions are separable: along each axis, output voxel ``k`` lies at ``first + k * step`` in voxels of the old grid.
Beyond the outermost voxels intensities are those of the nearest voxel.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import BadSetting, EmptyMask, ResourceLimit
from radiobone.core.lazy import lazily
from radiobone.core.settings import Settings
from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import Box, bounding_box

ndimage = lazily("scipy.ndimage")

MAX_VOXELS = 1_000_000_000
SPLINE_MARGIN = 40  # old voxels; what lies beyond moves a cubic spline by less than rounding does
DECIMALS = 6  # a fraction of 0.4999999 is 0.5, and a grid of 100.0000001 voxels has 100
ORDERS = {"nearest": 0, "linear": 1, "cubic": 3}


class Interpolation(Settings):
    """Voxel size of the grid on which features are computed, and how values come there.

    Attributes
    ----------
    spacing_xyz_mm : tuple of float, (x, y, z)
        New edge lengths; 0 keeps the old one along that axis.
    method : {"nearest", "linear", "cubic"}
        Of the intensities; ``cubic`` is the tricubic spline.
    mask_method : {"nearest", "linear"}
        Of the region.
    partial_volume : float
        Least part of a new voxel that must lie in the region, after linear interpolation.
    whole_numbers : bool
        Round intensities to whole numbers, as is right for Hounsfield units.
    """

    spacing_xyz_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)
    method: Literal["nearest", "linear", "cubic"] = "linear"
    mask_method: Literal["nearest", "linear"] = "linear"
    partial_volume: float = Field(default=0.5, gt=0, le=1)
    whole_numbers: bool = True


@dataclass(frozen=True)
class CentredAxis:
    """Positions of new voxels along one axis, in old voxels.

    Attributes
    ----------
    first, step : float
        Position of the first new voxel, and the distance to the next.
    size : int
        Number of new voxels.
    """

    first: float
    step: float
    size: int

    @classmethod
    def of(cls, n_old: int, old_mm: float, new_mm: float) -> CentredAxis:
        """Lay a grid round the centre of the old one; an axis with one voxel is kept."""
        if n_old == 1 or new_mm in (0, old_mm):
            return cls(0.0, 1.0, n_old)
        size = int(np.ceil(round(n_old * old_mm / new_mm, DECIMALS)))
        step = new_mm / old_mm
        return cls((n_old - 1 - step * (size - 1)) / 2, step, size)

    def part(self, low: float, high: float) -> CentredAxis:
        """Return the new voxels whose positions lie between two old ones, both included."""
        start = max(int(np.ceil((low - self.first) / self.step)), 0)
        end = min(int(np.floor((high - self.first) / self.step)), self.size - 1)
        return CentredAxis(self.first + start * self.step, self.step, max(end - start + 1, 0))


def interpolate_centred(
    image: Volume, mask: Volume, settings: Interpolation, *, margin_mm: float | None
) -> tuple[Volume, Volume]:
    """Interpolate an image and its region.

    Parameters
    ----------
    image : Volume
        Finite intensities.
    mask : Volume
        Not zero inside the region, on the image's grid.
    settings : Interpolation
        The new voxel size and the methods.
    margin_mm : float or None
        What is kept round the region; None keeps the whole image.

    Returns
    -------
    tuple of Volume
        Image in double precision, and region of 0 and 1, on the new grid.

    Raises
    ------
    BadSetting
        If a spacing is negative.
    EmptyMask
        If no voxel of the new grid lies in the region.
    ResourceLimit
        If the new grid has too many voxels.

    References
    ----------
    IBSI reference manual, interpolation grid UMPJ (align grid centres 3WE3), partial volume E8H9, rounding 68QD.
    """
    axes = _axes(image, mask, settings, margin_mm)
    _check_size(axes, settings)
    inside = _inside(mask, axes, settings)
    values = _at(image.array, axes, ORDERS[settings.method])
    if settings.whole_numbers:
        values = np.rint(values)
    grid = _grid(image, axes, values)
    return grid, grid.with_array(inside.view(np.uint8))


def _inside(mask: Volume, axes: tuple[CentredAxis, ...], settings: Interpolation) -> npt.NDArray[np.bool_]:
    """Find the new voxels that lie in the region to a sufficient part of their volume."""
    if all(axis.size for axis in axes):
        part = _at(mask.array != 0, axes, ORDERS[settings.mask_method])
        inside = np.round(part, DECIMALS) >= settings.partial_volume
        if inside.any():
            return inside
    raise EmptyMask(
        f"No voxel of the new grid ({settings.spacing_xyz_mm} mm, x, y, z) lies in the region to "
        f"{settings.partial_volume:g} of its volume: the region is too small for it. Use smaller voxels."
    )


def _axes(
    image: Volume, mask: Volume, settings: Interpolation, margin_mm: float | None
) -> tuple[CentredAxis, CentredAxis, CentredAxis]:
    if min(settings.spacing_xyz_mm) < 0:
        raise BadSetting(
            f"The new spacing {settings.spacing_xyz_mm} has a negative edge. Use millimetres, or 0 to keep the old one."
        )
    new = settings.spacing_xyz_mm[::-1]
    whole = [CentredAxis.of(*one) for one in zip(image.shape, image.spacing_mm, new, strict=True)]
    if margin_mm is not None:
        box = bounding_box(mask.array)
        margins = [1 + margin_mm / old for old in image.spacing_mm]
        ends = zip(box.low, box.high, margins, strict=True)
        whole = [axis.part(low - m, high + m) for axis, (low, high, m) in zip(whole, ends, strict=True)]
    z, y, x = whole
    return z, y, x


def _check_size(axes: tuple[CentredAxis, ...], settings: Interpolation) -> None:
    n_voxels = float(np.prod([float(axis.size) for axis in axes]))
    if n_voxels > MAX_VOXELS:
        raise ResourceLimit(
            f"Interpolation to {settings.spacing_xyz_mm} mm (x, y, z) gives {n_voxels:.2g} voxels round the region; the "
            f"cap is {MAX_VOXELS:.0e}. Use larger voxels, or check the image's spacing."
        )


def _at(array: npt.NDArray[Any], axes: tuple[CentredAxis, ...], order: int) -> npt.NDArray[np.float64]:
    """Interpolate at the crossings of the axes, from as much of the array as matters."""
    margin = SPLINE_MARGIN if order > 1 else 2
    low = [max(int(np.floor(axis.first)) - margin, 0) for axis in axes]
    high = [int(np.ceil(axis.first + axis.step * (axis.size - 1))) + margin for axis in axes]
    source = array[tuple(slice(a, max(b, a) + 1) for a, b in zip(low, high, strict=True))]
    return np.asarray(
        ndimage.affine_transform(
            source.astype(np.float64),
            np.array([axis.step for axis in axes]),
            offset=[axis.first - start for axis, start in zip(axes, low, strict=True)],
            output_shape=tuple(axis.size for axis in axes),
            order=order,
            mode="nearest",
        )
    )


def _grid(image: Volume, axes: tuple[CentredAxis, ...], values: npt.NDArray[np.float64]) -> Volume:
    old = np.asarray(image.spacing_mm)
    direction = np.asarray(image.direction).reshape(3, 3)
    moved = np.array([axis.first for axis in axes]) * old
    x, y, z = np.asarray(image.origin_mm) + direction @ moved[::-1]
    origin_mm: Triple = (float(x), float(y), float(z))
    new = [float(axis.step * size) for axis, size in zip(axes, old, strict=True)]
    return replace(image, array=values, spacing_mm=(new[0], new[1], new[2]), origin_mm=origin_mm)


def surroundings(box: Box, image: Volume, margin_mm: float) -> Box:
    """Grow a box by a margin in mm on every side, as far as the image reaches."""
    steps = [int(np.ceil(margin_mm / edge)) for edge in image.spacing_mm]
    low = tuple(max(a - n, 0) for a, n in zip(box.low, steps, strict=True))
    high = tuple(min(b + n, size - 1) for b, n, size in zip(box.high, steps, image.shape, strict=True))
    return Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))
