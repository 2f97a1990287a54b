"""A column in the wrong role, or a table of the wrong kind, is named for what it is, with what to say instead."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.errors import (
    DuplicateId,
    MissingId,
    NonFiniteFeature,
    NotATable,
    NotNumeric,
    PatientInTrainAndTest,
)
from radiobone.core.warnings import FeatureDropped

N = 80
RNG = np.random.default_rng(0)
MRN = [f"m{i // 2}" for i in range(N)]
SIDE = ["L", "R"] * (N // 2)
WARD = [f"w{i // 8}" for i in range(N)]


def table(**columns: object) -> pd.DataFrame:
    values = pd.DataFrame(RNG.normal(size=(N, 3)), columns=["a", "b", "c"])
    return values.assign(y=np.arange(N) // 2 % 2, **columns)


def read(tmp_path: Path, frame: pd.DataFrame, target: str = "y", **kwargs: object) -> Cohort:
    frame.to_csv(tmp_path / "t.csv", index=False)
    return read_cohort(tmp_path / "t.csv", target=target, **kwargs)


class TestGroups:
    """What is wrong with --groups is said of --groups."""

    def test_a_column_that_parts_patients_is_no_patient(self, tmp_path: Path) -> None:
        with pytest.raises(
            PatientInTrainAndTest, match=r"'side' .*no column of patients.*--groups MRN"
        ) as caught:
            read(tmp_path, table(MRN=MRN, side=SIDE), groups="side")
        assert "--id" not in str(caught.value)
        assert read(tmp_path, table(MRN=MRN, side=SIDE), groups="MRN").n_patients == N // 2

    def test_groups_of_whole_patients_stay_when_ids_repeat(self, tmp_path: Path) -> None:
        frame = table(MRN=MRN, ward=WARD)
        with pytest.raises(DuplicateId, match="--id row") as caught:
            read(tmp_path, frame, groups="ward")
        assert "leave --id out" not in str(caught.value)
        assert len(set(read(tmp_path, frame, groups="ward", id="row").groups)) == N // 8

    def test_only_an_id_that_was_given_can_be_left_out(self, tmp_path: Path) -> None:
        with pytest.raises(DuplicateId, match="--groups MRN") as caught:
            read(tmp_path, table(MRN=MRN))
        assert "leave --id out" not in str(caught.value)
        with pytest.raises(DuplicateId, match="--groups MRN and leave --id out"):
            read(tmp_path, table(MRN=MRN), id="MRN")


def test_a_patient_column_taken_as_the_target_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingId, match=r"'MRN' was taken as the target.*--target"):
        read(tmp_path, table(MRN=MRN, side=SIDE), target="MRN")
    with pytest.raises(MissingId) as caught:
        read(tmp_path, table(side=SIDE).rename(columns={"y": "case"}), target="case")
    assert "taken as the target" not in str(caught.value)


class TestManifest:
    """A manifest holds paths of images; its ages are not what an evaluation is asked for."""

    def manifest(self, **columns: object) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "patient_id": [f"p{i}" for i in range(N)],
                "Image": [f"images/p{i}.nii.gz" for i in range(N)],
                "mask": [f"masks/p{i}.nii.gz" for i in range(N)],
                "age": RNG.normal(60, 9, N),
                "bmi": RNG.normal(25, 3, N),
                "y": np.arange(N) % 2,
            }
        ).assign(**columns)

    def test_it_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(NotATable, match=r"manifest of images.*radiobone extract .*t\.csv.*--features"):
            read(tmp_path, self.manifest())

    def test_before_anything_else_is_asked_of_it(self, tmp_path: Path) -> None:
        with pytest.raises(NotATable):
            read(tmp_path, self.manifest(patient_id=MRN))

    def test_named_columns_go_through(self, tmp_path: Path) -> None:
        assert list(read(tmp_path, self.manifest(), features="age,bmi").X) == ["age", "bmi"]
        frame = self.manifest().drop(columns="bmi")
        assert list(read(tmp_path, frame, clinical=["age"]).X) == ["age"]

    def test_a_table_of_features_with_paths_is_none(self, tmp_path: Path) -> None:
        frame = self.manifest(original_firstorder_Mean=RNG.normal(size=N))
        assert "original_firstorder_Mean" in read(tmp_path, frame).X

    def test_columns_without_paths_are_none(self, tmp_path: Path) -> None:
        assert list(read(tmp_path, self.manifest(Image="yes", mask="no")).X) == ["age", "bmi"]


class TestPython:
    """What is said to a caller from Python names labels and arguments of Python."""

    X = pd.DataFrame(RNG.normal(size=(N, 3)), columns=list("abc"))
    y = np.arange(N) // 2 % 2

    def test_ids_of_text_are_not_called_numbers(self) -> None:
        with pytest.warns(FeatureDropped, match=r"'MRN'.*groups=X\['MRN'\]") as caught:
            cohort_from_arrays(self.X.assign(MRN=MRN), self.y, groups=MRN)
        assert "whole numbers" not in str(caught[0].message)

    @pytest.mark.parametrize("labels", [range(N), [f"k{i}" for i in range(N)], range(100, 100 + N)])
    def test_words_are_named_by_the_frames_own_label(self, labels: object) -> None:
        X = self.X.assign(side=SIDE).set_axis(labels, axis=0)
        with pytest.raises(NotNumeric, match=rf"'side', row {next(iter(labels))}:") as caught:
            cohort_from_arrays(X, self.y, groups=MRN)
        assert "X.drop(columns=['side'])" in str(caught.value)
        assert "--" not in str(caught.value)

    def test_so_are_infinite_values_and_rows_after_missing_targets(self) -> None:
        X = self.X.copy()
        X.loc[7, "b"] = np.inf
        y = pd.Series(self.y, dtype=float)
        y[:3] = np.nan
        with (
            pytest.raises(NonFiniteFeature, match="'b', row 7:"),
            pytest.warns(match="3 of 80"),
        ):
            cohort_from_arrays(X, y, groups=MRN)

    def test_the_command_line_is_still_told_its_option(self, tmp_path: Path) -> None:
        frame = table(d=[*["1"] * (N - 1), "high"])
        with pytest.raises(NotNumeric, match="--features"):
            read(tmp_path, frame)
