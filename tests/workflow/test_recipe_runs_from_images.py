"""Recipes of studies that began with images, run whole: from the images to the report, and their distinctive step at work."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import yaml
from scipy.stats import spearmanr
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.cohort.readers import read_cohort
from radiobone.core.warnings import collected
from radiobone.evaluation.blocks.resolve import block_chains, settle_blocks
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.chain import Rows
from radiobone.evaluation.search import builder_for
from radiobone.workflow.choice import resolve_settings
from radiobone.workflow.pipelines import resolve_pipeline
from radiobone.workflow.recipes.catalogue import load_recipe
from radiobone.workflow.recipes.images import write_images
from radiobone.workflow.repeats_beside import with_repeats_beside
from radiobone.workflow.study_file import read_study, run_study


def ran(name: str, folder: Path, n_patients: int, **keys):
    """Make images, run the study file, and return the cohort that was judged, with the steps fitted on all of it."""
    write_images(name, folder, n_patients=n_patients, show_progress=False)
    path = folder / "study.yaml"
    path.write_text(
        path.read_text(encoding="utf-8") + yaml.safe_dump({"explain": False, **keys}), encoding="utf-8"
    )
    study = read_study(path)
    with collected():
        extracted, evaluation = run_study(path, folder / "result", show_progress=False)
    assert extracted.n_failed == 0
    assert (folder / "result" / "report.html").is_file()
    assert evaluation.provenance["extraction"]["settings"] == resolve_settings(name, None).model_dump(
        mode="json"
    )
    source = folder / "result" / "features" / ("wide" if study.wide else "")
    spec = with_repeats_beside(resolve_pipeline(name), source)
    with collected():
        cohort = read_cohort(source, **study.roles(), task=spec.task)
    return extracted, evaluation, *fitted_on_all(cohort, spec)


def fitted_on_all(cohort, spec):
    """Return the cohort, the fitted steps by name, and the rows that reach the model."""
    cohort, spec = settle_blocks(cohort, spec)
    first = candidates(spec, seed=0)[0]
    builder = builder_for(
        spec.steps, block_chains(spec, cohort.X.columns), Rows(cohort.X, cohort.y, cohort.groups),
        {key: 0 for key, _ in spec.keyed_steps}, [first.steps],
    )  # fmt: skip
    chain = builder.fit(first.steps)
    return cohort, dict(chain.fitted), chain.rows


@pytest.mark.long
@pytest.mark.slow
def test_nam_from_images_has_a_row_for_each_vertebra_and_a_column_for_each_level(tmp_path: Path) -> None:
    extracted, evaluation, cohort, _, _ = ran("nam2019_hu_tscore", tmp_path, 12)
    regions = extracted.table.set_index(["patient_id", "roi"])["original_firstorder_Mean"]
    wide = pd.read_parquet(tmp_path / "result" / "features" / "wide" / "features.parquet")
    assert len(regions) == 3 * len(wide) == 3 * cohort.n_rows
    for row in wide.to_dict("records"):
        for level in ("upper", "middle", "lower"):
            assert row[f"hu_{level}"] == regions[row["patient_id"], f"{row['roi']}_{level}"]
    assert set(cohort.X.columns) == {"hu_upper", "hu_middle", "hu_lower", "age_years", "sex=M"}
    assert evaluation.task == "number"
    told = (tmp_path / "result" / "report.html").read_text(encoding="utf-8")
    assert "joined in one row, a column for each region" in told
    index = json.loads((tmp_path / "result" / "pictures" / "index.json").read_text(encoding="utf-8"))
    assert {(entry["roi"], entry["row_roi"]) for entry in index} >= {("L1_upper", "L1"), ("L3_lower", "L3")}
    for fold in json.loads((tmp_path / "result" / "splits.json").read_text(encoding="utf-8"))["folds"]:
        assert not set(cohort.patient[fold["train"]]) & set(cohort.patient[fold["test"]])


@pytest.mark.slow
def test_widyaningrum_from_images_parts_pores_from_bone_in_two_regions_of_each_patient(
    tmp_path: Path,
) -> None:
    extracted, _, cohort, _, made_rows = ran("widyaningrum2023_periapical", tmp_path, 20)
    assert (cohort.n_rows, cohort.n_patients) == (40, 20)
    table = extracted.table
    density = json.loads((tmp_path / "truth.json").read_text(encoding="utf-8"))["density_sd"]
    truth = table["patient_id"].map(lambda name: density[name][0])
    for family in ("kmeans", "fcm"):
        assert spearmanr(truth, table[f"original_{family}_Share2"]).statistic > 0.6
        assert (table[f"original_{family}_Mean2"] - table[f"original_{family}_Mean1"] > 30).all()
    assert made_rows.X.shape[1] == 17
    features = table.filter(like="original_")
    assert features.T.drop_duplicates().shape[0] == features.shape[1]


@pytest.mark.slow
@pytest.mark.long
def test_saranya_from_images_is_prepared_and_wavelets_become_components(tmp_path: Path) -> None:
    _, _, cohort, fitted, rows = ran("saranya2025_wavelet_pca", tmp_path, 24)
    assert cohort.X.shape[1] == 168 > rows.X.shape[1] == len(fitted["pca"].explained_variance_ratio_)
    text = (tmp_path / "result" / "report.html").read_text(encoding="utf-8")
    for words in ("denoising by non-local means", "adaptive histogram equalisation", "Otsu segmentation"):
        assert words in text


@pytest.mark.slow
@pytest.mark.long
def test_lim_from_images_a_second_outline_drops_columns_and_the_forest_keeps_ten(tmp_path: Path) -> None:
    extracted, evaluation, cohort, fitted, rows = ran("lim2021_femur_rf", tmp_path, 24)
    assert cohort.X.shape[1] == 41
    assert extracted.repeats.table["repeat"].nunique() == 2
    assert fitted["unstable"].n_regions_ == 24
    dropped = set(cohort.X.columns[~fitted["unstable"].get_support()])
    icc = extracted.repeats.icc.set_index("feature")["icc"]
    assert dropped
    assert icc[list(dropped)].max() < icc[[name for name in cohort.X.columns if name not in dropped]].median()
    assert fitted["importance"].get_support().sum() == rows.X.shape[1] == 10
    assert "StepWithoutEffect" not in str(evaluation.provenance)


@pytest.mark.slow
@pytest.mark.long
def test_huang_from_images_mann_whitney_then_lasso_leave_few(tmp_path: Path) -> None:
    _, _, cohort, fitted, rows = ran("huang2022_psoas", tmp_path, 30)
    n_passing = fitted["mannwhitney"].get_support().sum()
    assert cohort.X.shape == (30, 851)
    assert rows.X.shape[1] <= 16 < n_passing < 851


@pytest.mark.slow
@pytest.mark.long
def test_xie_from_images_mrmr_then_lasso_join_three_clinical_variables(tmp_path: Path) -> None:
    _, _, cohort, _, rows = ran("xie2022_nomogram", tmp_path, 24)
    assert cohort.X.shape == (24, 854)
    assert 4 <= rows.X.shape[1] <= 3 + 6
    assert cohort.clinical == ("age_years", "alp_u_l", "hcy_umol_l")


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(("name", "n_bones"), [("sebro2022_wrist", 19), ("sebro2022_chest", 36)])
def test_sebro_from_images_has_a_row_for_each_patient_and_a_column_for_each_bone(
    name, n_bones, tmp_path: Path
) -> None:
    extracted, evaluation, cohort, _, _ = ran(name, tmp_path, 20)
    assert len(extracted.table) == 20 * n_bones
    bones = [column for column in cohort.X.columns if column.startswith("hu_")]
    assert (cohort.n_rows, len(bones)) == (20, n_bones)
    wide = pd.read_parquet(tmp_path / "result" / "features" / "wide" / "features.parquet").set_index(
        "patient_id"
    )
    one = extracted.table.iloc[n_bones + 3]
    assert wide.loc[one["patient_id"], f"hu_{one['roi']}"] == one["original_firstorder_Mean"]
    targets = {arm.target for arm in load_recipe(name).arms.values()}
    assert targets <= set(wide.columns)
    assert evaluation.provenance["extraction"]["n_per_family"] == {"firstorder": 1}


@pytest.mark.slow
@pytest.mark.long
def test_liu_from_images_filters_clinical_laboratory_and_texture_columns_together(tmp_path: Path) -> None:
    _, _, cohort, _, rows = ran("liu2022_hierarchical", tmp_path, 30)
    assert cohort.X.shape == (30, 35 + 42)
    assert rows.X.shape[1] < cohort.X.shape[1] - 20
    with collected():
        _, layer1 = run_study(
            tmp_path / "arms" / "layer1.yaml", tmp_path / "layer1", show_progress=False, explain=False
        )
    assert layer1.summary["n_patients"] == 270


@pytest.mark.slow
@pytest.mark.long
def test_a_model_of_joined_rows_scores_the_images_of_a_manifest(tmp_path: Path) -> None:
    ran("sebro2022_wrist", tmp_path, 20)
    source, model = tmp_path / "result" / "features" / "wide", tmp_path / "model.rbm"
    run = CliRunner()
    fitted = [
        "fit",
        str(source),
        "--target",
        "osteoporosis",
        "--positive",
        "yes",
        "--features",
        "hu_*",
        "-o",
        str(model),
    ]
    answer = run.invoke(app, [*fitted, "--pipeline", "sebro2022_wrist", "--quiet"])
    assert answer.exit_code == 0, answer.output
    manifest = pd.read_csv(tmp_path / "manifest.csv", dtype=str, keep_default_na=False)
    whole, part = (manifest["patient_id"].unique()[[k]] for k in (0, 1))
    few = manifest[
        manifest["patient_id"].isin(whole)
        | (manifest["patient_id"].isin(part) & (manifest["roi"] != "hamate"))
    ]
    few.to_csv(tmp_path / "few.csv", index=False)
    answer = run.invoke(
        app, ["score", str(model), str(tmp_path / "few.csv"), "-o", str(tmp_path / "scores.csv")]
    )
    scores = pd.read_csv(tmp_path / "scores.csv").set_index("patient_id")
    by_table = pd.read_csv(scored_table(run, model, source, tmp_path)).set_index("patient_id")
    assert scores.loc[whole[0], "probability"] == pytest.approx(by_table.loc[whole[0], "probability"])
    assert "Not all regions of the row were measured" in scores.loc[part[0], "message"]


def scored_table(run: CliRunner, model: Path, source: Path, folder: Path) -> Path:
    answer = run.invoke(app, ["score", str(model), str(source), "-o", str(folder / "by_table.csv")])
    assert answer.exit_code == 0, answer.output
    return folder / "by_table.csv"
