"""What is reached while features enter one after another in random orders, and how it is shared among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.explain.permutations import random_orders

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def shared_out(
    rng: np.random.Generator,
    first: FloatArray,
    n_features: int,
    rounds: int,
    reached_along: Callable[[IntArray], FloatArray],
) -> FloatArray:
    """Return the mean of what each feature adds over random orders, each walked forwards and backwards.

    Parameters
    ----------
    rng : numpy.random.Generator
        Of the orders.
    first : ndarray, shape (n_background,)
        What is predicted of the background rows.
    n_features : int
    rounds : int
        Orders per background row.
    reached_along : callable
        From orders, shape (n_background, n_features), to what is predicted after each feature, of the same shape.

    Returns
    -------
    ndarray, shape (n_features,)
    """
    total = np.zeros(n_features)
    for walk in _walks(rng, (len(first), n_features), rounds):
        _share_out(walk, first, reached_along(walk), total)
    return total / (2 * rounds * len(first))


def _walks(rng: np.random.Generator, shape: tuple[int, int], rounds: int) -> Iterator[IntArray]:
    for _ in range(rounds):
        order = random_orders(rng, shape)
        yield order
        yield np.ascontiguousarray(order[:, ::-1])


def sums_along(start: FloatArray, gains: FloatArray, walk: IntArray) -> FloatArray:
    """Return the sums after each step of a walk.

    Parameters
    ----------
    start : ndarray, shape (n_background,)
    gains : ndarray, shape (n_background, n_features)
        What each feature adds.
    walk : ndarray of int, shape (n_background, n_features)

    Returns
    -------
    ndarray, shape (n_background, n_features)
    """
    found = np.empty(walk.shape)
    _sums_along(start, gains, walk, found)
    return found


def radial_sums_along(
    start: FloatArray, leaving: FloatArray, entering: FloatArray, weights: FloatArray, walk: IntArray
) -> FloatArray:
    """Return weighted sums of a radial kernel after each step of a walk.

    The radial kernel is a product over features: one that changes multiplies it by two factors.

    Parameters
    ----------
    start : ndarray, shape (n_background, n_vectors)
        The kernel of background rows with support vectors.
    leaving : ndarray, shape (n_background, n_features, n_vectors)
        Factors of values that leave.
    entering : ndarray, shape (n_features, n_vectors)
        Factors of values that enter.
    weights : ndarray, shape (n_vectors,)
        Of the support vectors.
    walk : ndarray of int, shape (n_background, n_features)

    Returns
    -------
    ndarray, shape (n_background, n_features)
    """
    found = np.empty(walk.shape)
    _radial_sums_along(start, leaving, entering, weights, walk, found)
    return found


@compiled
def _share_out(walk: IntArray, first: FloatArray, reached: FloatArray, total: FloatArray) -> None:
    for row in range(walk.shape[0]):
        before = first[row]
        for place in range(walk.shape[1]):
            total[walk[row, place]] += reached[row, place] - before
            before = reached[row, place]


@compiled
def _sums_along(start: FloatArray, gains: FloatArray, walk: IntArray, found: FloatArray) -> None:
    for row in range(walk.shape[0]):
        total = start[row]
        for place in range(walk.shape[1]):
            total += gains[row, walk[row, place]]
            found[row, place] = total


@compiled
def _radial_sums_along(
    start: FloatArray,
    leaving: FloatArray,
    entering: FloatArray,
    weights: FloatArray,
    walk: IntArray,
    found: FloatArray,
) -> None:
    n_vectors = len(weights)
    kernel, parts = np.empty(n_vectors), np.zeros(8)
    for row in range(walk.shape[0]):
        kernel[:] = start[row]
        for place in range(walk.shape[1]):
            feature = walk[row, place]
            out, into = leaving[row, feature], entering[feature]
            for vector in range(n_vectors):
                kernel[vector] *= out[vector] * into[vector]
            parts[:] = 0.0
            for block in range(n_vectors // 8):  # eight sums at once do not wait for each other
                for lane in range(8):
                    parts[lane] += kernel[8 * block + lane] * weights[8 * block + lane]
            total = 0.0
            for vector in range(n_vectors - n_vectors % 8, n_vectors):
                total += kernel[vector] * weights[vector]
            for lane in range(8):
                total += parts[lane]
            found[row, place] = total
