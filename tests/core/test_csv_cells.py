"""Cells that a spreadsheet could run: defused in every CSV, and read back as they were."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from radiobone.core.csv_cells import as_written, defused, is_dangerous
from radiobone.core.files import write_csv
from radiobone.core.tables import read_text_table

HOSTILE = (
    "=1+1", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\rx", "＝1+1", "＋1", "－a", "＠x", " =1", "'=1", '"=1', "''=1",
    "\ufeff=1", "\u202e=1", "\u00a0=1", "=", "-a", "-1-1", "\n=1", "=HYPERLINK(\"http://x\",\"y\")", "=1,2;=3",
)  # fmt: skip
HARMLESS = (
    "-7.5",
    "+3",
    "-1e-5",
    "-1,5",
    "-inf",
    "1-1",
    "a=b",
    "'quoted'",
    "-",
    "--",
    "",
    "007",
    "-12 %",
    "wavelet-LLH",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_never_stands_first_in_a_cell(text: str) -> None:
    assert is_dangerous(text)
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert defused(text) == text
    assert as_written(text) == text


@example("'\t")
@example("''\ta")
@given(st.text() | st.tuples(st.text("'\" =+-@\t＝", max_size=4), st.text(max_size=4)).map("".join))
def test_what_is_defused_comes_back(text: str) -> None:
    assert as_written(defused(text)) == text
    assert not is_dangerous(defused(text)) or defused(text).startswith("'")


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1).filter(str.strip)
NAMES = CELLS.map(str.strip).filter(lambda name: name.isprintable())


@settings(max_examples=60, deadline=None)
@given(st.lists(NAMES, min_size=2, max_size=3, unique=True), st.data())
def test_a_table_comes_back_whole(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], data: st.DataObject
) -> None:
    rows = data.draw(st.lists(st.tuples(*[CELLS] * len(names)), min_size=1, max_size=3))
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    table = pd.DataFrame(rows, columns=names, dtype=object)
    first_line_decides = all(mark not in "".join(names) for mark in ",;\t\n\r")
    if first_line_decides:
        write_csv(path, table)
        back = read_text_table(path)
        assert list(back.columns) == names
        assert back.to_numpy().tolist() == table.to_numpy().tolist()


def test_column_names_and_categories_are_defused_too(tmp_path: Path) -> None:
    table = pd.DataFrame({"=1+1": [-1.5, 2.0], "sex": pd.Categorical(["=f", "m"])})
    write_csv(tmp_path / "t.csv", table)
    with (tmp_path / "t.csv").open(newline="") as stream:
        assert list(csv.reader(stream)) == [["'=1+1", "sex"], ["-1.5", "'=f"], ["2.0", "m"]]
