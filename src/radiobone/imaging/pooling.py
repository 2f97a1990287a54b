"""Several responses at a voxel, put together to one."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Pooling = Literal["max", "average", "min"]
_JOIN = {"max": np.maximum, "min": np.minimum, "average": np.add}


class Pool:
    """Responses put together voxel by voxel, one after the other.

    Parameters
    ----------
    how : {"max", "average", "min"}
        What is kept of the responses at a voxel.
    """

    def __init__(self, how: Pooling) -> None:
        self._how = how
        self._kept: FloatArray | None = None
        self._count = 0

    def add(self, response: FloatArray, times: int = 1) -> None:
        """Take in a response that occurs so many times."""
        self._count += times
        if self._how == "average":
            response = response * times
        if self._kept is None:
            self._kept = response.copy()
        else:
            _JOIN[self._how](self._kept, response, out=self._kept)

    def result(self) -> FloatArray:
        """Return what has come of all responses; there must have been one."""
        assert self._kept is not None
        return self._kept / self._count if self._how == "average" else self._kept
