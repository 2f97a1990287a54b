"""Sums over a matrix of grey level against size, shared by run lengths, zones and dependences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.features.matrices.tally import tally

EPSILON = float(np.spacing(1.0))
DENSE_CELLS = 1 << 22

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SizeMatrix:
    """The cells of a level-by-size matrix that are not empty.

    Attributes
    ----------
    level, size : ndarray of float, shape (n_cells,)
        Grey level and size of each cell.
    count : ndarray of float, shape (n_cells,)
        How many runs, zones or voxels the cell holds; not whole if directions are weighted.
    """

    level: FloatArray
    size: FloatArray
    count: FloatArray

    @classmethod
    def from_items(cls, levels: npt.NDArray[np.integer], sizes: npt.NDArray[np.integer]) -> SizeMatrix:
        """Count items, each of one level and one size, both shape (n_items,)."""
        width = int(sizes.max(initial=0)) + 1
        codes = levels.astype(np.int64) * width + sizes
        if width * (int(levels.max(initial=0)) + 1) <= DENSE_CELLS:
            counts = np.bincount(codes)
            cells = np.flatnonzero(counts)
            counts = counts[cells]
        else:
            cells, counts = np.unique(codes, return_counts=True)
        return cls((cells // width).astype(float), (cells % width).astype(float), counts.astype(float))

    @classmethod
    def merged(cls, matrices: list[SizeMatrix], weights: FloatArray) -> SizeMatrix:
        """Add matrices, each multiplied by its weight."""
        levels = np.concatenate([matrix.level for matrix in matrices])
        sizes = np.concatenate([matrix.size for matrix in matrices])
        counts = np.concatenate([m.count * weight for m, weight in zip(matrices, weights, strict=True)])
        cells, where = np.unique(np.stack([levels, sizes]), axis=1, return_inverse=True)
        return cls(cells[0], cells[1], tally(where.ravel(), counts))

    @property
    def total(self) -> float:
        """Number of items."""
        return float(self.count.sum())

    def emphasis(self, *, level: int = 0, size: int = 0) -> float:
        """Mean of ``level ** level_power * size ** size_power`` over the items."""
        weights = self.level ** float(level) * self.size ** float(size)
        return float(np.sum(self.count * weights)) / self.total

    def level_nonuniformity(self) -> float:
        """Sum of squared items per level, over the items."""
        return float(np.sum(self._per(self.level) ** 2)) / self.total

    def size_nonuniformity(self) -> float:
        """Sum of squared items per size, over the items."""
        return float(np.sum(self._per(self.size) ** 2)) / self.total

    def level_variance(self) -> float:
        """Variance of the items' levels."""
        return self._variance(self.level)

    def size_variance(self) -> float:
        """Variance of the items' sizes."""
        return self._variance(self.size)

    def entropy(self) -> float:
        """Entropy of the matrix, in bits."""
        p = self.count / self.total
        return float(-np.sum(p * np.log2(p + EPSILON)))

    def fraction(self) -> float:
        """Items per voxel that they cover."""
        return self.total / float(np.sum(self.count * self.size))

    def _per(self, key: FloatArray) -> FloatArray:
        return tally(np.unique(key, return_inverse=True)[1], self.count)

    def _variance(self, key: FloatArray) -> float:
        p = self.count / self.total
        return float(np.sum(p * (key - np.sum(p * key)) ** 2))
