"""Frames of floats are looked at as a whole, with the outcome of a look column by column."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.validation import validate_data

from radiobone.selection.frames import numbers_of

FLOATS = pd.DataFrame({"a": [1.0, np.nan, 3.0], "b": [0.5, 0.25, -4.0]})
TABLES = {
    "floats": FLOATS,
    "small floats": FLOATS.astype(np.float32),
    "whole numbers": pd.DataFrame({"a": [1, 2], "b": [3, 4]}),
    "missing as pandas has it": FLOATS.astype("Float64"),
    "array": FLOATS.to_numpy(),
}


@pytest.mark.parametrize("name", TABLES)
def test_the_same_numbers_and_names_as_scikit_learn_reads(name):
    ours, theirs = BaseEstimator(), BaseEstimator()
    read = numbers_of(ours, TABLES[name])
    expected = validate_data(theirs, TABLES[name], dtype=np.float64, ensure_all_finite="allow-nan")
    np.testing.assert_array_equal(read, expected)
    assert read.dtype == np.float64
    assert ours.n_features_in_ == theirs.n_features_in_ == 2
    assert list(getattr(ours, "feature_names_in_", [])) == list(getattr(theirs, "feature_names_in_", []))


@pytest.mark.parametrize(
    ("table", "what"),
    [
        (FLOATS.replace(0.5, np.inf), "infinity"),
        (FLOATS.iloc[:0], "0 sample"),
        (FLOATS[[]], "at least one"),
        (FLOATS.astype(object).replace(0.5, "half"), "half"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(table, what):
    with pytest.raises(ValueError, match=what):
        numbers_of(BaseEstimator(), table)


def test_other_columns_than_those_learned_from_are_refused():
    known = BaseEstimator()
    numbers_of(known, FLOATS)
    with pytest.raises(ValueError, match="same order"):
        numbers_of(known, FLOATS[["b", "a"]], reset=False)
    with pytest.raises(ValueError, match="unseen at fit time"):
        numbers_of(known, FLOATS.rename(columns={"a": "c"}), reset=False)


def test_too_few_rows_are_refused():
    with pytest.raises(ValueError, match="minimum of 4"):
        numbers_of(BaseEstimator(), FLOATS, min_rows=4)
