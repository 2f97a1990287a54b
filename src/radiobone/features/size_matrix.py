"""Sums over matrices of grey level against size, shared by run lengths, zones and dependences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt

EPSILON = float(np.spacing(1.0))
POWERS = np.array([0.0, -2.0, 2.0])
PLACE_OF_POWER = {0: 0, -2: 1, 2: 2}

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SizeMatrices:
    """One matrix of grey level against size for each direction; every method gives one value per direction.

    Attributes
    ----------
    level : ndarray of float, shape (n_levels,)
        Grey level of each row.
    size : ndarray of float, shape (n_sizes,)
        Size of each column.
    count : ndarray of float, shape (n_directions, n_levels, n_sizes)
        How many runs, zones or voxels; not whole if directions are weighted. No matrix is empty.
    """

    level: FloatArray
    size: FloatArray
    count: FloatArray

    @classmethod
    def of_items(
        cls, levels: npt.NDArray[np.int64], rows: npt.NDArray[np.int64], sizes: npt.NDArray[np.int64]
    ) -> SizeMatrices:
        """Count items, each of the level ``levels[row]`` and one size, both shape (n_items,), in one matrix."""
        size = np.flatnonzero(np.bincount(sizes))
        column = np.zeros(int(size[-1]) + 1, dtype=np.int64)
        column[size] = np.arange(size.size)
        cells = np.bincount(rows * size.size + column[sizes], minlength=levels.size * size.size)
        return cls(levels.astype(float), size.astype(float), cells.reshape(1, levels.size, -1).astype(float))

    def merged(self, weights: FloatArray) -> SizeMatrices:
        """Add the matrices up, each multiplied by its weight, shape (n_directions,)."""
        count = np.sum(self.count * weights[:, None, None], axis=0, keepdims=True)
        return SizeMatrices(self.level, self.size, count)

    @cached_property
    def total(self) -> FloatArray:
        """Number of items."""
        return _sum(self._per_level, 1)

    @cached_property
    def _per_level(self) -> FloatArray:
        return _sum(self.count, 2)

    @cached_property
    def _per_size(self) -> FloatArray:
        return _sum(self.count, 1)

    @cached_property
    def _power_sums(self) -> FloatArray:
        """Sums over the items of level and size, each to the powers of ``POWERS``: (n_directions, n_powers, n_powers)."""
        sums: FloatArray = (self.level ** POWERS[:, None]) @ (self.count @ self.size[:, None] ** POWERS)
        return sums

    def emphasis(self, *, level: int = 0, size: int = 0) -> FloatArray:
        """Mean over the items of level and size, each to a power of -2, 0 or 2."""
        return self._power_sums[:, PLACE_OF_POWER[level], PLACE_OF_POWER[size]] / self.total

    def level_nonuniformity(self) -> FloatArray:
        """Sum of squared items per level, over the items."""
        return _sum(self._per_level**2, 1) / self.total

    def size_nonuniformity(self) -> FloatArray:
        """Sum of squared items per size, over the items."""
        return _sum(self._per_size**2, 1) / self.total

    def level_variance(self) -> FloatArray:
        """Variance of the items' levels."""
        return _variance(self._per_level / self.total[:, None], self.level)

    def size_variance(self) -> FloatArray:
        """Variance of the items' sizes."""
        return _variance(self._per_size / self.total[:, None], self.size)

    def entropy(self) -> FloatArray:
        """Entropy of the matrix, in bits."""
        p = self.count / self.total[:, None, None]
        return cast(FloatArray, -np.einsum("kij,kij->k", p, np.log2(p + EPSILON)))

    def fraction(self) -> FloatArray:
        """Items per voxel that they cover."""
        return self.total / _sum(self._per_size * self.size, 1)


def _variance(p: FloatArray, key: FloatArray) -> FloatArray:
    mean = _sum(p * key, 1)
    return _sum(p * (key - mean[:, None]) ** 2, 1)


def _sum(values: FloatArray, axis: int) -> FloatArray:
    return cast(FloatArray, np.add.reduce(values, axis=axis))
