"""Rows to score say whose they are and of which site."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from hospital_case import PIPELINE, HospitalCase, make_case
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, MissingColumn, MissingId
from radiobone.core.warnings import OtherRegion, RepeatedId, collected
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


@pytest.fixture(scope="module")
def of_l1(tmp_path_factory: pytest.TempPathFactory) -> HospitalCase:
    """A model of first lumbar vertebrae, and a study whose segmentation names one and a thoracic one."""
    case = make_case(tmp_path_factory.mktemp("of_l1"))
    manifest = pd.read_csv(case.folder / "manifest.csv").assign(roi="L1")
    manifest.to_csv(case.folder / "named.csv", index=False)
    extract(
        case.folder / "named.csv",
        settings=QUICK,
        modality="ct",
        output=case.folder / "named",
        show_progress=False,
    )
    fitted(case.folder / "named", PIPELINE, target="sick", positive="yes").save(case.model)
    return case


def told_of(model: Path, image: Path, mask: Path, label: int | str) -> list[str]:
    with collected() as told:
        load_model(model).score(image, mask, label=label)
    return [str(one) for one in told if isinstance(one, OtherRegion)]


def test_a_region_that_the_model_was_not_trained_on_is_told(of_l1: HospitalCase) -> None:
    assert load_model(of_l1.model).model.about["training"]["region_names"] == ["L1"]
    assert told_of(of_l1.model, of_l1.series, of_l1.seg, "vertebrae_L1") == []
    assert told_of(of_l1.model, of_l1.series, of_l1.seg, 2) == []
    assert told_of(of_l1.model, *of_l1.nifti(), 1) == []  # its file names nothing
    for label in ("vertebrae_T12", "T12", 1):
        (message,) = told_of(of_l1.model, of_l1.series, of_l1.seg, label)
        assert message.startswith("A region is called 'vertebrae_T12', and the model was trained on 'L1'.")


def test_regions_of_tables_and_manifests_are_compared_too(of_l1: HospitalCase, tmp_path: Path) -> None:
    model = load_model(of_l1.model)
    table = pd.read_parquet(of_l1.folder / "named" / "features.parquet")
    for names, n_told in ((["vertebrae_L1", " l1"], 0), (["L1", "femur_left"], 1)):
        table.assign(roi=[names[row % 2] for row in range(len(table))]).to_csv(
            tmp_path / "new.csv", index=False
        )
        with collected() as told:
            scored = model.score_table(tmp_path / "new.csv")
        assert len(scored) == len(table)
        assert sum(isinstance(one, OtherRegion) for one in told) == n_told
    pd.read_csv(of_l1.folder / "named.csv")[:2].assign(roi=["L1", "hip"]).to_csv(
        of_l1.folder / "new.csv", index=False
    )
    with collected() as told:
        model.score_manifest(of_l1.folder / "new.csv", show_progress=False)
    (message,) = [str(one) for one in told if isinstance(one, OtherRegion)]
    assert message.startswith("A region is called 'hip',")


def test_fit_says_which_clinical_variables_were_left_out(tmp_path: Path) -> None:
    table = patients()
    rng = np.random.default_rng(1)
    sex = np.where(rng.random(60) < 0.5, "f", "m")
    table.assign(
        age=50 + 3 * table["sick"] + rng.normal(0, 2, 60), sex=sex, height=rng.normal(170, 5, 60)
    ).to_csv(tmp_path / "train.csv", index=False)
    steps = ["impute", "scale", {"mannwhitney": {"max_features": 2}}]
    (tmp_path / "few.yaml").write_text(
        yaml.safe_dump({"name": "few", "title": "Few", **FOLDS, "steps": steps})
    )
    said = [
        "fit",
        str(tmp_path / "train.csv"),
        "--target",
        "sick",
        "--features",
        "a,b,c,d",
        "--clinical",
        "age,sex,height",
    ]
    done = CliRunner().invoke(
        app, [*said, "--pipeline", str(tmp_path / "few.yaml"), "-o", str(tmp_path / "m.rbm"), "-q"]
    )
    assert done.exit_code == 0, done.output
    assert (
        "the selection left out, on which no score depends and which `score` does not take: sex, height"
        in " ".join(done.output.split())
    )
    model = load_model(tmp_path / "m.rbm").model
    assert (model.clinical, set(model.clinical_left_out)) == (("age",), {"sex", "height"})
