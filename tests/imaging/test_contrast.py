"""Adaptive histogram equalisation against a loop over pixels, and where its result is known."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from radiobone.core.errors import RoiTooSmall
from radiobone.imaging.contrast import Clahe, equalise


def written_out(image, own):
    scaled = (image - image.min()) / np.ptp(image) * own.n_bins
    levels = np.minimum(scaled.astype(int), own.n_bins - 1)
    rows, columns = (np.linspace(0, n, own.n_tiles + 1).round().astype(int) for n in image.shape)

    def mapped(level, down, right):
        tile = levels[rows[down] : rows[down + 1], columns[right] : columns[right + 1]]
        counts = np.array([(tile == one).sum() for one in range(own.n_bins)], dtype=float)
        kept = np.minimum(counts, own.clip_limit * tile.size)
        kept += (tile.size - kept.sum()) / own.n_bins
        return kept[: level + 1].sum() / tile.size

    def neighbours(place, edges):
        middles = [(a + b - 1) / 2 for a, b in pairwise(edges)]
        if place <= middles[0]:
            return [(0, 1.0)]
        if place >= middles[-1]:
            return [(len(middles) - 1, 1.0)]
        after = next(i for i, middle in enumerate(middles) if middle >= place)
        part = (place - middles[after - 1]) / (middles[after] - middles[after - 1])
        return [(after - 1, 1 - part), (after, part)]

    out = np.zeros_like(image)
    for row, column in np.ndindex(image.shape):
        for down, a in neighbours(row, rows):
            for right, b in neighbours(column, columns):
                out[row, column] += a * b * mapped(levels[row, column], down, right)
    return out


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 99), st.integers(1, 4), st.integers(2, 12), st.floats(0.02, 1.0))
def test_it_is_the_loop_over_pixels(seed, n_tiles, n_bins, clip):
    image = np.random.default_rng(seed).gamma(2.0, 50.0, (11, 14))
    own = Clahe(n_tiles=n_tiles, n_bins=n_bins, clip_limit=clip)
    np.testing.assert_allclose(equalise(image, own), written_out(image, own), atol=1e-12)


def test_one_tile_without_limit_gives_ranks():
    image = np.random.default_rng(1).permutation(400).reshape(20, 20).astype(float) ** 2
    found = equalise(image, Clahe(n_tiles=1, n_bins=65_536, clip_limit=1.0))
    np.testing.assert_allclose(found.ravel(), rankdata(image, method="max").ravel() / 400, atol=0.01)


def test_towards_a_limit_of_zero_grey_levels_stay():
    image = np.random.default_rng(2).normal(size=(40, 40))
    found = equalise(image, Clahe(n_tiles=4, clip_limit=1e-9))
    np.testing.assert_allclose(found, (image - image.min()) / np.ptp(image), atol=2 / 256)


def test_contrast_of_a_dark_corner_rises():
    rng = np.random.default_rng(3)
    image = rng.normal(1000, 50, (64, 64))
    image[:16, :16] = rng.normal(100, 2, (16, 16))
    before, after = (
        one[4:12, 4:12].std() / np.ptp(one) for one in (image, equalise(image, Clahe(clip_limit=0.1)))
    )
    assert after > 5 * before


def test_constant_images_and_too_many_tiles():
    assert (equalise(np.full((16, 16), 3.0)) == 0).all()
    with pytest.raises(RoiTooSmall, match="8 tiles"):
        equalise(np.eye(5))
