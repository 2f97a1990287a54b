"""Which features of another cohort lie outside what a model was trained on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from radiobone.evaluation.training_range import unlike_training


def range_entry(wanted: pd.DataFrame, ranges: Mapping[str, tuple[float, float]]) -> dict[str, Any]:
    """Count rows and features outside the training ranges, as plain data; the worst feature first.

    Parameters
    ----------
    wanted : pandas.DataFrame, shape (n_rows, n_needed)
        The needed columns as numbers; a missing value is not outside.
    ranges : dict of str to (low, high)
        Least and greatest training value of each.
    """
    bounds = np.array([ranges[str(name)] for name in wanted.columns], dtype=float).reshape(-1, 2)
    values = wanted.to_numpy(dtype=float)
    outside = (values < bounds[:, 0]) | (values > bounds[:, 1])
    entries = [
        {"feature": str(name), "low": low, "high": high, "n_below": below, "n_above": above}
        for name, low, high, below, above in zip(
            wanted.columns, bounds[:, 0].tolist(), bounds[:, 1].tolist(), (values < bounds[:, 0]).sum(axis=0).tolist(),
            (values > bounds[:, 1]).sum(axis=0).tolist(), strict=True,
        )
    ]  # fmt: skip
    off = [one for one in entries if one["n_below"] + one["n_above"]]
    return {
        "n_needed": wanted.shape[1],
        "n_rows_outside": int(outside.any(axis=1).sum()),
        "n_rows_unlike": int(unlike_training(outside).sum()),
        "n_values_missing": int(np.isnan(values).sum()),
        "features": sorted(off, key=lambda one: (-(one["n_below"] + one["n_above"]), one["feature"])),
    }
