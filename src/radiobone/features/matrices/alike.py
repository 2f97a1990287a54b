"""Which voxels have the level of the voxel behind them, along every direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import LevelGrid, Offset

MOST_OFFSETS = 13  # those at distance 1
BLOCK = 64  # voxels that a processor compares in few steps
LOWEST_BIT = np.array([0, *((n & -n).bit_length() - 1 for n in range(1, 1 << MOST_OFFSETS))], dtype=np.uint8)


@dataclass(frozen=True, eq=False)
class Alike:
    """Bits that say where a level goes on.

    Attributes
    ----------
    offsets : tuple of tuple of int, (z, y, x)
        Directions, at most 13; those along an axis come first, then those across edges, then corners.
    steps : ndarray of int64, shape (n_directions,)
        The same in the flat array.
    bits : ndarray of uint16, shape (grid.flat.size,)
        Bit k of a voxel inside the region: the voxel behind it along direction k has the same level. Outside the
        region, a bit may be set only where the voxel behind is outside too.
    """

    offsets: tuple[Offset, ...]
    steps: npt.NDArray[np.int64]
    bits: npt.NDArray[np.uint16]

    @classmethod
    def of(cls, grid: LevelGrid, offsets: Sequence[Offset]) -> Alike:
        """Compare every voxel of the region with those behind it, along at most 13 offsets."""
        order = tuple(sorted(offsets, key=lambda offset: sum(map(abs, offset))))
        steps = grid.layout.steps(order)
        bits = np.zeros(grid.flat.size, dtype=np.uint16)
        _compare(grid.flat, grid.layout.inside, steps, bits)
        return cls(order, steps, bits)


@compiled
def _compare(
    flat: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    steps: npt.NDArray[np.int64],
    bits: npt.NDArray[np.uint16],
) -> None:
    """Go through the region in blocks, each from a voxel inside; what lies between is compared along with it."""
    done = 0
    for place in inside:
        if place < done:
            continue
        done = min(place + BLOCK, flat.size)
        own, found = flat[place:done], bits[place:done]
        for k in range(steps.size):
            behind = flat[place - steps[k] : done - steps[k]]
            bit = np.uint16(1 << k)
            for i in range(own.size):
                found[i] |= bit if behind[i] == own[i] else np.uint16(0)
