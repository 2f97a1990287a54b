"""Fractal dimension of bone, by box counting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import RoiTooSmall
from radiobone.core.volume import Triple
from radiobone.features.bone.base import BoneRegion, Measurement, VoxelRange
from radiobone.features.bone.phase import PhaseSettings, two_phases

LEAST_SIZES = 3


class FractalSettings(PhaseSettings):
    """How boxes grow.

    Attributes
    ----------
    factor : float
        Each box is so many times as large as the one before; the first is the longest edge of a voxel.
    largest_share : float
        The largest box, as a share of the shortest edge of the region's box.
    """

    factor: float = Field(default=2.0, gt=1)
    largest_share: float = Field(default=0.34, gt=0, le=1)


def fractal(region: BoneRegion, settings: FractalSettings) -> dict[str, float]:
    """Count boxes that hold bone.

    Raises
    ------
    RoiTooSmall
        If the region is too small for three sizes of boxes.
    OnePhase
        If bone and marrow cannot be told apart.
    """
    core, bone = two_phases(region, settings)
    sizes_mm = _sizes_mm(core, region.spacing_mm, settings)
    shares = [_share_filled(core, bone, size, region.spacing_mm) for size in sizes_mm]
    n_axes = sum(size > 1 for size in core.shape)
    return {"fractal_dimension": float(n_axes - np.polyfit(np.log(sizes_mm), np.log(shares), 1)[0])}


def _sizes_mm(
    core: npt.NDArray[np.bool_], spacing_mm: Triple, settings: FractalSettings
) -> npt.NDArray[np.float64]:
    extents = [
        (np.ptp(along) + 1) * step
        for along, step in zip(np.nonzero(core), spacing_mm, strict=True)
        if np.ptp(along)
    ]
    first, last = (
        max(spacing_mm) if len(extents) == 3 else max(spacing_mm[1:]),
        settings.largest_share * min(extents, default=0.0),
    )
    n = int(np.floor(np.log(max(last / first, 1.0)) / np.log(settings.factor) + 1e-9)) + 1
    if n < LEAST_SIZES:
        raise RoiTooSmall(_no_room(n, first, last))
    return np.asarray(first * settings.factor ** np.arange(n))


def _no_room(n_sizes: int, first_mm: float, last_mm: float) -> str:
    return (
        f"The region has room for {n_sizes} size(s) of boxes from {first_mm:g} to {last_mm:.3g} mm, and a slope needs {LEAST_SIZES}. Take a "
        "larger region, smaller voxels, or a smaller `factor`."
    )


def _share_filled(
    core: npt.NDArray[np.bool_], bone: npt.NDArray[np.bool_], size_mm: float, spacing_mm: Triple
) -> float:
    """Share of the core that lies in boxes which hold bone: their number, a box that the border cuts counting in part."""
    low = [int(along.min()) for along in np.nonzero(core)]
    which = [
        np.floor((np.arange(n - first) + 0.5) * step / size_mm + 1e-9).astype(np.intp)
        for n, first, step in zip(core.shape, low, spacing_mm, strict=True)
    ]
    n_boxes = [int(along[-1]) + 1 for along in which]
    box = np.ravel_multi_index(np.ix_(*which), n_boxes)
    here = tuple(slice(first, None) for first in low)
    n_core = np.bincount(box[core[here]], minlength=int(np.prod(n_boxes)))
    filled = np.zeros(n_core.size, dtype=bool)
    filled[box[(core & bone)[here]]] = True
    return float(n_core[filled].sum() / n_core.sum())


FRACTAL = Measurement(
    name="fractal",
    definition="Slope of the logarithm of the number of boxes that hold bone (voxels above a threshold, default 200 HU, in the region eroded by "
    "3 mm) against the logarithm of one over their edge in mm; edges double from the longest edge of a voxel to a third of the "
    "region. A box that the border of the region cuts counts by the share of it that lies inside. A solid body has 3, a sheet 2.",
    source="Box counting: Majumdar et al. 1993, doi 10.1118/1.596948 (there of the boundary of bone, here of bone)",
    units={"fractal_dimension": "1"},
    voxels=VoxelRange(
        0.7, 1.5, "Boxes begin at the size of a voxel, and nothing finer than two of them is seen."
    ),
    compute=fractal,
    settings=FractalSettings(),
)
