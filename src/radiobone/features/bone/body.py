"""Telling the body of a vertebra from its posterior elements, where one mask holds both."""

from __future__ import annotations

import numpy as np

from radiobone.core.errors import BodyNotFound
from radiobone.core.lazy import lazily
from radiobone.core.volume import Triple
from radiobone.core.warnings import BodyUncertain, warn
from radiobone.features.bone.base import BoneRegion, BoolArray, FloatArray
from radiobone.features.bone.depth import depth_mm
from radiobone.features.bone.frame import BACK, HEAD, frame_of
from radiobone.imaging.crop import bounding_box

ndimage = lazily("scipy.ndimage")  # slow to import

Axes = tuple[FloatArray, FloatArray, FloatArray]
BAND_MM = 5.0  # of rays, to either side of the middle
HIGH_SHARE = 0.6  # of the deepest point's distance to the end plates, within which rays start
LEAST_RAYS = 4
LEAST_DEEP_MM = 4.0
MOST_CHANGE, MOST_UNEVEN_MM = 1.15, 2.0
MOST_OUTLYING, OUTLYING_OF_COARSE, TOO_COARSE = 0.06, 0.23, 0.3  # corners of large voxels lie far out too
DEEP, BEYOND = 0.5, 0.35  # of the greatest depth in the body


def find_body(region: BoneRegion) -> BoolArray:
    """Cut a vertebra along the back wall of its body.

    The point deepest inside the bone lies in the body, whose half-thickness no process reaches. Rays from its
    middle to the back leave the bone at the spinal canal; a plane through these places is the back wall, and the
    body is the piece of bone in front of it. This is done along the patient's axes, and once more along those of the
    body that was found: a vertebra may be tilted and turned.

    Parameters
    ----------
    region : BoneRegion
        A whole vertebra.

    Returns
    -------
    ndarray of bool, shape (n_z, n_y, n_x)
        The body.

    Raises
    ------
    BodyNotFound
        If no such plane is found: the mask is too thin, or holds no canal.

    Warns
    -----
    BodyUncertain
        If the two planes part bodies of different size, rays leave the bone at places that are not in a plane, or much of
        the body lies far from its middle, as processes that spring from its side do.
    """
    centre_mm, deepest_mm = _deepest(region)
    up, back = region.towards(HEAD), region.towards(BACK)
    first, _ = _cut(region, centre_mm, deepest_mm, (up, back, np.cross(up, back)))
    own = frame_of(region.part(first))
    body, uneven_mm = _cut(region, centre_mm, deepest_mm, (own.up, own.back, own.left))
    doubts = _doubts(
        float(first.sum()) / float(body.sum()), uneven_mm, _outlying(body, region.spacing_mm), region
    )
    if doubts:
        warn(
            BodyUncertain(
                f"Where the body of the vertebra ends is not sure: {'; '.join(doubts)}. Its volume and heights may hold a part of the posterior "
                "elements. Look at its picture, or give a mask of the bodies."
            ),
            stacklevel=2,
        )
    return body


def _cut(region: BoneRegion, centre_mm: FloatArray, deepest_mm: float, axes: Axes) -> tuple[BoolArray, float]:
    """Part the bone in front of the plane, and say how far from it rays leave the bone (median)."""
    high, wall = _wall(region, centre_mm, HIGH_SHARE * deepest_mm, axes)
    if wall.size < LEAST_RAYS:
        raise BodyNotFound(
            f"Only {wall.size} of the rays from the middle of the vertebra to its back begin in the bone and leave it at a spinal canal, so "
            "the body's back wall is not known. Check the mask, or give a mask of the bodies."
        )
    design = np.stack([np.ones(wall.size), high], axis=1)
    offset, rise = _robust_plane(design, wall)
    uneven_mm = float(np.median(np.abs(wall - offset - rise * high)))
    places = region.voxels * np.asarray(region.spacing_mm)[:, None]
    along = np.stack(axes[:2]) @ (places - centre_mm[:, None])
    front = np.zeros(region.mask.shape, dtype=np.bool_)
    front[region.mask] = along[1] <= offset + rise * along[0]
    return _piece_at(front, centre_mm, region), uneven_mm


def _doubts(shrunk: float, uneven_mm: float, outlying: float, region: BoneRegion) -> list[str]:
    longest_mm = max(region.spacing_mm)
    coarse = longest_mm / float(region.depth_mm.max())
    found = {
        f"a first cut gave a body {shrunk:.2f} times as large as the second": not 1 / MOST_CHANGE
        < shrunk
        < MOST_CHANGE,
        f"its back wall lies {uneven_mm:.1f} mm from a plane": uneven_mm > max(MOST_UNEVEN_MM, longest_mm),
        f"{outlying:.0%} of it lies far from its middle, as processes that spring from its side do": (
            coarse < TOO_COARSE and outlying > MOST_OUTLYING + OUTLYING_OF_COARSE * coarse
        ),
    }
    return [words for words, true in found.items() if true]


def _outlying(body: BoolArray, spacing_mm: Triple) -> float:
    """Share of a body that lies farther from its deep half than a third of its depth."""
    inside = body[bounding_box(body).slices]
    depth = depth_mm(inside, spacing_mm)
    deepest_mm = float(depth.max())
    away = ndimage.distance_transform_edt(depth < DEEP * deepest_mm, sampling=spacing_mm)
    return float((away[inside] > (DEEP + BEYOND) * deepest_mm).mean())


def _deepest(region: BoneRegion) -> tuple[FloatArray, float]:
    """Find the middle of the largest ball that fits into the bone, and its radius."""
    deepest_mm = float(region.depth_mm.max())
    if deepest_mm < LEAST_DEEP_MM:
        raise BodyNotFound(
            f"No point of the mask lies deeper than {deepest_mm:.1f} mm below its surface, which no vertebral body is as thin as. Check the mask."
        )
    near = region.depth_mm >= deepest_mm - min(region.spacing_mm) / 2
    return np.stack(np.nonzero(near)).mean(axis=1) * np.asarray(region.spacing_mm), deepest_mm


def _wall(
    region: BoneRegion, centre_mm: FloatArray, high_mm: float, axes: Axes
) -> tuple[FloatArray, FloatArray]:
    """Where rays to the back leave the bone: height and distance, of those that begin inside."""
    step = np.asarray(region.spacing_mm)
    pitch_mm = min(step) / 4
    up, back, left = (axis / step for axis in axes)
    start = centre_mm / step
    longest_mm = float(np.linalg.norm(np.asarray(region.mask.shape) * step))
    along = np.arange(0.0, longest_mm, pitch_mm)
    high, side = (
        part.ravel()
        for part in np.meshgrid(
            np.linspace(-high_mm, high_mm, 9), np.linspace(-BAND_MM, BAND_MM, 9), indexing="ij"
        )
    )
    points = [
        start[axis] + (high * up[axis] + side * left[axis])[:, None] + along[None] * back[axis]
        for axis in range(3)
    ]
    share = ndimage.map_coordinates(region.mask.astype(np.float32), np.stack(points), order=1)
    inside = np.asarray(share >= 0.5)
    leaves = inside[:, 0] & ~inside.all(axis=1)
    return high[leaves], along[(~inside).argmax(axis=1)[leaves]]


def _robust_plane(design: FloatArray, wall: FloatArray) -> FloatArray:
    """Fit a plane twice, the second time without the places that lie far from the first."""
    fitted = np.linalg.lstsq(design, wall, rcond=None)[0]
    away = np.abs(wall - design @ fitted)
    near = away <= max(2.0, 2.5 * float(np.median(away)))
    return np.asarray(np.linalg.lstsq(design[near], wall[near], rcond=None)[0])


def _piece_at(mask: BoolArray, centre_mm: FloatArray, region: BoneRegion) -> BoolArray:
    """Keep the piece that holds the middle of the body."""
    pieces, _ = ndimage.label(mask)
    place = tuple(round(mm / step) for mm, step in zip(centre_mm, region.spacing_mm, strict=True))
    if pieces[place] == 0:
        raise BodyNotFound(
            "The plane found for the back wall leaves the middle of the vertebra out. Check the mask."
        )
    return np.asarray(pieces == pieces[place])
