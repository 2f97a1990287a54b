"""Kernels that walk through orders of the features, held to numpy."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from radiobone.explain.permutations import random_orders
from radiobone.explain.walks import radial_sums_along, shared_out, sums_along

SIZES = st.tuples(st.integers(1, 6), st.integers(1, 9), st.integers(1, 21), st.integers(0, 10_000))


@settings(max_examples=60, deadline=None)
@given(SIZES)
def test_sums_are_cumulative_sums(sizes):
    n_background, n_features, _, seed = sizes
    rng = np.random.default_rng(seed)
    start, gains = rng.normal(size=n_background), rng.normal(size=(n_background, n_features))
    walk = random_orders(rng, gains.shape)
    expected = start[:, None] + np.cumsum(np.take_along_axis(gains, walk, axis=1), axis=1)
    np.testing.assert_allclose(sums_along(start, gains, walk), expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(SIZES)
def test_radial_sums_are_those_of_the_kernel_of_mixed_rows(sizes):
    n_background, n_features, n_vectors, seed = sizes
    rng = np.random.default_rng(seed)
    background, row = rng.normal(size=(n_background, n_features)), rng.normal(size=n_features)
    vectors, weights, gamma = rng.normal(size=(n_vectors, n_features)), rng.normal(size=n_vectors), 0.3
    walk = random_orders(rng, background.shape)
    expected, mixed = np.empty(walk.shape), background.copy()
    for place in range(n_features):
        mixed[np.arange(n_background), walk[:, place]] = row[walk[:, place]]
        distance = np.square(mixed[:, None] - vectors).sum(axis=2)
        expected[:, place] = np.exp(-gamma * distance) @ weights
    own = np.square(background[:, :, None] - vectors.T)
    found = radial_sums_along(
        np.exp(-gamma * own.sum(axis=1)),
        np.exp(gamma * own),
        np.exp(-gamma * np.square(row[:, None] - vectors.T)),
        weights,
        walk,
    )
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(SIZES)
def test_what_is_shared_out_adds_up_whatever_the_orders(sizes):
    n_background, n_features, _, seed = sizes
    rng = np.random.default_rng(seed)
    start, gains = rng.normal(size=n_background), rng.normal(size=(n_background, n_features))
    first, last = expit(start), expit(start + gains.sum(axis=1))
    shares = shared_out(rng, first, n_features, 3, lambda walk: expit(sums_along(start, gains, walk)))
    np.testing.assert_allclose(shares.sum(), (last - first).mean(), atol=1e-12)


def test_without_a_link_every_feature_gets_its_own_gain():
    rng = np.random.default_rng(1)
    start, gains = rng.normal(size=5), rng.normal(size=(5, 4))
    shares = shared_out(rng, start, 4, 2, lambda walk: sums_along(start, gains, walk))
    np.testing.assert_allclose(shares, gains.mean(axis=0), atol=1e-12)
