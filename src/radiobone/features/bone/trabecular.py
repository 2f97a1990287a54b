"""HU of trabecular bone: the region without its shell."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from radiobone.core.settings import Settings
from radiobone.features.bone.base import BoneRegion, Measurement, VoxelRange


class TrabecularSettings(Settings):
    """What is taken for trabecular bone.

    Attributes
    ----------
    erosion_mm : float
        Voxels whose centres lie no deeper than this below the surface are left out.
    """

    erosion_mm: float = Field(default=4.0, ge=0, le=30)


def trabecular(region: BoneRegion, settings: TrabecularSettings) -> dict[str, float]:
    """Measure the core of a region.

    Raises
    ------
    RoiTooSmall
        If nothing is left of it.
    """
    values = region.hu[region.core(settings.erosion_mm)]
    return {
        "trabecular_hu_mean": float(values.mean()),
        "trabecular_hu_sd": float(values.std()),
        "trabecular_hu_median": float(np.median(values)),
        "trabecular_volume_cm3": float(values.size) * region.voxel_volume_mm3 / 1000,
    }


TRABECULAR = Measurement(
    name="trabecular",
    definition="Mean, standard deviation and median of the HU of the region eroded by a distance in mm (default 4), which is measured from "
    "voxel centre to surface and so is the same along every axis of anisotropic voxels.",
    source="Pickhardt et al. 2013, doi 10.7326/0003-4819-158-8-201304160-00003 (attenuation of trabecular bone); the whole eroded body in place of an ellipse",
    units={
        "trabecular_hu_mean": "HU",
        "trabecular_hu_sd": "HU",
        "trabecular_hu_median": "HU",
        "trabecular_volume_cm3": "cm³",
    },
    voxels=VoxelRange(
        3.0,
        8.0,
        "With voxels near the size of what is taken off, cortex and disc are mixed into the core's voxels.",
    ),
    compute=trabecular,
    settings=TrabecularSettings(),
)
