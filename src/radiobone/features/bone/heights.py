"""Heights of a vertebral body: anterior, middle and posterior, in mm."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from radiobone.core.errors import RegionCut, RoiTooSmall
from radiobone.core.settings import Settings
from radiobone.core.warnings import silenced
from radiobone.features.bone.base import BoneRegion, FloatArray, Measurement, VoxelRange
from radiobone.features.bone.frame import Columns, columns, frame_of

LINE_MM, ALONG_MM = 0.5, 0.25


class HeightSettings(Settings):
    """Where heights are taken.

    Attributes
    ----------
    from_edge : float
        Share of the body's depth between its front (or back) wall and the anterior (posterior) height; the rims
        themselves are rounded and carry spurs.
    band_mm : float
        Width of the mid-sagittal band whose median is taken.
    along_mm : float
        Length from front to back over which each height is averaged.
    """

    from_edge: float = Field(default=0.15, ge=0, lt=0.5)
    band_mm: float = Field(default=10.0, gt=0)
    along_mm: float = Field(default=3.0, gt=0)


def heights(region: BoneRegion, settings: HeightSettings) -> dict[str, float]:
    """Measure the heights of a body.

    Raises
    ------
    RegionCut
        If the image border cuts the body.
    RoiTooSmall
        If the body is too flat or too thin for three heights.
    """
    if region.is_cut:
        raise RegionCut(
            "The body of the vertebra reaches the border of the image, so a part of it is missing and its heights would be "
            "too small. Leave this level out, or take a scan that holds all of it."
        )
    lines = columns(
        region,
        frame_of(region),
        line_mm=LINE_MM,
        along_mm=ALONG_MM,
        left_within_mm=settings.band_mm / 2,
    )
    front_mm, back_mm = _walls(lines)
    depth_mm = back_mm - front_mm
    shares = {"anterior": settings.from_edge, "middle": 0.5, "posterior": 1 - settings.from_edge}
    high = _heights_along(lines)
    found = {
        f"height_{name}_mm": _mean_near(lines, high, front_mm + share * depth_mm, settings.along_mm)
        for name, share in shares.items()
    }
    return {**found, "body_depth_mm": depth_mm, **_ratios(found)}


def _ratios(found: dict[str, float]) -> dict[str, float]:
    anterior, middle, posterior = found.values()
    return {"wedge_ratio": anterior / posterior, "biconcavity_ratio": middle / posterior}


def _walls(lines: Columns) -> tuple[float, float]:
    """Front and back wall half-way up, where most lines of the band are inside the body."""
    crossed = lines.hit & (lines.bottom_mm < 0) & (lines.top_mm > 0)
    rows = np.flatnonzero(crossed.mean(axis=1) >= 0.5)
    if rows.size < 3:
        raise RoiTooSmall(
            "The body of the vertebra is too small or too thin in its mid-sagittal plane for three heights. Check the mask."
        )
    return float(lines.back_mm[rows[0]] - LINE_MM / 2), float(lines.back_mm[rows[-1]] + LINE_MM / 2)


def _heights_along(lines: Columns) -> FloatArray:
    """Median height across the band, from front to back; NaN where no line meets the body."""
    with silenced(RuntimeWarning):  # rows beyond the body are NaN throughout
        return np.asarray(np.nanmedian(lines.top_mm - lines.bottom_mm, axis=1))


def _mean_near(lines: Columns, high: FloatArray, place_mm: float, along_mm: float) -> float:
    near = (np.abs(lines.back_mm - place_mm) <= along_mm / 2 + 1e-9) & np.isfinite(high)
    return float(high[near].mean())


HEIGHTS = Measurement(
    name="heights",
    definition="Distance between the end plates of the body at 15 %, 50 % and 85 % of its depth in the mid-sagittal plane, along the body's own "
    "axis (half-way between the normals of its end plates): the median of a band 10 mm wide, the mean over 3 mm. Wedge ratio is "
    "anterior over posterior, biconcavity ratio middle over posterior height. Refused where the border of the image cuts the body.",
    source="Genant et al. 1993, doi 10.1002/jbmr.5650080915; Eastell et al. 1991, doi 10.1002/jbmr.5650060302 (ratios)",
    units={
        "height_anterior_mm": "mm",
        "height_middle_mm": "mm",
        "height_posterior_mm": "mm",
        "body_depth_mm": "mm",
        "wedge_ratio": "1",
        "biconcavity_ratio": "1",
    },
    voxels=VoxelRange(
        3.0,
        5.0,
        "A height is known to about half a voxel, and the grades of a fracture are 5 mm apart at most.",
    ),
    compute=heights,
    settings=HeightSettings(),
    of_bodies=True,
)
