"""Another reader: a region that is larger or smaller all round."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import field_validator
from scipy import ndimage

from radiobone.core.errors import RoiTooSmall
from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import bounding_box
from radiobone.imaging.perturb.base import Amount, OnMask, check_amount, fixed

FAR = 1e9  # mm, along an axis that must not be crossed
ROUNDING_SD_MM = 2.0  # scale on which corners are told from faces


class Grow(OnMask):
    """A volume that is larger or smaller by a fraction, exact to a voxel.

    Attributes
    ----------
    fraction : float, or low and high
        Of the region's volume; negative shrinks. The voxels nearest to the surface come first, and among
        those equally near the ones in a hollow (or, shrinking, at a corner).
    """

    kind: Literal["grow"] = "grow"
    fraction: Amount

    @field_validator("fraction")
    @classmethod
    def _sensible(cls, amount: Amount) -> Amount:
        return check_amount(amount, -0.9, 1.0)

    def said(self) -> str:
        """Say the fraction."""
        return f"grow {100 * fixed(self.fraction):+.3g}%"

    def reach_mm(self, volume_mm3: float) -> float:
        """As far as a flat region of that volume could grow."""
        return float(max(fixed(self.fraction), 0.0) * volume_mm3 ** (1 / 3)) + ROUNDING_SD_MM

    def change_mask(
        self, image: Volume, mask: npt.NDArray[np.bool_], plane: int | None, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Add or take away the nearest voxels."""
        n_voxels = int(mask.sum())
        n_changed = round(abs(fixed(self.fraction)) * n_voxels)
        if n_changed == 0:
            return mask
        growing = fixed(self.fraction) > 0
        changeable = _neighbourhood(mask, plane) if growing else mask
        n_there = int(changeable.sum())
        if n_changed > n_there or (not growing and n_changed == n_there):
            raise RoiTooSmall(
                f"The region of {n_voxels} voxels cannot change by {n_changed}: {n_there} voxels are there. "
                "Use a smaller fraction."
            )
        reach_mm = self.reach_mm(n_voxels * float(np.prod(image.spacing_mm))) if growing else 0.0
        window = _window(mask, reach_mm, image.spacing_mm)
        places, farthest = _first(mask, changeable, window, n_changed, growing, image.spacing_mm, plane)
        if growing and (
            len(places) < n_changed or farthest > reach_mm
        ):  # some beyond the window may be nearer
            window = (slice(None),) * 3
            places, _ = _first(mask, changeable, window, n_changed, growing, image.spacing_mm, plane)
        changed = mask.copy()
        changed[window][tuple(places.T)] = growing
        return changed


def flat_axes(mask: npt.NDArray[np.bool_], plane: int | None) -> list[int]:
    """Axes along which a region is one voxel thick, or across which nothing is mixed."""
    filled = [mask.any(axis=tuple(other for other in range(3) if other != axis)) for axis in range(3)]
    return [axis for axis in range(3) if axis == plane or int(filled[axis].sum()) == 1]


def _neighbourhood(mask: npt.NDArray[np.bool_], plane: int | None) -> npt.NDArray[np.bool_]:
    """Say what a region may grow into: everything outside it, in slices that it has."""
    allowed = ~mask
    for axis in flat_axes(mask, plane):
        others = tuple(other for other in range(3) if other != axis)
        allowed = allowed & mask.any(axis=others, keepdims=True)
    return allowed


def _window(mask: npt.NDArray[np.bool_], reach_mm: float, spacing_mm: Triple) -> tuple[slice, slice, slice]:
    """Return the region's box, what lies within reach of it, and a voxel more."""
    near = bounding_box(mask)
    z, y, x = (
        slice(max(low - 1 - math.ceil(reach_mm / edge), 0), high + 2 + math.ceil(reach_mm / edge))
        for low, high, edge in zip(near.low, near.high, spacing_mm, strict=True)
    )
    return z, y, x


def _first(
    mask: npt.NDArray[np.bool_],
    changeable: npt.NDArray[np.bool_],
    window: tuple[slice, slice, slice],
    n_changed: int,
    growing: bool,
    spacing_mm: Triple,
    plane: int | None,
) -> tuple[npt.NDArray[np.intp], float]:
    """Return the places in a window, shape (n, 3), of the voxels that change first, and how far the last one is."""
    places = np.argwhere(changeable[window])
    keys = _order(mask[window], growing, spacing_mm, flat_axes(mask, plane))
    fullness, distance = (key[changeable[window]] for key in keys)
    chosen = np.lexsort((fullness, distance))[:n_changed]
    return places[chosen], float(distance[chosen].max(initial=0.0))


def _order(
    mask: npt.NDArray[np.bool_], growing: bool, spacing_mm: Triple, flat: list[int]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Keys of ``lexsort``: how full the surroundings are, then, deciding first, the distance from the surface."""
    lengths = [FAR if axis in flat else spacing_mm[axis] for axis in range(3)]
    distance = ndimage.distance_transform_edt(~mask if growing else mask, sampling=lengths)
    widths = [0.0 if axis in flat else ROUNDING_SD_MM / spacing_mm[axis] for axis in range(3)]
    fullness = ndimage.gaussian_filter(mask.astype(np.float64), widths, mode="nearest")
    return (-fullness if growing else fullness), np.round(distance, 6)
