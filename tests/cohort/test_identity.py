"""Rows of one patient are never divided because nobody knew whose they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.id_like import is_running_number
from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import BadSetting, DuplicateId, MissingColumn, MissingId
from radiobone.core.warnings import FeatureDropped

LEVELS = ["L1", "L2", "L3", "L4"]


def several_rows(n: int = 24, m: int = 4, **columns: object) -> pd.DataFrame:
    """``n`` patients with ``m`` rows each, without any column that says so."""
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(n * m, 3)), columns=["a", "b", "c"])
    return table.assign(y=np.repeat(np.arange(n) % 2, m), **columns)


def numbers(n: int = 24, m: int = 4) -> np.ndarray:
    return np.repeat(np.random.default_rng(2).permutation(np.arange(10_000, 99_999))[:n], m)


def read(tmp_path: Path, table: pd.DataFrame, **kwargs: object) -> Cohort:
    table.to_csv(tmp_path / "t.csv", index=False)
    return read_cohort(tmp_path / "t.csv", target="y", **kwargs)


@pytest.mark.parametrize(
    "name", ["MRN", "Pat-Nr", "PatNr", "Fallnummer", "PID", "StudyID", "case", "record_id", "hospital number"]
)
def test_patients_are_found_by_many_names(tmp_path: Path, name: str) -> None:
    cohort = read(tmp_path, several_rows(**{name: numbers(), "vertebra": LEVELS * 24}))
    assert cohort.n_patients == 24
    assert list(cohort.X) == ["a", "b", "c"]
    assert cohort.roi[:4].tolist() == LEVELS
    assert cohort.provenance["columns"]["id"] == name
    assert cohort.provenance["columns"]["regions"] == ["vertebra"]


def test_repeated_ids_without_regions_say_how_to_go_on(tmp_path: Path) -> None:
    table = several_rows(MRN=numbers())
    with pytest.raises(DuplicateId, match="--groups MRN"):
        read(tmp_path, table)
    cohort = read(tmp_path, table, groups="MRN")
    assert cohort.n_patients == 24
    assert len(set(cohort.groups)) == 24
    assert "MRN" not in cohort.X


@pytest.mark.parametrize("name", ["encounter", "ID", "case", "sample_id"])
def test_a_number_within_each_patient_is_no_patient(tmp_path: Path, name: str) -> None:
    table = several_rows(MRN=numbers(), **{name: [1, 2, 3, 4] * 24})
    cohort = read(tmp_path, table, groups="MRN")
    assert cohort.n_patients == len(set(cohort.groups)) == 24
    assert name not in cohort.X


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        ({"Akte": numbers()}, "'Akte'"),
        ({"wer": [f"x{value}" for value in numbers()]}, "'wer'"),
        ({"vertebra": LEVELS * 24}, "'vertebra'"),
        ({"side": ["left", "right"] * 48}, "'side'"),
        ({"AccessionNumber": numbers()}, "'AccessionNumber'"),
        ({"lesion": [1, 2, 3, 4] * 24}, "'lesion'"),
        ({"running": np.arange(96), "who": np.repeat(np.arange(24), 4)}, "'who'"),
    ],
)
def test_without_an_id_signs_of_several_rows_are_an_error(tmp_path: Path, columns: dict, named: str) -> None:
    table = several_rows(**columns)
    for order in (table, table.sample(frac=1, random_state=5)):
        with pytest.raises(MissingId, match=named) as caught:
            read(tmp_path, order)
        assert "--groups" in str(caught.value)
        assert "--id row" in str(caught.value)


def test_every_row_a_patient_is_taken_at_the_users_word(tmp_path: Path) -> None:
    table = several_rows(side=["left", "right"] * 48)
    cohort = read(tmp_path, table, id="row")
    assert cohort.n_patients == 96
    assert cohort.provenance["columns"]["id"] == "row"
    hospital = read(tmp_path, several_rows(ward=[f"w{i % 12}" for i in range(96)]), id="row", groups="ward")
    assert (hospital.n_patients, len(set(hospital.groups))) == (96, 12)


def test_a_column_called_row_is_that_column(tmp_path: Path) -> None:
    cohort = read(tmp_path, several_rows(row=np.arange(96)), id="row")
    assert cohort.provenance["columns"]["id"] == "row"
    assert cohort.patient[0] == "0"


@pytest.mark.parametrize(
    "columns",
    [
        {"sex": ["F", "M"] * 48},
        {"age": np.random.default_rng(0).integers(40, 80, 96)},
        {"Hospital": [f"H{i % 12}" for i in range(96)]},
        {"scan_date": [f"2020-01-{i % 28 + 1:02d}" for i in range(96)]},
        {"comment": ["none"] * 70 + [f"note {i % 20}" for i in range(26)]},
        {"original_firstorder_Minimum": np.random.default_rng(3).integers(-100, -60, 96)},
        {"kernel": ["A", "B", "C"] * 32, "image": [f"{i}.nii" for i in range(96)]},
    ],
)
def test_ordinary_columns_raise_no_alarm(tmp_path: Path, columns: dict) -> None:
    table = several_rows(n=96, m=1, **columns)
    table["y"] = np.random.default_rng(4).permutation(table["y"])
    assert read(tmp_path, table).n_patients == 96


def test_ids_that_agree_need_no_choice(tmp_path: Path) -> None:
    ids = [f"P{i:02d}" for i in range(96)]
    cohort = read(tmp_path, several_rows(ID=range(96), MRN=ids))
    assert cohort.provenance["columns"]["id"] == "MRN"
    assert list(cohort.X) == ["a", "b", "c"]


def test_ids_that_disagree_are_an_error(tmp_path: Path) -> None:
    table = several_rows(PatientID=np.repeat(np.arange(24), 4), MRN=np.arange(96) // 3, roi=LEVELS * 24)
    with pytest.raises(BadSetting, match=r"PatientID, MRN.*--id.*--groups"):
        read(tmp_path, table)
    assert read(tmp_path, table, id="PatientID").n_patients == 24


def test_decimals_are_no_ids(tmp_path: Path) -> None:
    table = several_rows(n=96, m=1, ID=range(96), Id=np.random.default_rng(0).random(96))
    cohort = read(tmp_path, table)  # Id is also the inverse difference of the co-occurrence matrix
    assert cohort.provenance["columns"]["id"] == "ID"
    assert "Id" in cohort.X


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("Akte", numbers(96, 1)),
        ("Nr", np.arange(1, 97)),
        ("zaehler", np.random.default_rng(0).permutation(96)),
        ("grp_id", np.random.default_rng(0).integers(0, 9, 96)),
    ],
)
def test_a_number_that_counts_is_no_feature(tmp_path: Path, name: str, values: np.ndarray) -> None:
    table = several_rows(n=96, m=1, **{name: values})
    with pytest.warns(FeatureDropped, match=name):
        cohort = read(tmp_path, table)
    assert name not in cohort.X
    assert name in cohort.provenance["columns"]["set_aside"]
    with pytest.warns(FeatureDropped, match=name):
        assert name not in read(tmp_path, table, features="*").X
    assert name in read(tmp_path, table, features=f"a,b,{name}").X


def test_measurements_are_no_running_numbers() -> None:
    rng = np.random.default_rng(0)
    for values in (
        rng.integers(0, 300, 100),
        rng.integers(900, 99_000, 100),
        np.round(rng.normal(0, 50, 100)),
    ):
        assert not is_running_number(pd.Series(values, name="x"))
    assert not is_running_number(pd.Series(np.arange(10_000, 10_100), name="VoxelNum"))
    assert not is_running_number(pd.Series(np.arange(100) / 2, name="x"))


def test_an_id_that_never_repeats_beside_a_column_that_does_is_remembered(tmp_path: Path) -> None:
    cohort = read(tmp_path, several_rows(ID=range(96), wer=[f"x{value}" for value in numbers()]))
    assert cohort.provenance["columns"]["suspects"] == ["wer"]


@pytest.mark.parametrize("name", ["Alter", "age_years", "f7"])
def test_beside_ids_an_age_or_another_number_that_repeats_is_no_patient(tmp_path: Path, name: str) -> None:
    cohort = read(tmp_path, several_rows(**{"ID": range(96), name: numbers()}))
    assert cohort.provenance["columns"]["suspects"] == []


def test_what_is_not_there_is_still_named(tmp_path: Path) -> None:
    with pytest.raises(MissingColumn, match="rows"):
        read(tmp_path, several_rows(), id="rows")
