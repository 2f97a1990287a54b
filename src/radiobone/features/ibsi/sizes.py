"""The sixteen features that run lengths, zones, distances and dependences share: IBSI defines them by one set of formulas."""

from __future__ import annotations

from collections.abc import Sequence

from radiobone.features.size_matrix import FloatArray, SizeMatrices


def size_features(names: Sequence[str], found: SizeMatrices, n_voxels: FloatArray) -> dict[str, FloatArray]:
    """Compute the features of matrices of grey level against size.

    Parameters
    ----------
    names : sequence of str
        Names of the features of small and large size, low and high level; small size with low and high level, large
        size with low and high level; non-uniformity of levels, also normalised; of sizes, also normalised; of items
        per voxel; variance of levels, of sizes; entropy.
    found : SizeMatrices
        Items by level and size.
    n_voxels : ndarray of float, shape (n_matrices,)
        Voxels that each matrix stands for; of merged matrices, their sum.
    """
    values = (
        found.emphasis(size=-2),
        found.emphasis(size=2),
        found.emphasis(level=-2),
        found.emphasis(level=2),
        found.emphasis(level=-2, size=-2),
        found.emphasis(level=2, size=-2),
        found.emphasis(level=-2, size=2),
        found.emphasis(level=2, size=2),
        found.level_nonuniformity(),
        found.level_nonuniformity() / found.total,
        found.size_nonuniformity(),
        found.size_nonuniformity() / found.total,
        found.total / n_voxels,
        found.level_variance(),
        found.size_variance(),
        found.entropy(),
    )
    return dict(zip(names, values, strict=True))
