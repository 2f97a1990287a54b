"""The own axes of a vertebral body: up through its end plates, back, and left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.lazy import lazily
from radiobone.core.volume import Triple
from radiobone.features.bone.base import BoneRegion

ndimage = lazily("scipy.ndimage")  # slow to import

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
ROUNDS, STAYS = 4, 1e-3
CENTRAL = 0.6  # share of the body's width and depth whose end plates are fitted: its rims are rounded
LEAST_COLUMNS = 6
HEAD, BACK, LEFT = (0.0, 0.0, 1.0), (0.0, 1.0, 0.0), (1.0, 0.0, 0.0)
POSTERIOR_SHARE = 0.1  # of the body's volume: fewer voxels do not tell where the back is


@dataclass(frozen=True, eq=False)
class Frame:
    """An origin and three directions at right angles, in the array's axes (z, y, x) in mm.

    Attributes
    ----------
    centre_mm, up, back, left : ndarray of float64, shape (3,)
    """

    centre_mm: FloatArray
    up: FloatArray
    back: FloatArray
    left: FloatArray

    def tilted(self, backwards: float, leftwards: float) -> Frame:
        """Return the frame whose end plates rise by so much per mm to the back and to the left."""
        up = _unit(self.up - backwards * self.back - leftwards * self.left)
        return _with_axes(self.centre_mm, up, self.back)

    def places(self, voxels: npt.NDArray[np.intp], spacing_mm: Triple) -> FloatArray:
        """Place of voxels along up, back and left, in mm; shape (3, n)."""
        away = voxels * np.asarray(spacing_mm)[:, None] - self.centre_mm[:, None]
        return np.asarray(np.stack([self.up, self.back, self.left]) @ away)


@dataclass(frozen=True, eq=False)
class Columns:
    """Where a region begins and ends along straight lines parallel to the frame's first axis.

    Attributes
    ----------
    back_mm, left_mm : ndarray of float64
        Places of the lines.
    bottom_mm, top_mm : ndarray of float64, shape (n_back, n_left)
        NaN where a line misses the region.
    """

    back_mm: FloatArray
    left_mm: FloatArray
    bottom_mm: FloatArray
    top_mm: FloatArray

    @property
    def hit(self) -> BoolArray:
        """Lines that meet the region."""
        return np.isfinite(self.top_mm)


def frame_of(region: BoneRegion) -> Frame:
    """Find the axes of a vertebral body from its mask.

    The end plates are sampled along the patient's axis, a plane is laid through the middle of each, and the axis
    is turned half-way between their normals, until it stays. The back is where the posterior elements are, if they
    are known, else the patient's back.

    Parameters
    ----------
    region : BoneRegion
        The body of a vertebra.
    """
    centre_mm = region.voxels.mean(axis=1) * np.asarray(region.spacing_mm)
    frame = _with_axes(centre_mm, region.towards(HEAD), _backwards(region, centre_mm))
    step_mm = max(1.0, min(region.spacing_mm) / 2)
    for _ in range(ROUNDS):
        lines = columns(region, frame, line_mm=step_mm, along_mm=step_mm / 2)
        slopes = _slopes(lines)
        frame = frame.tilted(*slopes)
        if max(map(abs, slopes)) < STAYS:
            break
    return frame


def columns(
    region: BoneRegion,
    frame: Frame,
    *,
    line_mm: float,
    along_mm: float,
    left_within_mm: float | None = None,
) -> Columns:
    """Follow lines through a region and note where they enter and leave it.

    Parameters
    ----------
    region : BoneRegion
        Its mask is interpolated linearly, and its surface is where half is reached.
    frame : Frame
        Lines run along its first axis.
    line_mm, along_mm : float
        Distance between lines, and between samples on one.
    left_within_mm : float, optional
        Only lines this near to the frame's centre, to its left and right.
    """
    low, high = _extent(region, frame)
    if left_within_mm is not None:
        low[2], high[2] = -left_within_mm, left_within_mm
    s, a, side = (_steps(low[axis], high[axis], along_mm if axis == 0 else line_mm) for axis in range(3))
    inside = _sampled(region, frame, s, a, side)
    hit = inside.any(axis=0)
    bottom = np.where(hit, s[inside.argmax(axis=0)] - along_mm / 2, np.nan)
    top = np.where(hit, s[::-1][inside[::-1].argmax(axis=0)] + along_mm / 2, np.nan)
    return Columns(a, side, bottom, top)


def _sampled(region: BoneRegion, frame: Frame, s: FloatArray, a: FloatArray, side: FloatArray) -> BoolArray:
    step = np.asarray(region.spacing_mm)
    start, up, back, left = (part / step for part in (frame.centre_mm, frame.up, frame.back, frame.left))
    points = [
        start[axis]
        + s[:, None, None] * up[axis]
        + a[None, :, None] * back[axis]
        + side[None, None, :] * left[axis]
        for axis in range(3)
    ]
    share = ndimage.map_coordinates(
        region.mask.astype(np.float32), np.stack(points), order=1, mode="constant", cval=0.0
    )
    return np.asarray(share >= 0.5)


def _extent(region: BoneRegion, frame: Frame) -> tuple[FloatArray, FloatArray]:
    places = frame.places(region.voxels, region.spacing_mm)
    reach = max(region.spacing_mm)
    return places.min(axis=1) - reach, places.max(axis=1) + reach


def _steps(low_mm: float, high_mm: float, step_mm: float) -> FloatArray:
    """Multiples of a step between two places, the centre among them."""
    return np.arange(np.floor(low_mm / step_mm), np.ceil(high_mm / step_mm) + 1) * step_mm


def _slopes(lines: Columns) -> tuple[float, float]:
    """Mean rise of the two end plates, to the back and to the left."""
    rows, places = np.nonzero(lines.hit)
    a, side = lines.back_mm[rows], lines.left_mm[places]
    central = np.ones(a.size, dtype=bool)
    for place in (a, side):
        middle, half = (place.max() + place.min()) / 2, (place.max() - place.min()) / 2
        central &= np.abs(place - middle) <= CENTRAL * half
    if np.count_nonzero(central) < LEAST_COLUMNS:
        central[:] = True
    design = np.stack([np.ones(a.size), a, side], axis=1)[central]
    both = np.stack([surface[rows, places][central] for surface in (lines.bottom_mm, lines.top_mm)], axis=1)
    fitted = np.linalg.lstsq(design, both, rcond=None)[0].mean(axis=1)
    return float(fitted[1]), float(fitted[2])


def _backwards(region: BoneRegion, centre_mm: FloatArray) -> FloatArray:
    posterior = region.posterior
    if posterior is None or posterior.sum() < POSTERIOR_SHARE * region.mask.sum():
        return region.towards(BACK)
    behind_mm = np.stack(np.nonzero(posterior)).mean(axis=1) * np.asarray(region.spacing_mm)
    return np.asarray(behind_mm - centre_mm)


def _with_axes(centre_mm: FloatArray, up: FloatArray, back: FloatArray) -> Frame:
    """Put the directions at right angles; ``up`` stays as it is."""
    up = _unit(up)
    back = _unit(back - (back @ up) * up)
    return Frame(centre_mm, up, back, np.cross(up, back))


def _unit(direction: FloatArray) -> FloatArray:
    return np.asarray(direction / np.linalg.norm(direction))
