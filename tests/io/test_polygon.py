from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.io.polygon import fill

# Offsets whose ratio and values are irrational: neither a corner nor an edge meets a pixel centre.
coordinates = st.floats(-3, 23).map(lambda value: round(value, 3))
OFFSET = np.array([math.sqrt(2), math.sqrt(3)]) / 3000
corners = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=9)
polygons = corners.map(lambda found: np.array(found) + OFFSET)


def crossings_upwards(contours: list[np.ndarray], y: int, x: int) -> int:
    """Count edges met by a ray along y, the axis that the code under test does not use."""
    count = 0
    for contour in contours:
        for (y0, x0), (y1, x1) in zip(contour, np.roll(contour, -1, axis=0), strict=True):
            if (x0 <= x) != (x1 <= x) and y0 + (x - x0) / (x1 - x0) * (y1 - y0) > y:
                count += 1
    return count


@settings(deadline=None, max_examples=50)
@given(st.lists(polygons, min_size=1, max_size=3))
def test_agrees_with_counting_crossings_pixel_by_pixel(contours: list[np.ndarray]) -> None:
    expected = [[crossings_upwards(contours, y, x) % 2 == 1 for x in range(20)] for y in range(18)]
    assert np.array_equal(fill(contours, (18, 20)), expected)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.floats(0.3, 1.0), min_size=12, max_size=40), st.floats(40, 90))
def test_area_is_that_of_the_shoelace_formula(radii: list[float], size: float) -> None:
    angle = np.linspace(0, 2 * np.pi, len(radii), endpoint=False)
    y, x = 100 + size * np.array(radii) * np.sin(angle), 100 + size * np.array(radii) * np.cos(angle)
    area = abs(np.dot(y, np.roll(x, -1)) - np.dot(x, np.roll(y, -1))) / 2
    perimeter = np.hypot(np.diff(y, append=y[0]), np.diff(x, append=x[0])).sum()
    counted = fill([np.column_stack([y, x])], (200, 200)).sum()
    assert abs(counted - area) <= 0.5 * perimeter


@settings(deadline=None, max_examples=50)
@given(polygons, st.permutations(range(3)), st.booleans())
def test_neither_start_nor_sense_of_a_contour_matters(
    contour: np.ndarray, shift: list[int], back: bool
) -> None:
    other = np.roll(contour, shift[0], axis=0)
    assert np.array_equal(fill([contour], (20, 20)), fill([other[::-1] if back else other], (20, 20)))


def test_squares_that_share_edges_on_pixel_centres_tile_the_plane() -> None:
    tiles = [
        np.array([(y, x), (y, x + 4), (y + 4, x + 4), (y + 4, x)], dtype=float)
        for y in range(0, 16, 4)
        for x in range(0, 16, 4)
    ]
    times = sum(fill([tile], (16, 16)).astype(int) for tile in tiles)
    assert (times == 1).all()


def test_a_contour_inside_another_is_a_hole_and_one_inside_that_an_island() -> None:
    rings = [
        np.array([(c - r, c - r), (c - r, c + r), (c + r, c + r), (c + r, c - r)])
        for c, r in [(10.0, 8.5), (10.0, 5.5), (10.0, 2.5)]
    ]
    filled = fill(rings, (21, 21))
    assert filled.sum() == 17**2 - 11**2 + 5**2
    assert filled[10, 10]
    assert not filled[10, 6]


def test_a_keyhole_gives_what_a_separate_hole_gives() -> None:
    outer = np.array([(1.5, 1.5), (1.5, 18.5), (18.5, 18.5), (18.5, 1.5)])
    inner = np.array([(6.5, 6.5), (6.5, 12.5), (12.5, 12.5), (12.5, 6.5)])
    keyhole = np.concatenate([outer, outer[:1], inner, inner[:1]])
    assert np.array_equal(fill([keyhole], (20, 20)), fill([outer, inner], (20, 20)))


@pytest.mark.parametrize("contours", [[], [np.array([(5.0, 5.0), (5.0, 5.0), (5.0, 5.0)])]])
def test_nothing_drawn_is_nothing_filled(contours: list[np.ndarray]) -> None:
    assert not fill(contours, (10, 10)).any()


def test_a_circle_beyond_the_border_is_cut() -> None:
    angle = np.linspace(0, 2 * math.pi, 200, endpoint=False)
    filled = fill([np.column_stack([30 * np.sin(angle), 30 * np.cos(angle)])], (40, 40))
    assert filled.sum() == pytest.approx(math.pi * 30**2 / 4, rel=0.05)
    assert filled[0, 0]
