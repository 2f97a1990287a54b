"""Rows to score say whose they are and of which site."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, MissingColumn, MissingId
from radiobone.core.warnings import RepeatedId, collected
from radiobone.evaluation.model import Model
from radiobone.workflow.extract import extract
from radiobone.workflow.score import fit_table, load_model, score_source
from small_cohort import QUICK, SmallCohort, bone, write_image

FOLDS = {"outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 3}, "models": ["lr"]}
PLAIN = {**FOLDS, "steps": ["impute", "scale"]}
BY_SITE = {**FOLDS, "steps": ["impute", "combat", "scale"]}


def patients(sites: str = "hospital") -> pd.DataFrame:
    rng = np.random.default_rng(0)
    sick, bonn = np.arange(60) % 2, np.arange(60) % 3 == 0
    table = pd.DataFrame(rng.normal(size=(60, 4)), columns=list("abcd")).add(3.0 * bonn, axis=0)
    table["a"] += sick
    who = [f"m{number:02d}" for number in range(60)]
    return table.assign(MRN=who, sick=sick, **{sites: np.where(bonn, "Bonn", "Ulm")})


def fitted(source: Path, pipeline: dict[str, object], **roles: str) -> Model:
    with collected():  # what is odd about a small made-up table is of no concern here
        return fit_table(source, pipeline=pipeline, seed=0, jobs=1, **roles)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    where = tmp_path_factory.mktemp("rows")
    patients().to_csv(where / "train.csv", index=False)
    roles = {"target": "sick", "features": "a,b,c,d"}
    fitted(where / "train.csv", PLAIN, **roles).save(where / "plain.rbm")
    fitted(where / "train.csv", BY_SITE, site="hospital", **roles).save(where / "combat.rbm")
    repeated = patients().assign(MRN=[f"m{number // 3:02d}" for number in range(60)])
    repeated.to_csv(where / "visits.csv", index=False)
    fitted(where / "visits.csv", PLAIN, groups="MRN", unit="roi", **roles).save(where / "visits.rbm")
    return where


def test_the_site_may_have_another_name_than_in_training(folder: Path, tmp_path: Path) -> None:
    expected = load_model(folder / "combat.rbm").score_table(folder / "train.csv")["probability"]
    patients("scanner").to_csv(tmp_path / "new.csv", index=False)
    said = ["score", str(folder / "combat.rbm"), str(tmp_path / "new.csv"), "-o", str(tmp_path / "s.csv")]
    unnamed = CliRunner().invoke(app, said)
    assert isinstance(unnamed.exception, MissingColumn), unnamed.output
    assert "--site" in str(unnamed.exception)
    named = CliRunner().invoke(app, [*said, "--site", "scanner"])
    assert named.exit_code == 0, named.output
    np.testing.assert_array_equal(pd.read_csv(tmp_path / "s.csv")["probability"], expected)


def test_a_site_that_is_no_column_is_named_with_its_neighbours(folder: Path) -> None:
    with pytest.raises(MissingColumn, match="Did you mean 'hospital'"):
        load_model(folder / "combat.rbm").score_table(folder / "train.csv", site="hospitl")


def test_the_site_of_an_image_is_given_by_name(folder: Path) -> None:
    roles = {"label": None, "clinical": [], "root": None, "jobs": 1}
    with pytest.raises(BadSetting, match="--clinical NAME=VALUE"):
        score_source(folder / "combat.rbm", folder / "ct.nii", folder / "mask.nii", site="hospital", **roles)  # type: ignore[arg-type]


@pytest.mark.parametrize("blank", ["", "  "])
def test_a_row_without_a_patient_is_refused(folder: Path, tmp_path: Path, blank: str) -> None:
    table = patients()
    table.loc[3, "MRN"] = blank
    table.to_csv(tmp_path / "new.csv", index=False)
    with pytest.raises(MissingId, match=r"1 row\(s\) have no 'MRN' \(first: row 4"):
        load_model(folder / "plain.rbm").score_table(tmp_path / "new.csv")


def test_a_case_in_several_rows_is_told(folder: Path, tmp_path: Path) -> None:
    table = patients()
    table.loc[3, "MRN"] = "m02"
    table.to_csv(tmp_path / "new.csv", index=False)
    model = load_model(folder / "plain.rbm")
    with pytest.warns(RepeatedId, match=r"1 case\(s\) are in several rows, such as 'MRN' 'm02'\. "):
        scored = model.score_table(tmp_path / "new.csv")
    assert len(scored) == 60
    table.assign(side=np.where(np.arange(60) == 3, "left", "right")).to_csv(tmp_path / "s.csv", index=False)
    with collected() as told:
        model.score_table(tmp_path / "s.csv")
    assert not told


def test_rows_of_a_patient_without_regions_are_as_in_training(folder: Path) -> None:
    with collected() as told:
        load_model(folder / "visits.rbm").score_table(folder / "visits.csv")
    assert not told


def test_a_manifest_names_the_site_before_anything_is_measured(tmp_path: Path) -> None:
    cohort = SmallCohort(tmp_path)
    for number in range(24):
        name = f"p{number:02d}"
        cohort.add(name, shape=number, sick=number % 2, hospital="ABC"[number // 2 % 2])
        write_image(cohort.folder / "images" / f"{name}.nii.gz", bone(number) + np.int16(80 * (number % 2)))
    extract(cohort.manifest, settings=QUICK, output=tmp_path / "features", show_progress=False)
    fitted(tmp_path / "features", BY_SITE, target="sick", site="hospital").save(tmp_path / "m.rbm")
    model = load_model(tmp_path / "m.rbm")
    expected = model.score_manifest(cohort.manifest, show_progress=False)["probability"]
    manifest = pd.read_csv(cohort.manifest).rename(columns={"hospital": "scanner"})
    manifest.to_csv(tmp_path / "other.csv", index=False)
    found = model.score_manifest(tmp_path / "other.csv", show_progress=False, site="scanner")["probability"]
    np.testing.assert_array_equal(found, expected)
    with pytest.raises(MissingColumn, match="No column 'hospital'"):
        model.score_manifest(tmp_path / "other.csv", show_progress=False, site="hospital")
