"""Marching cubes: the triangles between inside and outside, for each of the ways to fill a cube's corners.

The tables are derived here, not listed. On every face of the cube, the edges that the surface cuts
are joined so that inside corners which touch only across the face's diagonal stay apart; this gives
closed polygons, directed so that the surface's normals point outwards. Polygons of more than three
corners are not flat, so the way they are cut into triangles decides area and volume. The convention
of the field's published tables is reproduced by a rule: the greatest area, of those the least change
of volume; and for the seven-cornered polygon, the fan from the corner on its axis of symmetry.

Corners and edges: corner ``c`` of the cube lies at (z, y, x) = the binary digits of ``c``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

import numpy as np

Triangle = tuple[int, int, int]
Three = list[float]
CORNERS: list[Three] = [[float(z), float(y), float(x)] for z, y, x in product((0, 1), repeat=3)]
EDGES = [(a, b) for a in range(8) for b in range(a + 1, 8) if (a ^ b).bit_count() == 1]
MIDPOINTS = np.array([[(p + q) / 2 for p, q in zip(CORNERS[a], CORNERS[b], strict=True)] for a, b in EDGES])
FROM_CENTRE: list[Three] = (MIDPOINTS - 0.5).tolist()  # for three numbers plain arithmetic is the fastest
FACES = {
    (axis, side): [e for e, edge in enumerate(EDGES) if all(CORNERS[c][axis] == side for c in edge)]
    for axis, side in product(range(3), (0, 1))
}
"""Edges of each face."""


@lru_cache(maxsize=1)
def triangle_table() -> tuple[tuple[Triangle, ...], ...]:
    """List the triangles of all 256 cubes, as triples of edges; bit ``c`` of the index says that corner ``c`` is inside.

    Where the corner opposite the first is inside, the complement's triangles are used, turned round:
    this fixes how ambiguous faces are resolved there.
    """
    table: list[tuple[Triangle, ...]] = []
    plain = {index: tuple(_triangles(index)) for index in range(256) if not index & FLIP_BIT}
    for index in range(256):
        turned = tuple((c, b, a) for a, b, c in plain[index ^ 0xFF]) if index & FLIP_BIT else plain[index]
        table.append(turned)
    return tuple(table)


FLIP_BIT = 1 << 0b110  # the corner at z = 1, y = 1, x = 0


def _triangles(index: int) -> list[Triangle]:
    return [triangle for polygon in _polygons(index) for triangle in _cut(polygon)]


def _polygons(index: int) -> list[list[int]]:
    """Follow the cut edges into closed, directed chains."""
    following: dict[int, int] = {}
    for axis, side in product(range(3), (0, 1)):
        following.update(_face_segments(index, axis, side))
    polygons = []
    while following:
        start, current = following.popitem()
        polygon = [start]
        while current != start:
            polygon.append(current)
            current = following.pop(current)
        polygons.append(polygon)
    return polygons


def _face_segments(index: int, axis: int, side: int) -> dict[int, int]:
    """Join the cut edges of one face: from one edge to the next round the polygon."""
    inside = {c for c in range(8) if index >> c & 1}
    cut = [e for e in FACES[axis, side] if len(inside.intersection(EDGES[e])) == 1]
    if len(cut) == 4:  # two inside corners across the diagonal: one segment round each
        pairs = [[e for e in cut if corner in EDGES[e]] for corner in sorted(inside) if _touches(corner, cut)]
    else:
        pairs = [cut] if cut else []
    outward = [0.0, 0.0, 0.0]
    outward[axis] = 2.0 * side - 1.0
    return dict(_directed(first, second, inside, outward) for first, second in pairs)


def _touches(corner: int, edges: list[int]) -> bool:
    return any(corner in EDGES[e] for e in edges)


def _directed(first: int, second: int, inside: set[int], outward: Three) -> tuple[int, int]:
    """Order a segment so that all segments of a cube go round the inside in one sense."""
    (corner,) = inside.intersection(EDGES[first])
    here = FROM_CENTRE[first]
    ahead = [q - p for p, q in zip(here, FROM_CENTRE[second], strict=True)]
    inwards = [q - 0.5 - p for p, q in zip(here, CORNERS[corner], strict=True)]
    turn = _dot(outward, _cross(ahead, inwards))
    return (first, second) if turn < 0 else (second, first)


def _dot(a: Three, b: Three) -> float:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(b: Three, c: Three) -> Three:
    return [b[1] * c[2] - b[2] * c[1], b[2] * c[0] - b[0] * c[2], b[0] * c[1] - b[1] * c[0]]


def _cut(polygon: list[int]) -> list[Triangle]:
    """Cut a polygon into triangles by the rule of the module."""
    if len(polygon) < 5:  # triangles, and flat quadrilaterals: any cut will do
        return _fan(polygon)
    if len(polygon) < 7:
        return min(
            _all_cuts(polygon), key=lambda cut: (-round(_area(cut), 9), abs(round(_volume(cut), 9)), cut)
        )
    fans = [_fan(polygon[i:] + polygon[:i]) for i in range(len(polygon))]
    areas = [round(_area(fan), 9) for fan in fans]
    (symmetric,) = (fan for fan, area in zip(fans, areas, strict=True) if areas.count(area) == 1)
    return symmetric


def _fan(polygon: list[int]) -> list[Triangle]:
    return [(polygon[0], polygon[i], polygon[i + 1]) for i in range(1, len(polygon) - 1)]


def _all_cuts(polygon: list[int]) -> list[list[Triangle]]:
    if len(polygon) < 3:
        return [[]]
    first, last = polygon[0], polygon[-1]
    return [
        [*before, (first, polygon[i], last), *after]
        for i in range(1, len(polygon) - 1)
        for before in _all_cuts(polygon[: i + 1])
        for after in _all_cuts(polygon[i:])
    ]


def _area(triangles: list[Triangle]) -> float:
    total = 0.0
    for a, b, c in _corners(triangles):
        normal = _cross(
            [q - p for p, q in zip(a, b, strict=True)], [q - p for p, q in zip(a, c, strict=True)]
        )
        total += math.sqrt(_dot(normal, normal)) / 2
    return total


def _volume(triangles: list[Triangle]) -> float:
    """Return the volume between the triangles and the cube's centre."""
    return sum(_dot(a, _cross(b, c)) for a, b, c in _corners(triangles)) / 6


def _corners(triangles: list[Triangle]) -> Iterator[tuple[Three, Three, Three]]:
    """Yield the triangles' corners, from the cube's centre."""
    for a, b, c in triangles:
        yield FROM_CENTRE[a], FROM_CENTRE[b], FROM_CENTRE[c]
