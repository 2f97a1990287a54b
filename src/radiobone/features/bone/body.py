"""Telling the body of a vertebra from its posterior elements, where one mask holds both."""

from __future__ import annotations

import numpy as np

from radiobone.core.errors import BodyNotFound
from radiobone.core.lazy import lazily
from radiobone.features.bone.base import BoneRegion, BoolArray, FloatArray
from radiobone.features.bone.frame import BACK, HEAD

ndimage = lazily("scipy.ndimage")  # slow to import

BAND_MM = 4.0  # of rays, to either side of the middle
HIGH_SHARE = 0.5  # of the deepest point's distance to the end plates, within which rays start
LEAST_RAYS = 4
LEAST_DEEP_MM = 4.0


def find_body(region: BoneRegion) -> BoolArray:
    """Cut a vertebra along the back wall of its body.

    The point deepest inside the bone lies in the body, whose half-thickness no process reaches. Rays from its
    middle to the back leave the bone at the spinal canal; a plane through these places is the back wall, and the
    body is the piece of bone in front of it.

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
    """
    centre_mm, deepest_mm = _deepest(region)
    up, back = region.towards(HEAD), region.towards(BACK)
    left = np.cross(up, back)
    high, side, wall = _wall(region, centre_mm, HIGH_SHARE * deepest_mm, (up, back, left))
    if wall.size < LEAST_RAYS:
        raise BodyNotFound(
            f"Only {wall.size} of the rays from the middle of the vertebra to its back begin in the bone and leave it at a spinal canal, so "
            "the body's back wall is not known. Check the mask, or give a mask of the bodies."
        )
    design = np.stack([np.ones(wall.size), high, side], axis=1)
    offset, rise, turn = _robust_plane(design, wall)
    places = np.indices(region.mask.shape).reshape(3, -1) * np.asarray(region.spacing_mm)[:, None]
    along = np.stack([up, back, left]) @ (places - centre_mm[:, None])
    front = (along[1] <= offset + rise * along[0] + turn * along[2]).reshape(region.mask.shape)
    return _piece_at(region.mask & front, centre_mm, region)


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
    region: BoneRegion, centre_mm: FloatArray, high_mm: float, axes: tuple[FloatArray, FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Where rays to the back leave the bone: height, side and distance, of those that begin inside."""
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
    return high[leaves], side[leaves], along[(~inside).argmax(axis=1)[leaves]]


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
