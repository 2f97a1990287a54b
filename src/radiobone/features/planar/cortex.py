"""Cortical thickness and metacarpal index of a tubular bone in a radiograph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.features.planar.region import PlanarRegion

FloatArray = npt.NDArray[np.float64]
SHAFT = (1 / 3, 2 / 3)  # part of the bone's length that is measured
STEP_PER_PIXEL = 4  # samples of a profile
FEWEST_PIXELS_ACROSS = 8
SMALLEST_ASPECT = 1.5


@dataclass(frozen=True)
class Cortex:
    """Widths of a bone's shaft, each the median over lines across it, in mm.

    Attributes
    ----------
    width_mm : float
        From one outer edge to the other.
    medulla_mm : float
        Between the inner edges of the cortex.
    cortices_mm : tuple of float
        Thickness of the cortex on either side.
    """

    width_mm: float
    medulla_mm: float
    cortices_mm: tuple[float, float]


def measure_cortex(
    pixels: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_], spacing_mm: tuple[float, float]
) -> Cortex:
    """Measure the middle third of a tubular bone, along lines across its long axis.

    The outer edges are those of the mask. The inner edge of the cortex is where, going inwards from its brightest point,
    intensity falls most steeply: the projection of a tube has its inner wall there.

    Parameters
    ----------
    pixels : ndarray, shape (n_rows, n_columns)
        Bright is dense.
    mask : ndarray of bool, shape (n_rows, n_columns)
        The whole bone, from one end to the other; its longer axis is found from it.
    spacing_mm : tuple of float, (rows, columns)

    Raises
    ------
    RoiTooSmall
        If the mask is not long, or the shaft has fewer than eight pixels across.

    References
    ----------
    Radiogrammetry: Barnett E, Nordin BEC. Clin Radiol 1960;11:166–174, doi 10.1016/S0009-9260(60)80012-8.
    """
    middle, along, length_mm = _long_axis(mask, spacing_mm)
    places = np.arange(SHAFT[0], SHAFT[1], min(spacing_mm) / length_mm) * length_mm - length_mm / 2
    lines = [
        line
        for at in places
        if (line := _line(pixels, mask, spacing_mm, middle + at * along, along)) is not None
    ]
    if not lines:
        raise RoiTooSmall(
            f"The shaft has fewer than {FEWEST_PIXELS_ACROSS} pixels across, or the mask has gaps, so the cortex cannot be "
            "told from the marrow. Give a finer image, or a mask of the whole bone."
        )
    width, medulla, first, second = np.median(np.array(lines), axis=0)
    return Cortex(float(width), float(medulla), (float(first), float(second)))


def cortex(region: PlanarRegion) -> dict[str, float]:
    """Compute cortical thickness and metacarpal index of a bone from its mask.

    Parameters
    ----------
    region : PlanarRegion

    Returns
    -------
    dict
        ``CorticalThickness``: mean of both sides, ``BoneWidth``, ``MedullaryWidth``: in mm (pixels, where the size of a
        pixel is not known); ``MetacarpalIndex``: both cortices through the bone's width, a ratio from 0 to 1.

    Raises
    ------
    RoiTooSmall
    """
    found = measure_cortex(region.pixels, region.mask, region.spacing_mm)
    return {
        "CorticalThickness": sum(found.cortices_mm) / 2,
        "BoneWidth": found.width_mm,
        "MedullaryWidth": found.medulla_mm,
        "MetacarpalIndex": sum(found.cortices_mm) / found.width_mm,
    }


def _long_axis(
    mask: npt.NDArray[np.bool_], spacing_mm: tuple[float, float]
) -> tuple[FloatArray, FloatArray, float]:
    """Middle in mm (rows, columns), unit vector along the bone, and its length in mm."""
    points = np.argwhere(mask) * np.array(spacing_mm)
    middle = points.mean(axis=0)
    minor, major = np.linalg.eigvalsh(np.cov((points - middle).T)) if len(points) > 2 else (1.0, 1.0)
    if major < SMALLEST_ASPECT**2 * minor:
        raise RoiTooSmall(
            "The mask is hardly longer than wide, so it has no shaft to measure across. Give a mask of a whole tubular "
            "bone, such as a metacarpal, or leave the family cortex out."
        )
    along = np.linalg.eigh(np.cov((points - middle).T))[1][:, -1]
    along = along if along[np.abs(along).argmax()] > 0 else -along
    places = (points - middle) @ along
    middle = middle + (places.max() + places.min()) / 2 * along
    return middle, along, float(places.max() - places.min())


def _line(
    pixels: npt.NDArray[np.floating],
    mask: npt.NDArray[np.bool_],
    spacing_mm: tuple[float, float],
    at_mm: FloatArray,
    along: FloatArray,
) -> tuple[float, float, float, float] | None:
    """Width, medulla and both cortices on a line across the bone, in mm; None where they cannot be told."""
    from scipy.ndimage import map_coordinates  # slow to import

    across = np.array([-along[1], along[0]])
    step_mm = min(spacing_mm) / STEP_PER_PIXEL
    reach_mm = float(np.hypot(*(np.array(mask.shape) * spacing_mm)))
    offsets = np.arange(-reach_mm, reach_mm, step_mm)
    places = (at_mm[:, None] + across[:, None] * offsets) / np.array(spacing_mm)[:, None]
    inside = map_coordinates(mask.astype(np.float64), places, order=1) >= 0.5
    edges = np.flatnonzero(np.diff(inside.astype(np.int8)))
    if len(edges) != 2 or edges[1] - edges[0] < FEWEST_PIXELS_ACROSS * STEP_PER_PIXEL:
        return None
    first, last = edges[0] + 1, edges[1]
    profile = map_coordinates(pixels.astype(np.float64), places[:, first : last + 1], order=1)
    half = len(profile) // 2
    left, right = _inner_edge(profile[:half]), _inner_edge(profile[::-1][:half])
    width = (last - first + 1) * step_mm
    return width, width - (left + right) * step_mm, left * step_mm, right * step_mm


def _inner_edge(profile: FloatArray) -> float:
    """Count steps from the outer edge to where the profile falls most steeply, inwards of its brightest point."""
    peak = int(profile.argmax())
    fall = profile[peak:-STEP_PER_PIXEL] - profile[peak + STEP_PER_PIXEL :]  # over a pixel
    if fall.size == 0 or fall.max() <= 0:
        return float(len(profile))  # no marrow is seen on this side
    steepest = np.flatnonzero(fall >= fall.max() * (1 - 1e-9))
    return float(peak + steepest.mean() + STEP_PER_PIXEL / 2 + 0.5)
