"""Each counting kernel against a loop over voxels on tiny arrays."""

from __future__ import annotations

from collections import Counter
from itertools import product

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from radiobone.features.matrices.glcm import cooccurrence
from radiobone.features.matrices.gldm import dependences
from radiobone.features.matrices.glrlm import has_line, runs
from radiobone.features.matrices.glszm import zones
from radiobone.features.matrices.ngtdm import tone_differences

from radiobone.features.matrices.grid import LevelGrid, offsets

LEVELS = hnp.arrays(
    np.int32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=4), elements=st.integers(0, 3)
).filter(lambda levels: levels.any())
PLANES = st.sampled_from([None, 0, 1, 2])
quick = settings(max_examples=60, deadline=None)


def voxels(levels):
    return [place for place in product(*map(range, levels.shape)) if levels[place] > 0]


def at(levels, place, offset=(0, 0, 0)):
    moved = tuple(p + o for p, o in zip(place, offset, strict=True))
    inside = all(0 <= m < size for m, size in zip(moved, levels.shape, strict=True))
    return int(levels[moved]) if inside else 0


def plain_offsets(distance, plane):
    return {
        o
        for o in product(range(-distance, distance + 1), repeat=3)
        if max(map(abs, o)) == distance and (plane is None or o[plane] == 0)
    }


@pytest.mark.parametrize(("plane", "one_way"), [(None, 13), (0, 4), (1, 4), (2, 4)])
def test_offsets_are_half_of_all_neighbours(plane, one_way):
    half = offsets((5, 5, 5), plane=plane)
    assert len(half) == one_way
    opposite = {tuple(-c for c in o) for o in half}
    assert set(half) | opposite == plain_offsets(1, plane)
    assert not set(half) & opposite
    assert set(offsets((5, 5, 5), plane=plane, both_ways=True)) == plain_offsets(1, plane)


@pytest.mark.parametrize(("distances", "number"), [((1,), 26), ((2,), 98), ((1, 2), 124)])
def test_offsets_at_distances(distances, number):
    assert len(offsets((9, 9, 9), distances=distances, both_ways=True)) == number
    assert offsets((1, 1, 9), distances=(2,)) == [(0, 0, 2)]


@quick
@given(LEVELS, st.integers(1, 2), PLANES)
def test_cooccurrence_counts_pairs(levels, distance, plane):
    grid = LevelGrid.from_levels(levels, margin=distance)
    for offset in offsets(levels.shape, distances=(distance,), plane=plane):
        expected = np.zeros((levels.max(), levels.max()), dtype=int)
        for place in voxels(levels):
            if at(levels, place, offset):
                expected[at(levels, place) - 1, at(levels, place, offset) - 1] += 1
        assert (cooccurrence(grid, offset) == expected).all()


def plain_runs(levels, offset):
    found = Counter()
    for place in voxels(levels):
        back = tuple(-c for c in offset)
        if at(levels, place, back) == at(levels, place):
            continue
        length, current = 0, place
        while at(levels, current) == at(levels, place):
            length += 1
            current = tuple(c + o for c, o in zip(current, offset, strict=True))
        found[at(levels, place), length] += 1
    return found


@quick
@given(LEVELS)
def test_runs_are_followed_voxel_by_voxel(levels):
    grid = LevelGrid.from_levels(levels)
    for offset in offsets((9, 9, 9)):
        found_levels, lengths = runs(grid, offset)
        assert Counter(zip(found_levels.tolist(), lengths.tolist(), strict=True)) == plain_runs(
            levels, offset
        )
        assert lengths.sum() == len(voxels(levels))


@quick
@given(LEVELS)
def test_has_line_sees_voxels_apart(levels):
    grid = LevelGrid.from_levels(levels)
    reach = max(levels.shape)
    for offset in offsets((9, 9, 9)):
        expected = any(
            at(levels, place, tuple(k * c for c in offset))
            for place in voxels(levels)
            for k in range(1, reach)
        )
        assert has_line(grid, offset) is expected


def plain_zones(levels, plane):
    left, found = set(voxels(levels)), Counter()
    while left:
        seed = left.pop()
        zone, size = [seed], 0
        while zone:
            place = zone.pop()
            size += 1
            for offset in plain_offsets(1, plane):
                near = tuple(p + o for p, o in zip(place, offset, strict=True))
                if near in left and levels[near] == levels[seed]:
                    left.remove(near)
                    zone.append(near)
        found[int(levels[seed]), size] += 1
    return found


@quick
@given(LEVELS, PLANES)
def test_zones_are_flooded(levels, plane):
    found_levels, sizes = zones(LevelGrid.from_levels(levels), offsets(levels.shape, plane=plane))
    assert Counter(zip(found_levels.tolist(), sizes.tolist(), strict=True)) == plain_zones(levels, plane)


@quick
@given(LEVELS, st.integers(0, 2), PLANES)
def test_dependences_count_like_neighbours(levels, alpha, plane):
    grid = LevelGrid.from_levels(levels)
    found = dependences(grid, offsets(levels.shape, plane=plane, both_ways=True), alpha=alpha)
    expected = [
        1
        + sum(
            at(levels, place, o) > 0 and abs(at(levels, place, o) - at(levels, place)) <= alpha
            for o in plain_offsets(1, plane)
        )
        for place in voxels(levels)
    ]
    assert found.tolist() == expected


@quick
@given(LEVELS, PLANES)
def test_tone_differences_are_from_the_mean(levels, plane):
    counts, differences = tone_differences(
        LevelGrid.from_levels(levels), offsets(levels.shape, plane=plane, both_ways=True)
    )
    expected = np.zeros((levels.max(), 2))
    for place in voxels(levels):
        near = [at(levels, place, o) for o in plain_offsets(1, plane) if at(levels, place, o)]
        expected[at(levels, place) - 1] += 1, abs(at(levels, place) - sum(near) / len(near)) if near else 0
    assert (counts == expected[:, 0]).all()
    assert differences == pytest.approx(expected[:, 1])
