"""The target's classes, however they are spelled in the table and in a study file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.labels import read_labels
from radiobone.cohort.times import read_times
from radiobone.core.errors import BadSetting, BadTime, MixedLabels, NotBinary
from radiobone.core.settings import parse_yaml


def target(*values: object) -> pd.Series:
    return pd.Series(list(values) * 4, name="osteoporosis")


@pytest.mark.parametrize("text", ["yes", "Yes", "true", "on"])
@pytest.mark.parametrize(
    "values", [("yes", "no"), ("Yes", "No"), ("true", "false"), ("on", "off"), (1, 0), (True, False)]
)
def test_an_unquoted_yes_finds_its_class(text: str, values: tuple) -> None:
    positive = parse_yaml(f"positive: {text}")["positive"]
    assert positive is True
    labels = read_labels(target(*values), positive=positive)
    assert labels.y.tolist() == [1, 0] * 4


def test_an_unquoted_no_does_too() -> None:
    assert read_labels(target("yes", "no"), positive=parse_yaml("positive: no")["positive"]).positive == "no"


@pytest.mark.parametrize("values", [("ja", "nein"), ("yes", "on"), (2, 1), (2, 3)])
def test_what_yes_cannot_mean_asks_for_quotes_or_is_found(values: tuple) -> None:
    if values == (2, 1):  # one of them is a word for true
        assert read_labels(target(*values), positive=True).positive == "1"
        return
    with pytest.raises(BadSetting, match='in quotes, as in positive: "'):
        read_labels(target(*values), positive=True)


def test_numpys_truth_is_one_too() -> None:
    assert read_labels(target("yes", "no"), positive=np.True_).positive == "yes"


def test_more_classes_than_two_name_the_tasks_that_take_them() -> None:
    with pytest.raises(NotBinary, match=r"--task ordinal, for a measured value --task number"):
        read_labels(target("a", "b", "c"))


def test_all_classes_of_several_spellings_are_named_at_once() -> None:
    with pytest.raises(MixedLabels, match="'No', 'no'; in 2 ways: 'Yes', 'yes'"):
        read_labels(pd.Series(["Yes", "yes", "No", "no"], name="y"))


def test_empty_cells_and_impossible_dates_are_told_at_once() -> None:
    with pytest.raises(BadTime, match=r"1 row\(s\) have no 'day'.* 1 cell\(s\) are no date .*'2020-02-31'"):
        read_times(pd.Series(["2020-01-01", None, "2020-02-31"]), "day")


def test_impossible_dates_are_counted_and_the_first_few_named() -> None:
    days = ["2020-02-31", "2020-01-01", "31.12.2019", "2020-13-01", "2020-02-31", "soon"]
    with pytest.raises(
        BadTime, match=r"'day' has 5 cell\(s\).*: '2020-02-31', '31.12.2019', '2020-13-01', …\."
    ):
        read_times(pd.Series(days), "day")
