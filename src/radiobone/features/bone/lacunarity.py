"""Lacunarity of bone, by the gliding box."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import RoiTooSmall
from radiobone.features.bone.base import BoneRegion, Measurement, VoxelRange
from radiobone.features.bone.phase import PhaseSettings, two_phases


class LacunaritySettings(PhaseSettings):
    """The box that glides.

    Attributes
    ----------
    box_mm : float
        Its edge; rounded to whole voxels along each axis.
    """

    box_mm: float = Field(default=4.0, gt=0)


def lacunarity(region: BoneRegion, settings: LacunaritySettings) -> dict[str, float]:
    """Count bone in every box that lies wholly in the core.

    Raises
    ------
    RoiTooSmall
        If no box fits.
    OnePhase
        If bone and marrow cannot be told apart, or no box holds bone.
    """
    core, bone = two_phases(region, settings)
    edges = [
        min(max(round(settings.box_mm / step), 1), n)
        for step, n in zip(region.spacing_mm, core.shape, strict=True)
    ]
    n_voxels = int(np.prod(edges))
    whole = _box_sums(core, edges) == n_voxels
    masses = _box_sums(core & bone, edges)[whole].astype(np.float64)
    if not masses.any():
        raise RoiTooSmall(
            f"No box of {settings.box_mm:g} mm that holds bone fits into the core of the region. Take a larger region or a smaller `box_mm`."
        )
    return {"lacunarity": float((masses**2).mean() / masses.mean() ** 2)}


def _box_sums(array: npt.NDArray[np.bool_], edges: list[int]) -> npt.NDArray[np.int64]:
    """Sum over every box, axis by axis."""
    sums = array.astype(np.int64)
    for axis, edge in enumerate(edges):
        total = np.cumsum(np.moveaxis(sums, axis, 0), axis=0)
        total = np.concatenate([np.zeros((1, *total.shape[1:]), dtype=np.int64), total])
        sums = np.moveaxis(total[edge:] - total[:-edge], 0, axis)
    return sums


LACUNARITY = Measurement(
    name="lacunarity",
    definition="Mean square over squared mean of the number of bone voxels (above a threshold, default 200 HU) in a box (default 4 mm) that "
    "glides through the region eroded by 3 mm. 1 is the same everywhere; the more it varies between places, the larger.",
    source="Allain and Cloitre 1991, doi 10.1103/PhysRevA.44.3552",
    units={"lacunarity": "1"},
    voxels=VoxelRange(
        0.7, 1.5, "A box must hold several voxels along each axis to tell anything of the structure."
    ),
    compute=lacunarity,
    settings=LacunaritySettings(),
)
