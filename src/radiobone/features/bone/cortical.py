"""Shell and core of a bone, split by distance below the surface."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from radiobone.core.settings import Settings
from radiobone.features.bone.base import BoneRegion, Measurement, VoxelRange


class CorticalSettings(Settings):
    """Where the shell ends.

    Attributes
    ----------
    shell_mm : float
        Voxels whose centres lie this deep or less below the surface are the shell, the others the core.
    """

    shell_mm: float = Field(default=2.0, gt=0, le=30)


def cortical(region: BoneRegion, settings: CorticalSettings) -> dict[str, float]:
    """Measure shell and core apart.

    Raises
    ------
    RoiTooSmall
        If the region has no core.
    """
    core = region.core(settings.shell_mm)
    shell = region.mask & ~core
    inner, outer = region.hu[core], region.hu[shell]
    mean_core, mean_shell = float(inner.mean()), float(outer.mean())
    return {
        "shell_hu_mean": mean_shell,
        "shell_hu_sd": float(outer.std()),
        "shell_volume_cm3": float(outer.size) * region.voxel_volume_mm3 / 1000,
        "core_hu_mean": mean_core,
        "core_hu_sd": float(inner.std()),
        "core_volume_cm3": float(inner.size) * region.voxel_volume_mm3 / 1000,
        "shell_share": float(outer.size) / float(np.count_nonzero(region.mask)),
    }


CORTICAL = Measurement(
    name="cortical",
    definition="The region split at a depth below its surface (default 2 mm): HU and volume of shell and core, and the shell's share of the "
    "volume. The shell is a layer of stated thickness, not the cortex itself.",
    source="Split by distance in mm; the distance is that of trabecular HU (no DOI: the definition is ours)",
    units={
        "shell_hu_mean": "HU",
        "shell_hu_sd": "HU",
        "shell_volume_cm3": "cm³",
        "core_hu_mean": "HU",
        "core_hu_sd": "HU",
        "core_volume_cm3": "cm³",
        "shell_share": "1",
    },
    voxels=VoxelRange(1.5, 3.0, "A shell thinner than a voxel holds voxels that are mostly not shell."),
    compute=cortical,
    settings=CorticalSettings(),
)
