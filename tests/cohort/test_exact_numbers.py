"""A number written in a table is the same number after reading, to the last bit, however the table is saved."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiobone.cohort.numbers import parse
from radiobone.cohort.readers import read_cohort
from radiobone.core.warnings import DecimalComma

RNG = np.random.default_rng(0)
VALUES = RNG.normal(size=400) * 10.0 ** RNG.integers(-12, 12, size=400)
FOR_EXCEL = np.array([float(f"{value:.15g}") for value in VALUES])  # openpyxl writes no more than 16 digits


def table() -> pd.DataFrame:
    return pd.DataFrame({"patient_id": [f"p{i:03d}" for i in range(400)], "y": [0, 1] * 200, "a": FOR_EXCEL})


@pytest.mark.parametrize("comma", [False, True])
@pytest.mark.parametrize("more", [[], ["n/a", None]], ids=["numbers alone", "some missing"])
def test_numbers_keep_every_bit(comma: bool, more: list[str | None]) -> None:
    texts = [repr(float(value)).replace(".", "," if comma else ".") for value in VALUES]
    values, words, found = parse(pd.Series([*texts, *more], dtype=object))
    np.testing.assert_array_equal(values[:400], VALUES)
    assert np.isnan(values[400:]).all()
    assert not words.any()
    assert found == comma


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_any_double_comes_back(numbers: list[float]) -> None:
    values, _, _ = parse(pd.Series([repr(number) for number in numbers], dtype=object))
    assert values.tobytes() == np.array(numbers).tobytes()


def test_every_way_to_save_a_table_gives_the_same_bits(tmp_path: Path) -> None:
    table().to_csv(tmp_path / "point.csv", index=False)
    table().to_csv(tmp_path / "comma.csv", index=False, sep=";", decimal=",")
    table().to_excel(tmp_path / "t.xlsx", index=False)
    table().to_parquet(tmp_path / "t.parquet", index=False)
    for name in ("point.csv", "comma.csv", "t.xlsx", "t.parquet"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DecimalComma)
            cohort = read_cohort(tmp_path / name, target="y")
        np.testing.assert_array_equal(cohort.X["a"].to_numpy(), FOR_EXCEL, err_msg=name)


@pytest.mark.parametrize("text", ["1_000", "0x1p3", "1,000,000", "12 000", "1.5mm"])
def test_what_is_no_plain_number_stays_a_word(text: str) -> None:
    values, words, _ = parse(pd.Series([text, "2.5"], dtype=object))
    assert words.tolist() == [True, False]
    assert values[1] == 2.5


def test_truth_values_count_as_before() -> None:
    values, words, _ = parse(pd.Series([True, False, True]))
    assert values.tolist() == [1.0, 0.0, 1.0]
    assert not words.any()
