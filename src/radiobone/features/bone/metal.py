"""Metal: voxels brighter than any bone."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from radiobone.core.settings import Settings
from radiobone.features.bone.base import BoneRegion, Measurement, VoxelRange
from radiobone.features.bone.depth import within_mm


class MetalSettings(Settings):
    """What is taken for metal.

    Attributes
    ----------
    above_hu : float
        The densest cortical bone has about 1900 HU, titanium and steel more than 3000.
    around_mm : float
        Metal this near to the region counts too: a mask may leave an implant out.
    """

    above_hu: float = Field(default=2000.0, gt=0)
    around_mm: float = Field(default=5.0, ge=0, le=6.0)


def metal(region: BoneRegion, settings: MetalSettings) -> dict[str, float]:
    """Count voxels of metal in and next to a region; of a vertebra, to its posterior elements too."""
    bright = region.hu > settings.above_hu
    if bright.any():
        whole = region.mask if region.posterior is None else region.mask | region.posterior
        bright &= within_mm(whole, settings.around_mm, region.spacing_mm)
    return {"metal_voxels": float(np.count_nonzero(bright))}


METAL = Measurement(
    name="metal",
    definition="Voxels above 2000 HU in the region (the whole vertebra) or within 5 mm of it. More than none flags the region: screws, cement and prostheses "
    "change all that is measured near them.",
    source="Densest cortical bone about 1900 HU; titanium and steel beyond 3000, where 12-bit scanners stop (no DOI: the limit is ours)",
    units={"metal_voxels": "1"},
    voxels=VoxelRange(3.0, 10.0, "Thin metal is averaged away in large voxels, and may be missed."),
    compute=metal,
    settings=MetalSettings(),
)
