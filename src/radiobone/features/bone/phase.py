"""Bone and marrow told apart by a threshold, as the measurements of structure need it."""

from __future__ import annotations

from pydantic import Field

from radiobone.core.errors import OnePhase
from radiobone.core.settings import Settings
from radiobone.features.bone.base import BoneRegion, BoolArray


class PhaseSettings(Settings):
    """What counts as bone, and where it is measured.

    Attributes
    ----------
    bone_hu : float
        Voxels brighter than this are bone. The numbers depend on it: compare like with like.
    erosion_mm : float
        Taken off the surface of the region, so that the cortex is not measured.
    """

    bone_hu: float = 200.0
    erosion_mm: float = Field(default=3.0, ge=0, le=30)


def two_phases(region: BoneRegion, settings: PhaseSettings) -> tuple[BoolArray, BoolArray]:
    """Return the core of a region, and where bone is (also beyond the core).

    Raises
    ------
    RoiTooSmall
        If nothing is left of the region.
    OnePhase
        If the core holds bone alone, or none.
    """
    core = region.core(settings.erosion_mm)
    bone = region.hu > settings.bone_hu
    share = float(bone[core].mean())
    if share in (0.0, 1.0):
        values = region.hu[core]
        raise OnePhase(
            f"The core of the region has {'no voxel' if share == 0 else 'only voxels'} above {settings.bone_hu:g} HU (it has {values.min():.0f} "
            f"to {values.max():.0f}), so bone and marrow cannot be told apart. The voxels may be too large, or the threshold "
            "(`bone_hu`) does not fit the scan."
        )
    return core, bone
