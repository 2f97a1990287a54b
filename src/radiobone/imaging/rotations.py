"""Rotation invariance: the responses of a kernel in all its right-angle positions, put together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import permutations, product
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.imaging.boundary import Boundary
from radiobone.imaging.crop import Box
from radiobone.imaging.pooling import Pool, Pooling
from radiobone.imaging.separable import Chain, SeparableKernel, Weights, responses

FloatArray = npt.NDArray[np.float64]


@lru_cache
def right_angle_rotations(n_axes: int) -> tuple[tuple[tuple[int, ...], tuple[bool, ...]], ...]:
    """Every rotation that takes axes to axes: 24 in space, 4 in a plane.

    Returns
    -------
    tuple of (order, flips)
        For each new axis, which old one lies along it, and whether it is turned round.
    """
    return tuple(
        (order, flips)
        for order in permutations(range(n_axes))
        for flips in product((False, True), repeat=n_axes)
        if _is_rotation(order, flips)
    )


def _is_rotation(order: tuple[int, ...], flips: tuple[bool, ...]) -> bool:
    """Whether it keeps a right hand a right hand."""
    swaps = sum(order[i] > order[j] for j in range(len(order)) for i in range(j))
    return (swaps + sum(flips)) % 2 == 0


def rotated(kernel: SeparableKernel) -> dict[SeparableKernel, Counter[int]]:
    """Return a kernel in all right-angle positions, with how often each occurs as it is and negated.

    Kernels along an axis that are even or odd come to the same kernel, or its negative, when turned round: each
    is to be convolved with the image once only.

    Returns
    -------
    dict
        Kernel to the number of positions for each sign (1, -1).
    """
    found: dict[SeparableKernel, Counter[int]] = {}
    for order, flips in right_angle_rotations(len(kernel)):
        chains, signs = zip(*map(_turned, (kernel[old] for old in order), flips), strict=True)
        times = found.setdefault(chains, Counter())
        times[math.prod(signs)] += 1
    return found


def _turned(chain: Chain, flip: bool) -> tuple[Chain, int]:
    """Turn a chain round, or give the sign that comes to the same."""
    if not flip:
        return chain, 1
    sign = math.prod(map(parity, chain))
    return (chain, sign) if sign else (tuple(weights[::-1] for weights in chain), 1)


def parity(weights: Weights) -> int:
    """Tell whether weights are even (1), odd (-1) or neither (0) about their middle."""
    back = weights[::-1]
    if back == weights:
        return 1
    return -1 if back == tuple(-weight for weight in weights) else 0


def respond(
    array: npt.NDArray[Any],
    box: Box,
    kernel: SeparableKernel,
    axes: Sequence[int],
    boundary: Boundary,
    pooling: Pooling | None,
) -> FloatArray:
    """Filter an image with a separable kernel as it is, or in all right-angle positions.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        The image.
    box : Box
        Where the response is wanted.
    kernel : SeparableKernel
        One chain for each of the axes.
    axes : sequence of int
        Filtered axes (z, y, x = 0, 1, 2), ascending.
    boundary : Boundary
        What is beyond the image.
    pooling : {"max", "average", "min"} or None
        How the positions' responses are put together; None takes the kernel as it is.
    """
    positions = {kernel: Counter({1: 1})} if pooling is None else rotated(kernel)
    pool = Pool(pooling or "average")
    for turned, response in responses(array, box, list(positions), axes, boundary):
        for sign, times in positions[turned].items():
            pool.add(sign * response, times)
    return pool.result()
