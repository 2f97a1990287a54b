"""Whether rows are those that a model was trained on, told by their values alone."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.evaluation.drift.reference import Reference


def are_training_rows(
    features: pd.DataFrame, reference: Reference, ranges: Mapping[str, tuple[float, float]]
) -> bool:
    """Tell rows whose number, extremes, missing values and counts in every bin are those of training.

    Names of patients and the order of rows do not count. Rows of other cases would have to share the least and the greatest
    value of every feature to the last bit.

    Parameters
    ----------
    features : pandas.DataFrame, shape (n_rows, n_needed)
        The columns that the model needs, as numbers.
    reference : Reference
        Of the training rows.
    ranges : dict of str to (low, high)
        Of each feature in training.
    """
    if len(features) != reference.n_rows or not reference.features:
        return False
    return all(
        _is_same(features[name].to_numpy(dtype=float), reference, name, ranges[name])
        for name in reference.features
    )


def _is_same(
    values: npt.NDArray[np.float64], reference: Reference, name: str, bounds: tuple[float, float]
) -> bool:
    bins = reference.features[name]
    there = values[~np.isnan(values)]
    if len(values) - len(there) != bins.n_missing or not np.array_equal(bins.count(values), bins.counts):
        return False
    return len(there) == 0 or (there.min(), there.max()) == tuple(bounds)
