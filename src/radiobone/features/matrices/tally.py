"""Sums of weights for each code."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt


def tally(codes: npt.NDArray[Any], weights: npt.NDArray[Any], *, size: int = 0) -> npt.NDArray[np.float64]:
    """Sum the weights of each code.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        Not negative.
    weights : ndarray of float, shape (n,)
        Added up one after the other, in the order given.
    size : int
        Least length of the result.

    Returns
    -------
    ndarray of float, shape (max(size, codes.max() + 1),)
    """
    return cast(npt.NDArray[np.float64], np.bincount(codes, weights=weights, minlength=size))
