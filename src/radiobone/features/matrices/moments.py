"""Second moments of a region: how far its voxels' centres lie from their middle."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled


def covariance(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """Covariance of the voxels' indices along the axes, divisor n.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_y, n_x) or (n_z, n_y, n_x)
        The region, not empty.

    Returns
    -------
    ndarray of float, shape (n_axes, n_axes)
        From sums of whole numbers, so rounded once.
    """
    sums = np.zeros((4, 4), dtype=np.int64)
    _add_up(np.ascontiguousarray(mask).view(np.uint8).reshape(-1, *mask.shape[-2:]), sums)
    n = int(sums[0, 0])
    axes = range(4 - mask.ndim, 4)
    return np.array(
        [[(n * int(sums[a, b]) - int(sums[0, a]) * int(sums[0, b])) / n**2 for b in axes] for a in axes]
    )


@compiled
def _add_up(mask: npt.NDArray[np.uint8], sums: npt.NDArray[np.int64]) -> None:
    """Sum the products of 1, z, y, x with each other over the region, into the upper triangle."""
    for z in range(mask.shape[0]):
        for y in range(mask.shape[1]):
            row = mask[z, y]
            count, along, squared = 0, 0, 0
            for x in range(row.size):
                here = int(row[x])
                count += here
                along += here * x
                squared += here * x * x
            sums[0, 0] += count
            sums[0, 1] += z * count
            sums[0, 2] += y * count
            sums[0, 3] += along
            sums[1, 1] += z * z * count
            sums[1, 2] += z * y * count
            sums[1, 3] += z * along
            sums[2, 2] += y * y * count
            sums[2, 3] += y * along
            sums[3, 3] += squared
    for a in range(4):
        for b in range(a):
            sums[a, b] = sums[b, a]
