"""Measurements of bone beside radiomics, from images to the report and to the score of a new image."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadSetting
from radiobone.core.volume import Triple
from radiobone.core.warnings import FeatureDropped, Imputed
from radiobone.io.write import write_volume
from radiobone.testing.bone_phantoms import BodyShape, vertebral_body
from radiobone.workflow.case_report import extraction_lines
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.extract import extract, extract_files

SETTINGS = {
    "families": [
        {"name": "firstorder", "features": ["Mean", "Entropy"]},
        {
            "name": "bone",
            "features": ["VolumeCm3", "TrabecularHuMean", "ShellHuMean", "HeightMiddleMm", "ApparentBvTv"],
        },
    ]
}
PIPELINE = {
    "name": "fast",
    "title": "For tests",
    "steps": ["impute", "constant", "scale", {"mannwhitney": {"max_features": 3}}],
    "models": ["lr"],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 2},
}
USUAL: Triple = (2.0, 1.5, 1.5)


def add(folder: Path, name: str, hu: float, spacing_mm: Triple = USUAL, margin_mm: float = 6.0) -> None:
    """Write a vertebral body of that mean HU."""
    made = vertebral_body(
        BodyShape(22, 22, 22, 28, 34), spacing_mm=spacing_mm, margin_mm=margin_mm, turned_deg=(0, 0, 0)
    )
    noise = np.random.default_rng(int(name[1:])).normal(0, 25, made.image.shape)
    image = made.image.with_array(
        (made.image.array + (hu - 150) * (made.mask.array > 0) + noise).astype(np.int16)
    )
    write_volume(folder / f"{name}.nii.gz", image)
    write_volume(folder / f"{name}_mask.nii.gz", made.mask)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen bodies: the porous ones are ill; one has thick slices, one is cut by the border."""
    folder = tmp_path_factory.mktemp("bones")
    rng, rows = np.random.default_rng(4), []
    for number in range(16):
        ill = number % 2
        more = {3: {"spacing_mm": (4.0, 1.5, 1.5)}, 8: {"margin_mm": -16.0}}.get(number, {})
        add(folder, f"p{number:02d}", 160 - 50 * ill + rng.normal(0, 15), **more)
        rows.append(
            (f"p{number:02d}", f"p{number:02d}.nii.gz", f"p{number:02d}_mask.nii.gz", ("well", "ill")[ill])
        )
    names = ["patient_id", "image", "mask", "state"]
    pd.DataFrame(rows, columns=names).to_csv(folder / "manifest.csv", index=False)
    content = {
        "manifest": "manifest.csv", "settings": SETTINGS, "target": "state", "positive": "ill", "pipeline": PIPELINE, "explain": False,
    }  # fmt: skip
    (folder / "study.yaml").write_text(json.dumps(content))
    return folder


@pytest.mark.slow
def test_a_study_with_bone_measurements_runs_to_its_report(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with (
        pytest.warns(FeatureDropped, match="original_bone_ApparentBvTv"),
        pytest.warns(Imputed, match="2 row"),
    ):
        answer = CliRunner().invoke(
            app, ["run", str(study / "study.yaml"), "-o", str(out), "--quiet", "--jobs", "1"]
        )
    assert answer.exit_code == 0, answer.output
    table = pd.read_parquet(out / "features/features.parquet").set_index("patient_id")
    empty = {
        name: set(table.index[table[name].isna()]) for name in table if str(name).startswith("original_")
    }
    assert empty == {
        "original_firstorder_Mean": set(),
        "original_firstorder_Entropy": set(),
        "original_bone_VolumeCm3": set(),
        "original_bone_TrabecularHuMean": set(),
        "original_bone_ShellHuMean": {"p03"},  # voxels of 4 mm
        "original_bone_HeightMiddleMm": {"p08"},  # cut by the border
        "original_bone_ApparentBvTv": set(table.index),  # no clinical voxel allows it
    }
    assert table["original_bone_HeightMiddleMm"].drop(["p08", "p03"]).between(21, 23).all()
    cases = pd.read_csv(out / "features/cases.csv").set_index("patient_id")
    assert (cases["status"] == "done").all()
    assert "cortical left out" in cases.loc["p03", "warnings"]
    assert "heights left out" in cases.loc["p08", "warnings"]
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["metrics"]["auc"]["mean"] > 0.8
    chosen = pd.read_parquet(out / "selected.parquet")
    assert "original_bone_TrabecularHuMean" in set(chosen["feature"])
    page = (out / "report.html").read_text()
    assert "measures of bone, made for this purpose" in page


def test_a_second_run_keeps_the_gaps(study: Path, tmp_path: Path) -> None:
    few = study / "few.csv"
    pd.read_csv(study / "manifest.csv").query("patient_id in ['p03', 'p08', 'p09']").to_csv(few, index=False)
    asked = {"settings": SETTINGS, "show_progress": False}
    first, again = (extract(few, output=tmp_path / "out", **asked) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, again.table)
    assert first.feature_columns == again.feature_columns
    assert first.table["original_bone_ApparentBvTv"].isna().all()
    told = extraction_lines(extract_files(few, output=tmp_path / "out", **asked), tmp_path, measured=True)
    assert any(
        "Without a value in any region: 1 feature (original_bone_ApparentBvTv)" in line for line in told
    )
    assert dry_run(few, output=tmp_path / "dry", **asked).feature_columns == first.feature_columns


@pytest.mark.slow
def test_a_new_image_is_scored_or_refused_by_name(study: Path, tmp_path: Path) -> None:
    """A model that needs a measurement which a new image does not allow says so for that image."""
    asked = {"families": [{"name": "bone", "features": ["TrabecularHuMean", "ShellHuMean"]}]}
    (tmp_path / "plain.yaml").write_text(json.dumps({**PIPELINE, "steps": ["impute", "scale"]}))
    extract(study / "manifest.csv", settings=asked, output=tmp_path / "out", show_progress=False)
    words = ["--target", "state", "--positive", "ill", "--pipeline", str(tmp_path / "plain.yaml")]
    model, scores = str(tmp_path / "model.rbm"), tmp_path / "scores.csv"
    with pytest.warns(Imputed):
        made = CliRunner().invoke(app, ["fit", str(tmp_path / "out"), *words, "-o", model, "-q"])
    assert made.exit_code == 0, made.output
    scored = CliRunner().invoke(
        app, ["score", model, str(study / "manifest.csv"), "-o", str(scores), "-q", "-j", "1"]
    )
    assert scored.exit_code == 3, scored.output
    table = pd.read_csv(scores).set_index("patient_id")
    assert table["code"].dropna().to_dict() == {"p03": "FeatureMismatch"}
    assert "do not allow every measurement of bone" in table.loc["p03", "message"]
    assert table["probability"].count() == 15


def test_perturbed_repeats_and_bone_are_not_for_one_run(study: Path) -> None:
    with pytest.raises(BadSetting, match="on the voxels that were scanned"):
        extract(study / "manifest.csv", settings=SETTINGS, perturb=2, show_progress=False)
