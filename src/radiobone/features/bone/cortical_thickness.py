"""Thickness of the cortex, from the profile of HU below the surface."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import OnePhase
from radiobone.core.settings import Settings
from radiobone.features.bone.base import BoneRegion, Measurement, VoxelRange


class CorticalThicknessSettings(Settings):
    """How the profile is read.

    Attributes
    ----------
    reach_mm : float
        How deep the cortex is looked for; the profile beyond is taken for trabecular bone.
    contrast_hu : float
        The cortex must be brighter than trabecular bone by this much.
    """

    reach_mm: float = Field(default=6.0, gt=0, le=20)
    contrast_hu: float = Field(default=50.0, gt=0)


def cortical_thickness(region: BoneRegion, settings: CorticalThicknessSettings) -> dict[str, float]:
    """Find the depth at which HU has fallen half-way from the cortex to trabecular bone.

    Raises
    ------
    RoiTooSmall
        If the region is not deeper than ``reach_mm``.
    OnePhase
        If no bright layer lies below the surface.
    """
    inside = float(region.hu[region.core(settings.reach_mm)].mean())
    step_mm = min(region.spacing_mm) / 2
    depths, profile = _profile(region, step_mm, settings.reach_mm)
    peak = int(profile.argmax())
    if profile[peak] - inside < settings.contrast_hu:
        raise OnePhase(
            f"No cortex is seen: the brightest layer below the surface has {profile[peak]:.0f} HU and the inside {inside:.0f} HU, "
            f"and {settings.contrast_hu:g} HU more are needed. The outline may lie inside the cortex, or the cortex is too thin "
            "for these voxels."
        )
    half = (profile[peak] + inside) / 2
    below = np.flatnonzero(profile[peak:] < half)
    last = peak + int(below[0]) if below.size else len(profile) - 1
    rise = profile[last - 1] - profile[last] if last else 0.0
    share = (profile[last - 1] - half) / rise if rise > 0 else 1.0
    first = depths[last - 1] if last else 0.0
    return {
        "cortical_thickness_mm": float(first + np.clip(share, 0, 1) * (depths[last] - first)),
        "cortical_peak_hu": float(profile[peak]),
    }


def _profile(
    region: BoneRegion, step_mm: float, reach_mm: float
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean HU of layers below the surface: mean depth of the layers that hold voxels, and their HU."""
    depth, hu = region.depth_mm[region.mask], region.hu[region.mask]
    layer = np.floor(depth / step_mm).astype(np.intp)
    near = depth <= reach_mm
    n = np.bincount(layer[near])
    held = n > 0
    sums = [np.bincount(layer[near], weights=values[near])[held] for values in (depth, hu)]
    return sums[0] / n[held], sums[1] / n[held]


CORTICAL_THICKNESS = Measurement(
    name="cortical_thickness",
    definition="Depth below the surface at which the mean HU of layers has fallen half-way from its peak to that of trabecular bone; and "
    "the peak. The peak is looked for within a depth (default 6 mm), and refused unless it is brighter than the inside (default 50 HU). Needs an outline along the outer surface of the cortex.",
    source="Half-maximum of the profile across the cortex: Prevrhal et al. 1999, doi 10.1088/0031-9155/44/3/017",
    units={"cortical_thickness_mm": "mm", "cortical_peak_hu": "HU"},
    voxels=VoxelRange(
        0.5, 1.5, "A cortex thinner than about two voxels appears as thick as the blur of the scanner."
    ),
    compute=cortical_thickness,
    settings=CorticalThicknessSettings(),
)
