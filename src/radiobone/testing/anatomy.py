"""Shape of a lumbar vertebra as signed distances: negative inside, in mm, about right near the surface.

Points are given by three arrays that broadcast against each other: ``u`` to the patient's left, ``v`` to the
back, ``w`` to the head, in mm from the middle of the vertebral body.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Point = tuple[float, float, float]
NEAR_MM, FAR_MM = 3.0, 1000.0


class Points(NamedTuple):
    """Coordinates to the left, the back and the head, in mm."""

    u: Array
    v: Array
    w: Array


@dataclass(frozen=True)
class Shape:
    """Size of a vertebra; the defaults are those of a small L1.

    Attributes
    ----------
    width_mm, depth_mm, height_mm : float
        Of the body at its end plates: left to right, front to back, foot to head.
    waist : float
        Share by which the body is narrower half-way up.
    concavity : float
        Share of half the height by which each end plate is hollowed in its middle.
    """

    width_mm: float = 35.0
    depth_mm: float = 26.0
    height_mm: float = 23.0
    waist: float = 0.1
    concavity: float = 0.14


def body_distance(points: Points, shape: Shape) -> Array:
    """Signed distance to the vertebral body: a waisted elliptic cylinder between hollow end plates.

    Its back wall is hollowed by the spinal canal.
    """
    half_height = shape.height_mm / 2
    scale = 1 - shape.waist * np.clip(1 - (points.w / half_height) ** 2, 0, 1)
    share = _ellipse_share(points, shape)
    side = _ellipse_distance(points.u, points.v, shape.width_mm / 2, shape.depth_mm / 2, scale)
    plate = np.abs(points.w) - half_height * (1 - shape.concavity * np.clip(1 - share, 0, 1))
    outside = np.maximum(np.maximum(side, plate), -canal_distance(points, shape))
    return np.asarray(outside, dtype=np.float32)


def posterior_distance(points: Points, shape: Shape) -> Array:
    """Signed distance to pedicles, facets, laminae, transverse and spinous processes.

    Further than `NEAR_MM` from a part's box the part is taken as `FAR_MM` away, which saves most of the work.
    """
    distance = np.full(np.broadcast_shapes(*(axis.shape for axis in points)), FAR_MM, dtype=np.float32)
    for start, end, radius_mm in _posterior_parts(shape):
        rows = _near(points.v, (start[1], end[1]), radius_mm, axis=1)
        columns = _near(points.u, (start[0], end[0]), radius_mm, axis=2)
        close = Points(points.u[:, :, columns], points.v[:, rows], _rows(points.w, rows))
        here = distance[:, rows, columns]
        np.minimum(here, _capsule_distance(close, start, end, radius_mm), out=here)
    return np.asarray(np.maximum(distance, -canal_distance(points, shape)), dtype=np.float32)


def canal_distance(points: Points, shape: Shape) -> Array:
    """Signed distance to the spinal canal, an elliptic tube behind the body."""
    behind = points.v - (0.46 * shape.depth_mm + 6.5)
    return _ellipse_distance(points.u, behind, 9.5, 7.0, np.float32(1.0))


def _ellipse_share(points: Points, shape: Shape) -> Array:
    """Zero on the axis of the body, one on its side wall."""
    share = (2 * points.u / shape.width_mm) ** 2 + (2 * points.v / shape.depth_mm) ** 2
    return np.asarray(share, dtype=np.float32)


def _ellipse_distance(
    u: Array, v: Array, half_width: float, half_depth: float, scale: Array | np.float32
) -> Array:
    """Distance to an ellipse, exact to first order: the level over the length of its gradient."""
    level = np.sqrt((u / half_width) ** 2 + (v / half_depth) ** 2)
    gradient = np.sqrt((u / half_width**2) ** 2 + (v / half_depth**2) ** 2)
    return np.asarray((level - scale) * (level + 1e-6) / (gradient + 1e-6 / half_depth), dtype=np.float32)


def _near(positions: Array, ends: tuple[float, float], radius_mm: float, axis: int) -> slice:
    """Range of indices along one axis that comes near a rod between two positions."""
    low, high = min(ends) - radius_mm - NEAR_MM, max(ends) + radius_mm + NEAR_MM
    others = tuple(other for other in range(3) if other != axis)
    (found,) = np.nonzero(((positions >= low) & (positions <= high)).any(axis=others))
    return slice(int(found[0]), int(found[-1]) + 1) if len(found) else slice(0, 0)


def _rows(positions: Array, rows: slice) -> Array:
    """Cut rows out of positions unless they are the same for all rows."""
    return positions[:, rows] if positions.shape[1] > 1 else positions


def _capsule_distance(points: Points, start: Point, end: Point, radius_mm: float) -> Array:
    """Distance to a rod with round ends."""
    along = np.subtract(end, start)
    from_start = [axis - np.float32(origin) for axis, origin in zip(points, start, strict=True)]
    dot = sum(part * np.float32(step) for part, step in zip(from_start, along, strict=True))
    share = np.clip(dot / np.float32(along @ along), 0, 1)
    square = sum((part - share * np.float32(step)) ** 2 for part, step in zip(from_start, along, strict=True))
    return np.asarray(np.sqrt(square) - np.float32(radius_mm), dtype=np.float32)


def _posterior_parts(shape: Shape) -> list[tuple[Point, Point, float]]:
    """Rods that the neural arch is made of: start, end, radius."""
    back, height = shape.depth_mm / 2, shape.height_mm
    out = 0.34 * shape.width_mm
    parts: list[tuple[Point, Point, float]] = [
        ((0.0, back + 16.0, -0.1 * height), (0.0, back + 30.0, -0.3 * height), 3.2)  # spinous process
    ]
    for side in (-1.0, 1.0):
        hub: Point = (side * out, back + 10.0, 0.15 * height)
        parts += [
            ((side * out, 0.7 * back, 0.2 * height), hub, 3.8),  # pedicle
            (hub, (0.0, back + 16.0, -0.1 * height), 3.0),  # lamina
            (hub, (side * 0.95 * shape.width_mm, back + 12.0, 0.15 * height), 2.8),  # transverse process
            (
                (side * out, back + 12.0, 0.5 * height),
                (side * out, back + 12.0, -0.5 * height),
                3.6,
            ),  # facets
        ]
    return parts
