"""Mean intercept length: how far a straight line runs, direction by direction, before it crosses the surface of bone."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.compiled import compiled
from radiobone.core.errors import OnePhase
from radiobone.core.volume import Triple
from radiobone.features.bone.base import BoneRegion, FloatArray, Measurement, VoxelRange
from radiobone.features.bone.phase import PhaseSettings, two_phases
from radiobone.imaging.crop import bounding_box

STEPS_PER_VOXEL, VOXELS_BETWEEN_LINES = 2.0, 2.0


class MilSettings(PhaseSettings):
    """Along what lines crossings are counted.

    Attributes
    ----------
    directions : int
        Directions, spread evenly over half a sphere.
    """

    directions: int = Field(default=60, ge=12, le=1000)


def mean_intercept_length(region: BoneRegion, settings: MilSettings) -> dict[str, float]:
    """Count crossings along lines of many directions, and lay an ellipsoid through what comes of it.

    Raises
    ------
    RoiTooSmall
        If nothing is left of the region.
    OnePhase
        If bone and marrow cannot be told apart, or no line crosses a surface.
    """
    core, _ = two_phases(region, settings)
    along = directions(settings.directions)
    length_mm, crossings = intercepts(region.hu, core, region.spacing_mm, settings.bone_hu, along)
    if not crossings.any():
        raise OnePhase(
            "No line in the core of the region crosses the surface of bone, so intercepts have no length. Check image and mask."
        )
    rates = np.sort(np.maximum(np.linalg.eigvalsh(fabric_tensor(along, crossings / length_mm)), 0.0))
    least_most, least_middle = (math.sqrt(rate / rates[2]) for rate in rates[:2])
    return {
        "mil_degree": 1 - least_most,
        "mil_least_most": least_most,
        "mil_least_middle": least_middle,
        "mil_mean_mm": float(length_mm.sum() / crossings.sum()),
    }


def directions(n: int) -> FloatArray:
    """Spread directions evenly over half a sphere, on a spiral; shape (n, 3), of length 1, axes (z, y, x)."""
    place = np.arange(n) + 0.5
    z = 1 - place / n
    turn = math.pi * (1 + math.sqrt(5)) * place
    flat = np.sqrt(1 - z**2)
    return np.stack([z, flat * np.sin(turn), flat * np.cos(turn)], axis=1)


def fabric_tensor(along: FloatArray, rate_per_mm: FloatArray) -> FloatArray:
    """Fit the tensor M of an ellipsoid, by least squares: the square of crossings per mm along n is n·M·n.

    Parameters
    ----------
    along : ndarray of float64, shape (n, 3)
        Directions, of length 1.
    rate_per_mm : ndarray of float64, shape (n,)
        One over the mean intercept length along each.

    Returns
    -------
    ndarray of float64, shape (3, 3)
        The axes of the ellipsoid of intercept lengths are one over the roots of its eigenvalues.

    References
    ----------
    Harrigan and Mann 1984, doi 10.1007/BF00540446
    """
    first, second = np.triu_indices(3)
    design = along[:, first] * along[:, second] * np.where(first == second, 1.0, 2.0)
    fitted = np.linalg.lstsq(design, rate_per_mm**2, rcond=None)[0]
    tensor = np.zeros((3, 3))
    tensor[first, second] = tensor[second, first] = fitted
    return tensor


def intercepts(
    hu: FloatArray, core: npt.NDArray[np.bool_], spacing_mm: Triple, bone_hu: float, along: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Count how often lines cross the surface of bone.

    Lines lie two of the longest edges of a voxel apart; HU are interpolated linearly between voxels, and the surface
    is where they pass the threshold.

    Parameters
    ----------
    hu : ndarray of float64, shape (n_z, n_y, n_x)
        Intensities.
    core : ndarray of bool, same shape
        Where lines run.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    bone_hu : float
        The threshold.
    along : ndarray of float64, shape (n, 3)
        Directions, of length 1.

    Returns
    -------
    length_mm, crossings : ndarray of float64, shape (n,)
        Length of all lines in the core, and how often they cross.
    """
    box = bounding_box(core).grown(1, core.shape)
    inside = np.ascontiguousarray(core[box.slices]).view(np.uint8)
    values = np.ascontiguousarray(hu[box.slices], dtype=np.float64) - bone_hu
    step = np.asarray(spacing_mm)
    corners = np.stack(np.meshgrid(*((0.0, n - 1.0) for n in core[box.slices].shape), indexing="ij"))
    corners = corners.reshape(3, -1) * step[:, None]
    apart_mm = VOXELS_BETWEEN_LINES * float(step.max())
    found = np.zeros((len(along), 2))
    for row, direction in enumerate(along):
        axes = np.stack([direction, *_across(direction)])
        reach = np.stack([(axes @ corners).min(axis=1), (axes @ corners).max(axis=1)], axis=1)
        pitch = np.array([step.min() / STEPS_PER_VOXEL, apart_mm, apart_mm])
        n_steps = np.ceil((reach[:, 1] - reach[:, 0]) / pitch).astype(np.int64)
        start = reach[:, 0] @ axes / step  # in voxels
        _follow(values, inside, start, axes * pitch[:, None] / step, n_steps, found[row])
        found[row, 0] *= pitch[0]
    return found[:, 0], found[:, 1]


def _across(direction: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Two directions at right angles to one, and to each other."""
    other = np.zeros(3)
    other[np.abs(direction).argmin()] = 1.0
    first = np.cross(direction, other)
    first /= np.linalg.norm(first)
    return first, np.cross(direction, first)


@compiled
def _follow(
    values: npt.NDArray[np.float64],
    inside: npt.NDArray[np.uint8],
    start: npt.NDArray[np.float64],
    steps: npt.NDArray[np.float64],
    n_steps: npt.NDArray[np.int64],
    found: npt.NDArray[np.float64],
) -> None:
    """Follow parallel lines, and count the steps inside and how often the sign of the interpolated values changes."""
    n_z, n_y, n_x = values.shape
    n_inside, n_crossings = 0, 0
    for i in range(n_steps[1] + 1):
        for j in range(n_steps[2] + 1):
            was_inside, was_bone = False, False
            for k in range(n_steps[0] + 1):
                z = start[0] + k * steps[0, 0] + i * steps[1, 0] + j * steps[2, 0]
                y = start[1] + k * steps[0, 1] + i * steps[1, 1] + j * steps[2, 1]
                x = start[2] + k * steps[0, 2] + i * steps[1, 2] + j * steps[2, 2]
                if z < 0.0 or y < 0.0 or x < 0.0 or z > n_z - 1 or y > n_y - 1 or x > n_x - 1:
                    was_inside = False
                    continue
                if inside[int(z + 0.5), int(y + 0.5), int(x + 0.5)] == 0:
                    was_inside = False
                    continue
                a, b, c = min(int(z), n_z - 2), min(int(y), n_y - 2), min(int(x), n_x - 2)
                p, q, r = z - a, y - b, x - c
                low = (1 - q) * ((1 - r) * values[a, b, c] + r * values[a, b, c + 1]) + q * (
                    (1 - r) * values[a, b + 1, c] + r * values[a, b + 1, c + 1]
                )
                high = (1 - q) * ((1 - r) * values[a + 1, b, c] + r * values[a + 1, b, c + 1]) + q * (
                    (1 - r) * values[a + 1, b + 1, c] + r * values[a + 1, b + 1, c + 1]
                )
                is_bone = (1 - p) * low + p * high > 0.0
                if was_inside:
                    n_inside += 1
                    if is_bone != was_bone:
                        n_crossings += 1
                was_inside, was_bone = True, is_bone
    found[0] = n_inside
    found[1] = n_crossings


MIL = Measurement(
    name="mil",
    definition="Length of straight lines in the eroded region (default 3 mm) over the number of times that they cross the surface of bone (where HU, "
    "interpolated linearly, pass a threshold, default 200), for 60 directions; an ellipsoid is fitted to these mean intercept lengths by "
    "least squares of their inverse squares. Shortest over longest and over middle of its axes, degree 1 − shortest / longest (0 has no "
    "direction, 1 is plates or rods without end; plates are short along one axis, rods along two), and the mean over all directions.",
    source="Mean intercept length: Whitehouse 1974, doi 10.1111/j.1365-2818.1974.tb03878.x; ellipsoid: Harrigan and Mann 1984, doi 10.1007/BF00540446",
    units={"mil_degree": "1", "mil_least_most": "1", "mil_least_middle": "1", "mil_mean_mm": "mm"},
    voxels=VoxelRange(
        0.3,
        0.7,
        "Trabeculae repeat every 1.0 to 1.4 mm in a vertebra: with fewer than two voxels to that, lines miss most of their surfaces.",
    ),
    compute=mean_intercept_length,
    settings=MilSettings(),
)
