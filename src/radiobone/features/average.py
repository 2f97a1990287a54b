"""The mean of features over directions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt


def mean_over(directions: Iterable[dict[str, npt.NDArray[np.float64]]]) -> dict[str, float]:
    """Average each feature over the directions that have a value.

    Parameters
    ----------
    directions : iterable of dict
        Feature name to values, one for each of some directions; all have the same names. NaN is no value.
    """
    parts = list(directions)
    joined = (
        parts[0] if len(parts) == 1 else {k: np.concatenate([part[k] for part in parts]) for k in parts[0]}
    )
    return {name: _mean(values) for name, values in joined.items()}


def _mean(values: npt.NDArray[np.float64]) -> float:
    total = float(np.add.reduce(values))
    if np.isnan(total):
        values = values[~np.isnan(values)]
        total = float(np.add.reduce(values))
    return total / values.size if values.size else np.nan
