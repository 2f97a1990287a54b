"""What the images of a set have in common, taken off: whether two are copies shows in what is their own.

Radiographs of one region, taken alike, correlate by 0.98 and more whoever they are of, since all have the same bones in the same
place. Two copies also share what the mean of the set has not.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.imaging.reduced import FloatArray

FEWEST = 20
"""Fewer images have no common part that could be told from their own."""

MOST_LOOKED_AT = 64
OWN = 0.9
"""Least correlation of what two images have on their own, to be copies."""


def looked_at(n_images: int, most: int = MOST_LOOKED_AT) -> npt.NDArray[np.int64]:
    """Places of the images whose mean is taken, evenly over the set; none of a small set."""
    if n_images < FEWEST:
        return np.empty(0, dtype=np.int64)
    return np.unique(np.linspace(0, n_images - 1, min(n_images, most)).round().astype(np.int64))


def own_part(rows: FloatArray, common: FloatArray) -> FloatArray:
    """Return what rows have beside the common part, of length 1.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, n_values)
        Standardised.
    common : ndarray of float32, shape (n_values,)
        Mean of the standardised rows of the set.
    """
    left = rows - common
    length = np.linalg.norm(left, axis=1, keepdims=True)
    return np.asarray(left / np.maximum(length, 1e-12), dtype=np.float32)
