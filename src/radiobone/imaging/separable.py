"""Filters that work along one axis after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.imaging.boundary import Boundary, correlate, surroundings
from radiobone.imaging.crop import Box

FloatArray = npt.NDArray[np.float64]
Weights = tuple[float, ...]
"""An odd number of weights, centred on a voxel, from the neighbour of lowest index on."""
Chain = tuple[Weights, ...]
"""What is done along one axis: one filter, or several in succession."""
SeparableKernel = tuple[Chain, ...]
"""A chain for each filtered axis, in the order z, y, x."""


def convolution(taps: Sequence[float], step: int = 1) -> Weights:
    """Return the centred weights with which a correlation is the convolution with some taps.

    Parameters
    ----------
    taps : sequence of float
        The convolution's kernel; of an even number, the one after the middle lies on the voxel.
    step : int
        Voxels from one tap to the next.
    """
    middle = len(taps) // 2
    weights = [0.0] * (2 * middle * step + 1)
    for place, tap in enumerate(taps):
        weights[(2 * middle - place) * step] = float(tap)
    return tuple(weights)


def reach_of(
    kernels: Sequence[SeparableKernel], axes: Sequence[int], *, turned: bool = False
) -> tuple[int, int, int]:
    """How far the widest of some kernels looks to each side, in voxels along (z, y, x), as they stand or turned."""
    widths = [
        max(sum(len(weights) // 2 for weights in kernel[place]) for kernel in kernels)
        for place in range(len(axes))
    ]
    reach = [0, 0, 0]
    for axis, width in zip(axes, widths, strict=True):
        reach[axis] = max(widths) if turned else width
    return reach[0], reach[1], reach[2]


def responses(
    array: npt.NDArray[Any],
    box: Box,
    kernels: Sequence[SeparableKernel],
    axes: Sequence[int],
    boundary: Boundary,
) -> Iterator[tuple[SeparableKernel, FloatArray]]:
    """Filter an image with separable kernels; what several begin with is done once.

    Each filter of a chain sees the boundary of what the one before it made.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        The image.
    box : Box
        Where the responses are wanted.
    kernels : sequence of SeparableKernel
        Different from each other.
    axes : sequence of int
        Filtered axes (z, y, x = 0, 1, 2), ascending.
    boundary : Boundary
        What is beyond the image.

    Yields
    ------
    tuple of SeparableKernel and ndarray of float64
        A kernel, and its response inside the box.
    """
    near = surroundings(box, reach_of(kernels, axes), array.shape, boundary)
    data = array[near.slices].astype(np.float64)
    yield from _along((), data, kernels, axes, box.within(near).slices, boundary)


def _along(
    done: SeparableKernel,
    data: FloatArray,
    kernels: Sequence[SeparableKernel],
    axes: Sequence[int],
    inner: tuple[slice, ...],
    boundary: Boundary,
) -> Iterator[tuple[SeparableKernel, FloatArray]]:
    """Filter along the first of the axes left, keep the inner part of it, and go on."""
    if not axes:
        yield done, data
        return
    axis, place = axes[0], len(done)
    part = (slice(None),) * axis + (inner[axis],)
    for chain in dict.fromkeys(kernel[place] for kernel in kernels):
        filtered = data
        for weights in chain:
            filtered = correlate(filtered, weights, axis, boundary)
        left = [kernel for kernel in kernels if kernel[place] == chain]
        yield from _along((*done, chain), filtered[part], left, axes[1:], inner, boundary)
