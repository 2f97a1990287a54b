"""IBSI's definitions from the manifest to the table, and where they are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.extract import extract
from small_cohort import SmallCohort

PLAIN = {
    "definitions": "ibsi",
    "families": ["stat", "cm", "dzm"],
    "aggregations": ["2D_avg", "3D_comb"],
    "resegmentation": {"lower": -1000},
}


def run(*arguments: str | Path):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_a_cohort_is_measured_and_only_what_is_missing_again(
    three_patients: SmallCohort, tmp_path: Path
) -> None:
    settings = tmp_path / "ibsi.json"
    settings.write_text(json.dumps(PLAIN), encoding="utf-8")
    out = tmp_path / "out"
    arguments = ("extract", three_patients.manifest, "-o", out, "--settings", settings, "--csv", "-j", 1)
    assert run(*arguments).exit_code == 0
    first = (out / "features.csv").read_bytes()
    assert run(*arguments).exit_code == 0
    assert (out / "features.csv").read_bytes() == first
    table = pd.read_csv(out / "features.csv")
    assert len(table) == 6
    kept = json.loads((out / "provenance.json").read_text(encoding="utf-8"))["settings"]
    assert IbsiSettings.model_validate(kept) == IbsiSettings.model_validate(PLAIN)


def test_names_of_a_dry_run_are_those_of_the_run(three_patients: SmallCohort, tmp_path: Path) -> None:
    measured = extract(three_patients.manifest, settings=PLAIN, show_progress=False)
    looked = dry_run(three_patients.manifest, output=tmp_path / "dry", settings=PLAIN, show_progress=False)
    assert looked.feature_columns == measured.feature_columns
    assert "original_dzm_zd_entr_3D" in measured.feature_columns
    assert measured.table[list(measured.feature_columns)].notna().all(axis=None)


def test_one_region_in_python_is_that_of_the_cohort(three_patients: SmallCohort) -> None:
    row = three_patients.rows[0]
    image, mask = (three_patients.folder / row[name] for name in ("image", "mask"))
    alone = rb.extract_features(image, mask, settings=PLAIN, label=row["mask_label"])
    measured = extract(three_patients.manifest, settings=PLAIN, show_progress=False)
    of_table = measured.table.set_index(["patient_id", "roi"]).loc[(row["patient_id"], row["roi"])]
    assert alone == of_table[list(measured.feature_columns)].to_dict()


def test_maps_and_repeats_are_refused_before_work(three_patients: SmallCohort, tmp_path: Path) -> None:
    row = three_patients.rows[0]
    image, mask = (three_patients.folder / row[name] for name in ("image", "mask"))
    with pytest.raises(BadSetting, match="feature maps follow pyradiomics' alone"):
        rb.feature_maps(image, mask, settings="ibsi", label=1)
    with pytest.raises(BadSetting, match="perturbed repeats follow pyradiomics' alone"):
        extract(
            three_patients.manifest, output=tmp_path, settings="ibsi", perturb="light", show_progress=False
        )


def test_the_comparison_asks_for_image_and_mask_together(tmp_path: Path) -> None:
    told = run("ibsi", "--image", tmp_path / "image.nii.gz")
    assert isinstance(told.exception, BadSetting)
    assert "Give both --image and --mask" in str(told.exception)


def test_another_ct_is_no_phantom(three_patients: SmallCohort) -> None:
    row = three_patients.rows[0]
    image, mask = (three_patients.folder / row[name] for name in ("image", "mask"))
    told = run("ibsi", "--image", image, "--mask", mask)
    assert isinstance(told.exception, BadSetting)
    assert "the reference values are of that image alone" in str(told.exception)


def test_the_comparison_of_the_digital_phantom_is_shown_and_written(tmp_path: Path) -> None:
    told = run("ibsi", "-o", tmp_path / "ibsi")
    assert told.exit_code == 0, told.output
    assert "482 / 482" in told.output
    assert "482 of 482 values" in (tmp_path / "ibsi" / "ibsi.md").read_text(encoding="utf-8")
    assert len(pd.read_csv(tmp_path / "ibsi" / "ibsi_values.csv")) == 482


def test_the_selftest_sums_up_by_family() -> None:
    told = run("selftest")
    assert told.exit_code == 0, told.output
    assert "482 of 482 IBSI values" in told.output
    assert "Distance zone (GLDZM)" in told.output
    assert "FAIL" not in told.output
    assert "ok   stat_mean" in run("selftest", "-v").output


def test_presets_are_listed_and_printed() -> None:
    listed = run("recipes", "--settings").output
    assert "configuration C of IBSI's reference values" in listed
    assert "definitions: ibsi" in run("recipes", "ibsi-c").output
