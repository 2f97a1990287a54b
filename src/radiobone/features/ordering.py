"""Intensities in ascending order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

EXACT = float(1 << 53)  # greatest whole number up to which double precision holds all


def ascending(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sort values of shape (n,), not empty.

    Whole numbers of a narrow range, as most images have, are counted, which is faster than comparing them.
    """
    low, high = float(values.min()), float(values.max())
    if high - low < values.size and max(high, -low) < EXACT:
        counts = np.zeros(int(high - low) + 1, dtype=np.int64)
        if _count_whole(values, low, counts):
            return np.repeat(np.arange(counts.size) + low, counts)
    return np.sort(values)


@compiled
def _count_whole(values: npt.NDArray[np.float64], low: float, counts: npt.NDArray[np.int64]) -> bool:
    """Count how often each number from ``low`` on occurs; stop where one is not whole."""
    if low != np.floor(low):
        return False
    for value in values:
        place = np.int64(value - low)
        if value - low != place:
            return False
        counts[place] += 1
    return True
