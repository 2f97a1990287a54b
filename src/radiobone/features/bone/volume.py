"""Volume and mean HU of a whole region."""

from __future__ import annotations

import numpy as np

from radiobone.features.bone.base import BoneRegion, Measurement, NoSettings, VoxelRange


def volume(region: BoneRegion, settings: NoSettings) -> dict[str, float]:
    """Count voxels, and take the mean, median and standard deviation of all of them."""
    del settings
    values = region.hu[region.mask]
    return {
        "volume_cm3": float(values.size) * region.voxel_volume_mm3 / 1000,
        "mean_hu": float(values.mean()),
        "median_hu": float(np.median(values)),
        "sd_hu": float(values.std()),
    }


VOLUME = Measurement(
    name="volume",
    definition="Number of voxels times the volume of one; mean, median and standard deviation of the HU of all voxels, cortex included.",
    source="IBSI reference manual, features YEKZ, Q4LE, Y12H and the root of ECT3; Zwanenburg et al. 2020, doi 10.1148/radiol.2020191145",
    units={"volume_cm3": "cm³", "mean_hu": "HU", "median_hu": "HU", "sd_hu": "HU"},
    voxels=VoxelRange(
        3.0, 10.0, "The surface is known to half a voxel, which is a large part of a small bone's volume."
    ),
    compute=volume,
    settings=NoSettings(),
)
