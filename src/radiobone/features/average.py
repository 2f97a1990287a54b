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
    values = np.stack(list(joined.values()))
    totals = np.add.reduce(values, axis=1)
    means = totals / values.shape[1]
    for row in np.flatnonzero(np.isnan(totals)):
        kept = values[row][~np.isnan(values[row])]
        means[row] = np.add.reduce(kept) / kept.size if kept.size else np.nan
    return dict(zip(joined, means.tolist(), strict=True))
