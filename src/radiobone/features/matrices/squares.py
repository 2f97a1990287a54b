"""Perimeter and area of the polygon round a flat region, by marching squares."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

# Cut edges of the square of four pixels, in half pixels (y, x) from its first, joined so that inside
# corners which touch only across the diagonal stay apart. Bits: corners (0, 0), (0, 1), (1, 1), (1, 0).
TOP, RIGHT, BOTTOM, LEFT = (0.0, 0.5), (0.5, 1.0), (1.0, 0.5), (0.5, 0.0)
_AROUND_CORNER = ((LEFT, TOP), (TOP, RIGHT), (RIGHT, BOTTOM), (BOTTOM, LEFT))
_SIDES = (TOP, RIGHT, BOTTOM, LEFT)  # side k lies between corners k and k + 1


def _segments(kind: int) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Segments of one of the 16 kinds of square, each with the inside on the same hand."""
    inside = [bool(kind >> corner & 1) for corner in range(4)]
    if sum(inside) in (0, 4):
        return []
    if kind in (0b0101, 0b1010):
        return [_AROUND_CORNER[corner] for corner in range(4) if inside[corner]]
    enters = next(k for k in range(4) if not inside[k] and inside[(k + 1) % 4])
    leaves = next(k for k in range(4) if inside[k] and not inside[(k + 1) % 4])
    return [(_SIDES[enters], _SIDES[leaves])]


def perimeter_and_area(mask: npt.NDArray[np.bool_], spacing_mm: tuple[float, float]) -> tuple[float, float]:
    """Length and enclosed area of the line half way between inside and outside pixels.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_y, n_x)
        The region.
    spacing_mm : tuple of float, (y, x)
        Edge lengths of one pixel.

    Returns
    -------
    tuple of float
        Perimeter in mm, area in mm².
    """
    padded = np.pad(mask, 1)
    corners = (padded[:-1, :-1], padded[:-1, 1:], padded[1:, 1:], padded[1:, :-1])
    kinds = sum(corner.astype(int) << bit for bit, corner in enumerate(corners))
    spacing = np.asarray(spacing_mm)
    perimeter = twice_area = 0.0
    for kind in range(16):
        places = np.argwhere(kinds == kind) * spacing
        for start, end in _segments(kind):
            first, second = np.asarray(start) * spacing, np.asarray(end) * spacing
            a, b = places + first, places + second
            perimeter += len(places) * float(np.hypot(*(second - first)))
            twice_area += float(np.sum(a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]))
    return perimeter, twice_area / 2
