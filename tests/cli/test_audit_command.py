"""``radiobone audit``: what a person sees, and the exit code."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(0)
    y = rng.permutation(np.arange(80) % 2)
    frame = pd.DataFrame(rng.normal(size=(80, 8)), columns=[f"original_f{i}" for i in range(8)])
    frame.insert(0, "patient_id", [f"P{i:02d}" for i in range(80)])
    return frame.assign(y=y), tmp_path / "t.csv"


def run(frame, path, *more):
    frame.to_csv(path, index=False)
    return CliRunner().invoke(app, ["audit", str(path), "--target", "y", *more])


def test_a_sound_table_ends_well(table):
    done = run(*table)
    assert done.exit_code == 0
    assert "nothing found" in done.output
    assert "told apart by patient_id" in done.output


def test_a_leak_is_named_written_and_ends_with_3(table, tmp_path):
    frame, path = table
    found = tmp_path / "found.json"
    done = run(frame.assign(original_f3=frame["y"] * 5.0 + frame["original_f3"] / 10), path, "-o", str(found))
    assert done.exit_code == 3
    assert "SERIOUS  SuspectedLeak" in done.output
    assert [one["code"] for one in json.loads(found.read_text())["findings"]] == ["SuspectedLeak"]


def test_a_note_alone_ends_well(table):
    frame, path = table
    sorted_rows = frame.sort_values("y", kind="stable").assign(patient_id=frame["patient_id"].to_numpy())
    done = run(sorted_rows, path)
    assert "NOTE  RowOrder" in done.output
    assert done.exit_code == 0


def test_time_external_cohort_and_duplicates_can_be_named(table):
    frame, path = table
    visits = pd.concat([frame.assign(visit=1), frame.head(3).assign(visit=2)])
    marked = visits.assign(
        cohort=np.where(visits["visit"] == 2, "external", "internal"), scan_date=range(2000, 2083)
    )
    marked["original_f0"] = np.arange(83.0)
    marked.to_csv(path, index=False)
    shown = CliRunner().invoke(
        app,
        ["audit", str(path), "-t", "y", "--groups", "patient_id", "--time", "scan_date", "--external", "cohort",
         "--duplicates", "group"],
    )  # fmt: skip
    assert shown.exit_code == 3, shown.output
    assert "WARNING  PatientInTrainAndTest" in shown.output
    assert "3 patient(s) of the external cohort" in " ".join(shown.output.split())
