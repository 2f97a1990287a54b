"""Apparent structure of trabecular bone: BV/TV, Tb.Th and Tb.Sp."""

from __future__ import annotations

from radiobone.features.bone.base import BoneRegion, Measurement, VoxelRange
from radiobone.features.bone.local_thickness import local_thickness_mm
from radiobone.features.bone.phase import PhaseSettings, two_phases


def apparent(region: BoneRegion, settings: PhaseSettings) -> dict[str, float]:
    """Measure bone and marrow in the core of a region; balls may reach out of the core, not out of the region.

    Raises
    ------
    RoiTooSmall, OnePhase
        If nothing is left of the region, or bone and marrow cannot be told apart.
    """
    core, bone = two_phases(region, settings)
    inside, outside = bone & region.mask, ~bone & region.mask
    thickness = local_thickness_mm(inside, region.spacing_mm)[core & bone]
    gaps = local_thickness_mm(outside, region.spacing_mm)[core & ~bone]
    return {
        "apparent_bv_tv": float(bone[core].mean()),
        "apparent_tb_th_mm": float(thickness.mean()),
        "apparent_tb_th_sd_mm": float(thickness.std()),
        "apparent_tb_sp_mm": float(gaps.mean()),
        "apparent_tb_sp_sd_mm": float(gaps.std()),
    }


APPARENT = Measurement(
    name="apparent",
    definition="Share of voxels above a threshold (default 200 HU) in the region eroded by a distance (default 3 mm), and mean and standard "
    "deviation of the local thickness of bone and of marrow there: at each voxel the diameter of the largest ball that holds its "
    "centre and fits into the structure. Apparent: trabeculae are thinner than a clinical scanner shows them.",
    source="Hildebrand and Rüegsegger 1997, doi 10.1046/j.1365-2818.1997.1340694.x; names after Bouxsein et al. 2010, doi 10.1002/jbmr.141",
    units={
        "apparent_bv_tv": "1",
        "apparent_tb_th_mm": "mm",
        "apparent_tb_th_sd_mm": "mm",
        "apparent_tb_sp_mm": "mm",
        "apparent_tb_sp_sd_mm": "mm",
    },
    voxels=VoxelRange(
        0.3,
        0.7,
        "Trabeculae repeat every 1.0 to 1.4 mm in a vertebra, and fewer than two voxels to that cannot show them; above 0.3 mm their "
        "thickness is the scanner's blur.",
    ),
    compute=apparent,
    settings=PhaseSettings(),
)
