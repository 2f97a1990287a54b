"""Maps of the features that models rely on, made from the images of a study for its result folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydantic import ValidationError
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, FileMissing, FileUnreadable
from radiobone.core.volume import Volume
from radiobone.io.write import write_volume
from radiobone.report.data import read_result
from radiobone.report.voxel_maps import forget_voxel_maps
from radiobone.workflow.study_file import Study
from radiobone.workflow.voxel_maps import make_voxel_maps

FEATURES = {
    "original_shape_MeshVolume": 6,
    "age": 5,
    "original_firstorder_Mean": 4,
    "original_firstorder_Variance": 3,
    "original_firstorder_Entropy": 2,
}
SETTINGS = {
    "imageType": {"Original": {}},
    "featureClass": {"firstorder": [], "shape": []},
    "setting": {"binWidth": 40},
}
PATIENTS = tuple(f"P{number}" for number in range(6))


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """A cohort of six with its extraction, and a result folder as an evaluation leaves it."""
    base = tmp_path_factory.mktemp("study")
    rng = np.random.default_rng(5)
    z, y, x = np.indices((12, 14, 16))
    inside = ((z - 6) / 3) ** 2 + ((y - 7) / 4) ** 2 + ((x - 8) / 5) ** 2 <= 1
    rows = []
    for number, patient in enumerate(PATIENTS):
        image = Volume(rng.normal(100 + 40 * number, 30, inside.shape).astype(np.int16), (2.0, 1.0, 1.0))
        write_volume(base / "cohort" / f"{patient}.nii.gz", image)
        write_volume(base / "cohort" / f"{patient}_mask.nii.gz", image.with_array(inside.astype(np.uint8)))
        rows.append({"patient_id": patient, "image": f"{patient}.nii.gz", "mask": f"{patient}_mask.nii.gz"})
    pd.DataFrame(rows).to_csv(base / "cohort" / "manifest.csv", index=False)
    rb.extract(
        base / "cohort" / "manifest.csv",
        output=base / "features",
        settings=SETTINGS,
        modality="ct",
        show_progress=False,
    )
    _write_result(base / "features", base / "result")
    return base


def _write_result(features: Path, folder: Path) -> None:
    shutil.copytree(features / "pictures", folder / "pictures")
    shutil.copyfile(features / "cases.csv", folder / "cases.csv")
    extraction = json.loads((features / "provenance.json").read_text())
    for name in ("inputs", "feature_columns"):  # which an evaluation does not carry along
        del extraction[name]
    rows = [
        {"row_id": patient, "patient_id": patient, "roi": "", "repeat": 0, "fold": number % 2, "y": number % 2,
         "probability": 0.1 + 0.15 * number, "threshold": 0.5, "predicted": int(number > 2), "model": "lr"}
        for number, patient in enumerate(PATIENTS)
    ]  # fmt: skip
    pd.DataFrame(rows).to_parquet(folder / "predictions.parquet")
    chosen = [
        {"repeat": 0, "fold": fold, "feature": name} for name, n in FEATURES.items() for fold in range(n)
    ]
    pd.DataFrame(chosen).to_parquet(folder / "selected.parquet")
    cohort = {"clinical": ["age"], "digest": "ab"}
    provenance = {
        "created": "2026-11-20T12:00:00+00:00",
        "seed": 1,
        "cohort": cohort,
        "extraction": extraction,
    }
    metrics = {"task": "binary", "target": "t", "positive": "yes", "negative": "no", "n_repeats": 1}
    for name, content in (("folds", []), ("provenance", provenance), ("metrics", metrics)):
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def result(study, tmp_path) -> Path:
    return Path(shutil.copytree(study / "result", tmp_path / "result"))


def test_the_leading_features_are_mapped_and_those_without_a_map_named(study, result):
    told = make_voxel_maps(result, 2, root=study / "cohort", show_progress=False)
    index = read_result(result).voxel_maps
    assert [one["name"] for one in index["features"]] == list(FEATURES)[2:4]
    assert [one["unit"] for one in index["features"]] == ["HU", "square of HU"]
    assert [one["name"] for one in index["left_out"]] == list(FEATURES)[:2]
    assert "whole region" in index["left_out"][0]["reason"]
    assert "not measured on the image" in index["left_out"][1]["reason"]
    words = {one["words"]: one["patient_id"] for one in index["features"][0]["maps"]}
    assert words["Highest prediction"] == "P5"
    assert words["Lowest prediction"] == "P0"
    assert len(words) == 4
    assert told == [f"2 features mapped in 4 cases: {result / 'voxel_maps'}"]


def test_colours_of_a_feature_are_those_of_all_its_cases_together(study, result):
    make_voxel_maps(result, 1, root=study / "cohort", show_progress=False)
    (feature,) = read_result(result).voxel_maps["features"]
    pooled = []
    for one in feature["maps"]:
        paths = [study / "cohort" / f"{one['patient_id']}{kind}.nii.gz" for kind in ("", "_mask")]
        maps = rb.feature_maps(*paths, "firstorder_Mean", SETTINGS)
        pooled.append(maps.inside_values["original_firstorder_Mean"])
        assert one["n_voxels"] == pooled[-1].size
    low, high = np.percentile(np.concatenate(pooled), [2, 98])
    assert (feature["low"], feature["high"]) == pytest.approx((low, high), rel=1e-12)
    assert feature["goes_below"]
    assert feature["goes_beyond"]
    green = {
        one["patient_id"]: _mean_of_green(result / "voxel_maps" / one["file"]) for one in feature["maps"]
    }
    assert green["P5"] > green["P0"] + 20  # its bone is 200 HU brighter, and viridis ends in yellow


def _mean_of_green(path: Path) -> float:
    picture = np.asarray(Image.open(path).convert("RGB"), dtype=float)
    is_coloured = np.ptp(picture, axis=2) > 15
    return float(picture[is_coloured][:, 1].mean())


def test_a_region_that_is_not_the_measured_one_is_refused_and_the_rest_is_mapped(study, result, tmp_path):
    root = Path(shutil.copytree(study / "cohort", tmp_path / "cohort"))
    shutil.copyfile(root / "P1.nii.gz", root / "P5.nii.gz")
    (root / "P0.nii.gz").unlink()
    told = make_voxel_maps(result, 1, root=root, show_progress=False)
    index = read_result(result).voxel_maps
    assert {one["row_id"]: one["code"] for one in index["failed"]} == {
        "P0": "FileMissing",
        "P5": "FileUnreadable",
    }
    assert {one["patient_id"] for one in index["features"][0]["maps"]}.isdisjoint({"P0", "P5"})
    assert len(told) == 3


def test_images_that_are_not_there_are_an_error_that_names_the_root(result, tmp_path):
    with pytest.raises(FileMissing, match="--root"):
        make_voxel_maps(result, 1, root=tmp_path / "elsewhere", show_progress=False)
    assert not (result / "voxel_maps").exists()


def test_a_result_of_a_table_has_no_maps(result, study):
    (result / "cases.csv").unlink()
    with pytest.raises(BadSetting, match="made from a table"):
        make_voxel_maps(result, 1, root=study / "cohort", show_progress=False)


def test_features_without_any_map_are_an_error(result, study):
    rows = [{"repeat": 0, "fold": 0, "feature": "original_shape_MeshVolume"}]
    pd.DataFrame(rows).to_parquet(result / "selected.parquet")
    with pytest.raises(BadSetting, match="whole region"):
        make_voxel_maps(result, 1, root=study / "cohort", show_progress=False)


def test_maps_of_another_evaluation_are_not_shown(study, result):
    make_voxel_maps(result, 1, root=study / "cohort", show_progress=False)
    path = result / "provenance.json"
    content = json.loads(path.read_text())
    path.write_text(json.dumps({**content, "created": "2026-11-21T12:00:00+00:00"}))
    assert read_result(result).voxel_maps is None


def test_a_second_run_replaces_the_maps_of_the_first_and_leaves_other_files(study, result):
    make_voxel_maps(result, 3, root=study / "cohort", show_progress=False)
    (result / "voxel_maps" / "mine.png").write_bytes(b"")
    make_voxel_maps(result, 1, root=study / "cohort", show_progress=False)
    assert len(list((result / "voxel_maps").glob("*.png"))) == 5
    forget_voxel_maps(result)
    assert [path.name for path in (result / "voxel_maps").iterdir()] == ["mine.png"]


def test_a_damaged_index_is_named(result):
    (result / "voxel_maps").mkdir()
    (result / "voxel_maps" / "index.json").write_text("[]")
    with pytest.raises(FileUnreadable, match="--maps"):
        read_result(result)


def test_a_study_of_a_table_cannot_ask_for_maps():
    with pytest.raises(ValidationError, match="made from images"):
        Study(table="t.csv", target="y", maps=2)
    assert Study(manifest="m.csv", target="y", maps=2).maps == 2


def test_the_command_tells_what_is_missing(result, tmp_path):
    found = CliRunner().invoke(app, ["report", str(result), "--maps", "1", "--root", str(tmp_path)])
    assert isinstance(found.exception, FileMissing)
