"""Tables as steps get them, looked at as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array, validate_data

from radiobone.selection.ranking import FloatArray


def numbers_of(estimator: Any, X: Any, *, reset: bool = True, min_rows: int = 1) -> FloatArray:
    """Return the table that a step was given, checked as scikit-learn does; NaN where a value is missing.

    Where all columns of a frame are floats it is looked at as a whole: scikit-learn goes column by column, which with a
    thousand of them takes longer than most steps do.

    Parameters
    ----------
    estimator : estimator
        The step, which remembers names and number of columns.
    X : array-like, shape (n_rows, n_columns)
    reset : bool
        True in ``fit``; else names and number must be those known.
    min_rows : int

    Raises
    ------
    ValueError
        As scikit-learn's ``validate_data``.
    """
    checks: dict[str, Any] = {
        "dtype": np.float64,
        "ensure_all_finite": "allow-nan",
        "ensure_min_samples": min_rows,
    }
    if isinstance(X, pd.DataFrame) and X.shape[1] and (X.dtypes == np.float64).all():
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        table: FloatArray = check_array(X.to_numpy(), estimator=estimator, input_name="X", **checks)
        return table
    table = validate_data(estimator, X, reset=reset, **checks)
    return table
