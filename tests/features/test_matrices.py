"""Each counting kernel against its slow twin on small arrays."""

from __future__ import annotations

from collections import Counter

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.features.matrices.alike import Alike
from radiobone.features.matrices.diagonals import sums_and_differences
from radiobone.features.matrices.directions import count_pairs, count_runs
from radiobone.features.matrices.grid import LevelGrid, offsets
from radiobone.features.matrices.neighbours import count_neighbours
from radiobone.features.matrices.second_eigenvalues import _diagonalise, _find_vector, leading_pair
from radiobone.features.matrices.zones import find_zones
from radiobone.testing import slow_texture as slow

LEVELS = hnp.arrays(
    np.int32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=4), elements=st.sampled_from([0, 1, 2, 5])
).filter(lambda levels: levels.any())
PLANES = st.sampled_from([None, 0, 1, 2])
quick = settings(max_examples=60, deadline=None)


def cells(counts, levels, first=1):
    """Cells of a matrix of level against size that are not empty."""
    return Counter(
        {
            (int(levels[i]), int(j) + first): int(counts[i, j])
            for i, j in zip(*np.nonzero(counts), strict=True)
        }
    )


@pytest.mark.parametrize(("plane", "one_way"), [(None, 13), (0, 4), (1, 4), (2, 4)])
def test_offsets_are_half_of_all_neighbours(plane, one_way):
    half = offsets((5, 5, 5), plane=plane)
    assert len(half) == one_way
    opposite = {tuple(-c for c in o) for o in half}
    assert set(half) | opposite == slow.all_offsets(1, plane)
    assert not set(half) & opposite


@pytest.mark.parametrize(("distances", "number"), [((1,), 13), ((2,), 49), ((1, 2), 62)])
def test_offsets_at_distances(distances, number):
    assert len(offsets((9, 9, 9), distances=distances)) == number
    assert offsets((1, 1, 9), distances=(2,)) == [(0, 0, 2)]
    assert offsets((2, 1, 3), distances=(1, 2, 10_000)) == offsets((2, 1, 3), distances=(1, 2))


@quick
@given(LEVELS)
def test_levels_are_numbered_without_gaps(levels):
    grid = LevelGrid.from_levels(levels)
    present, counts = np.unique(levels[levels > 0], return_counts=True)
    assert (grid.levels == present).all()
    assert (grid.counts == counts).all()
    assert (grid.levels[grid.flat[grid.layout.inside] - 1] == levels[levels > 0]).all()


@quick
@given(LEVELS, st.integers(1, 2), st.integers(0, 3), PLANES, st.sampled_from([1, 400, 9000]))
def test_neighbours_are_counted(levels, distance, alpha, plane, step):
    levels = levels * step  # of the highest, 26 together are more than two bytes hold
    grid = LevelGrid.from_levels(levels, margin=distance)
    directions = offsets(levels.shape, distances=(distance,), plane=plane)
    found = count_neighbours(grid, directions, alpha=alpha)
    around = slow.all_offsets(distance, plane)
    for offset, counted in zip(directions, count_pairs(grid, directions), strict=True):
        expected = np.array(
            [[slow.pairs(levels, offset)[i, j] for j in grid.levels] for i in grid.levels], dtype=int
        )
        assert (counted == expected).all()
    assert cells(found.dependences, grid.levels, first=0) == slow.dependences(levels, around, alpha)
    expected = slow.tone_differences(levels, around)
    assert found.tone_differences == pytest.approx([expected[level] for level in grid.levels])


@pytest.mark.parametrize("n_levels", [3, 127, 128, 300])
def test_pairs_of_many_levels_are_counted(n_levels):
    levels = np.random.default_rng(n_levels).integers(0, n_levels + 1, (9, 10, 11))
    grid = LevelGrid.from_levels(levels)
    (found,) = count_pairs(grid, [(0, 1, -1)])
    first, second = levels[:, :-1, 1:].ravel(), levels[:, 1:, :-1].ravel()
    expected = np.zeros((n_levels + 1, n_levels + 1), dtype=int)
    np.add.at(expected, (first, second), 1)
    assert (found == expected[np.ix_(grid.levels, grid.levels)]).all()


@quick
@given(LEVELS, PLANES)
def test_bits_say_where_a_level_goes_on(levels, plane):
    grid = LevelGrid.from_levels(levels)
    found = Alike.of(grid, offsets((9, 9, 9), plane=plane))
    for position, place in zip(grid.layout.inside, slow.voxels(levels), strict=True):
        for bit, offset in enumerate(found.offsets):
            expected = slow.level_at(levels, slow.moved(place, offset, -1)) == levels[place]
            assert bool(found.bits[position] >> bit & 1) is bool(expected)
    assert (found.steps == grid.layout.steps(found.offsets)).all()


@quick
@given(st.integers(1, 4), st.integers(0, 9))
def test_long_runs_and_wide_regions_are_counted(n_levels, seed):
    levels = np.random.default_rng(seed).integers(
        0, n_levels + 1, (3, 4, 150)
    )  # several blocks of the comparison
    levels[:, :, 20:100] = n_levels
    grid = LevelGrid.from_levels(levels)
    directions = offsets(levels.shape)[::2]
    counts = count_runs(grid, directions)
    for offset, counted in zip(directions, counts, strict=True):
        assert cells(counted, grid.levels) == slow.runs(levels, offset)


@quick
@given(LEVELS, PLANES)
def test_runs_are_followed_voxel_by_voxel(levels, plane):
    grid = LevelGrid.from_levels(levels)
    directions = offsets((9, 9, 9), plane=plane)
    counts = count_runs(grid, directions)
    for offset, counted in zip(directions, counts, strict=True):
        assert cells(counted, grid.levels) == slow.runs(levels, offset)
        assert (counted @ np.arange(1, counts.shape[2] + 1) == grid.counts).all()


@quick
@given(LEVELS)
def test_has_line_sees_voxels_apart(levels):
    grid = LevelGrid.from_levels(levels)
    for offset in offsets((9, 9, 9)):
        expected = any(
            slow.level_at(levels, slow.moved(place, offset, steps))
            for place in slow.voxels(levels)
            for steps in range(1, max(levels.shape))
        )
        assert grid.layout.has_line(offset) is expected


@settings(max_examples=200, deadline=None)
@given(LEVELS, PLANES)
def test_zones_are_flooded(levels, plane):
    grid = LevelGrid.from_levels(levels)
    rows, sizes = find_zones(grid, Alike.of(grid, offsets(levels.shape, plane=plane)))
    found = Counter(zip(grid.levels[rows].tolist(), sizes.tolist(), strict=True))
    assert found == slow.zones(levels, slow.all_offsets(1, plane))


@quick
@given(hnp.arrays(float, st.integers(1, 5).map(lambda n: (2, n, n)), elements=st.floats(0, 1)))
def test_diagonals_are_added_up(p):
    levels = np.array([1, 3, 4, 9, 10])[: p.shape[1]]
    of_sums, of_differences = sums_and_differences(p, levels)
    for k in range(2):
        expected_sums, expected_differences = np.zeros(of_sums.shape[1]), np.zeros(of_differences.shape[1])
        for i, first in enumerate(levels):
            for j, second in enumerate(levels):
                expected_sums[first + second] += p[k, i, j]
                expected_differences[abs(first - second)] += p[k, i, j]
        assert of_sums[k] == pytest.approx(expected_sums)
        assert of_differences[k] == pytest.approx(expected_differences)


@pytest.mark.parametrize("n", [2, 3, 11, 13, 40, 130])
@pytest.mark.parametrize("seed", range(3))
def test_leading_pair_is_that_of_all_eigenvalues(n, seed):
    rng = np.random.default_rng(seed)
    basis, _ = np.linalg.qr(rng.normal(size=(n, n)))
    values = np.concatenate([[1.0], rng.uniform(-0.9, 0.9, n - 1)])
    a = (basis * values) @ basis.T
    value, vector, _ = leading_pair(a, basis[:, 0])
    expected = values[1:][np.argmax(np.abs(values[1:]))]
    assert value == pytest.approx(expected, rel=1e-10)
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert abs(vector @ basis[:, 0]) < 1e-10
    assert np.abs(a @ vector - value * vector).max() < 1e-8


@pytest.mark.parametrize("seed", range(20))
def test_eigenvector_of_a_tridiagonal_matrix_with_loose_and_tight_parts(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    diagonal = rng.choice([1e-12, 1.0], n) * rng.uniform(-1, 1, n)
    beside = rng.choice([0.0, 1e-15, 1e-6, 0.5], n) * rng.uniform(0, 1, n)
    full = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    values = diagonal.copy()
    value, next_size = _diagonalise(values, beside.copy())
    sizes = np.sort(np.abs(np.linalg.eigvalsh(full)))
    assert abs(value) == pytest.approx(sizes[-1], rel=1e-12)
    assert next_size == pytest.approx(sizes[-2] if n > 1 else 0.0, abs=1e-12)
    vector = np.empty(n)
    _find_vector(diagonal, beside, value, vector)
    assert np.linalg.norm(vector) == pytest.approx(1)
    assert np.abs(full @ vector - value * vector).max() < 1e-12


def test_turning_of_next_to_nothing_ends():
    diagonal, beside = np.zeros(2), np.full(2, 1e-170)
    _diagonalise(diagonal, beside)
    assert np.abs(diagonal).max() < 1e-100


def test_leading_pair_of_nothing_else_is_zero():
    known = np.full(6, 6**-0.5)
    value, _, _ = leading_pair(np.outer(known, known), known)
    assert abs(value) < 1e-12
