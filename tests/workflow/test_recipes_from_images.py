"""Recipes of studies that began with images, from images: made, measured, and joined into a table."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadConfig, BadSetting, OutputTaken
from radiobone.core.volume import Volume
from radiobone.features.definitions import measure, names_of
from radiobone.features.presets import load_settings
from radiobone.imaging.grey_clusters import FuzzyCMeans, KMeans, cluster_pixels
from radiobone.imaging.segment import segment
from radiobone.testing.studies.images.design import draw_images
from radiobone.testing.studies.images.registry import IMAGE_STUDIES
from radiobone.workflow.choice import resolve_settings
from radiobone.workflow.pipelines import resolve_pipeline
from radiobone.workflow.recipes.catalogue import load_recipe, recipe_names
from radiobone.workflow.recipes.images import image_study, write_images
from radiobone.workflow.recipes.run import arm_pipeline, write_own
from radiobone.workflow.repeats_beside import with_repeats_beside
from radiobone.workflow.study_file import read_study
from radiobone.workflow.wide import Wide

N_COLUMNS = {
    "liu2022_hierarchical": 42, "lim2021_femur_rf": 41, "huang2022_psoas": 851, "xie2022_nomogram": 851,
    "sebro2022_wrist": 19, "sebro2022_chest": 36, "nam2019_hu_tscore": 3, "widyaningrum2023_periapical": 17,
    "saranya2025_wavelet_pca": 168,
}  # fmt: skip
N_ROWS = {"nam2019_hu_tscore": 3, "widyaningrum2023_periapical": 2}
TABLES = tuple(name for name in recipe_names() if load_recipe(name).source == "table")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the folder of a recipe's images of four patients, made once."""
    folders: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            write_images(name, folders[name], n_patients=4, show_progress=False)
        return folders[name]

    return get


def columns_of(name: str, folder: Path) -> list[str]:
    """Names that the table measured in images will have, by the settings and the study file alone."""
    settings = resolve_settings(name, None)
    measured = names_of(settings, is_2d=IMAGE_STUDIES[name].modality == "xr")
    wide = read_study(folder / "study.yaml").wide
    if wide is None:
        return list(measured)
    rois = pd.read_csv(folder / "manifest.csv")["roi"]
    return sorted({wide.named(wide.placed(roi)[1], feature) for roi in rois for feature in measured})


def test_every_recipe_of_images_has_images_but_that_of_dxa() -> None:
    began_with_images = {name for name in recipe_names() if load_recipe(name).source == "images"}
    assert began_with_images - {"hussain2019_dxa_plrf"} == set(IMAGE_STUDIES) == set(N_COLUMNS)


@pytest.mark.parametrize("name", IMAGE_STUDIES)
def test_a_folder_of_images_is_what_a_user_would_have(made, name: str) -> None:
    folder = made(name)
    manifest = pd.read_csv(folder / "manifest.csv", dtype=str, keep_default_na=False)
    assert manifest["patient_id"].nunique() == 4
    assert all((folder / path).is_file() for path in [*manifest["image"], *manifest["mask"]])
    assert "density" not in " ".join(manifest.columns)
    study, recipe = read_study(folder / "study.yaml"), load_recipe(name)
    assert (study.pipeline, study.settings) == (name, name)
    assert study.target in manifest.columns
    assert set(study.clinical) <= set(manifest.columns)
    kept = [
        one
        for one in columns_of(name, folder)
        if any(fnmatchcase(one, part) for part in study.features.split(","))
    ]
    assert len(kept) == N_COLUMNS[name]
    main = recipe.arms[recipe.main].columns
    assert all(any(fnmatchcase(column, pattern) for pattern in main) for column in [*kept])
    arms = {path.stem for path in (folder / "arms").glob("*.yaml")}
    assert arms == set(recipe.arms) - {recipe.main}
    for arm in arms:
        assert read_study(folder / "arms" / f"{arm}.yaml").target == recipe.arms[arm].target


@pytest.mark.parametrize("name", IMAGE_STUDIES)
def test_the_signal_that_was_planted_shows_in_the_regions(name: str) -> None:
    study, n_scans = (
        IMAGE_STUDIES[name],
        {"huang2022_psoas": 16, "widyaningrum2023_periapical": 4}.get(name, 1),
    )
    rng, n_rows = np.random.default_rng(5), max(1, len(IMAGE_STUDIES[name].design.rois))
    means = {}
    for density in (-2.0, 2.0):
        pictures = [study.scan(rng, np.full(n_rows, density)) for _ in range(n_scans)]
        means[density] = np.mean([one.image.array[one.labels.array > 0].mean() for one in pictures])
    assert means[2.0] > means[-2.0] + 3


def test_widyaningrum_the_two_clusterings_divide_most_regions_at_unlike_grey_levels() -> None:
    cohort = draw_images(IMAGE_STUDIES["widyaningrum2023_periapical"], 12)
    differing = []
    for patient in cohort.patients:
        made = cohort.picture(patient)
        image, labels = made.image.array[0], made.labels.array[0]
        for region in made.regions:
            hard, fuzzy = (
                cluster_pixels(image, settings, labels == region.label).labels
                for settings in (KMeans(), FuzzyCMeans())
            )
            differing.append(np.mean((hard != fuzzy)[labels == region.label]))
    assert np.mean(np.array(differing) > 0) > 0.6
    assert max(differing) < 0.1  # both still part struts from pores


def test_patients_and_pictures_are_the_same_again_and_the_study_has_its_own_numbers() -> None:
    study = IMAGE_STUDIES["lim2021_femur_rf"]
    first, again, other = (draw_images(study, 12, seed=seed) for seed in (1, 1, 2))
    pixels = [one.picture(one.patients[3]).image.array for one in (first, again, other)]
    assert np.array_equal(pixels[0], pixels[1])
    assert not np.array_equal(pixels[0], pixels[2])
    assert (first.table["osteoporosis"] == "yes").sum() == 6
    whole = draw_images(study, 500)
    assert (whole.table["osteoporosis"] == "yes").sum() == 104
    liu = draw_images(IMAGE_STUDIES["liu2022_hierarchical"], 246)
    assert (len(liu.table), len(liu.patients), (liu.table["has_ct"] == "yes").sum()) == (2210, 246, 246)
    nam = draw_images(IMAGE_STUDIES["nam2019_hu_tscore"], 70)
    assert (len(nam.table), len(nam.patients)) == (198, 70)
    assert sum(len(nam.picture(one).regions) for one in nam.patients[:8]) == 3 * sum(
        len(one.rows) for one in nam.patients[:8]
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_recipe_of_a_table_says_why_it_has_no_images(name: str, tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["recipes", name, "--images", "-o", str(tmp_path / "out")])
    assert answer.exit_code != 0
    with pytest.raises(BadConfig, match=f"'{name}' begins with a table .*, so there are no images to make"):
        image_study(name)
    assert not (tmp_path / "out").exists()


def test_a_recipe_that_labels_dxa_images_names_its_own_way() -> None:
    with pytest.raises(BadConfig, match="`dxa: hussain2019_dxa_plrf` in a study file"):
        image_study("hussain2019_dxa_plrf")


def test_wrong_requests_are_told_before_anything_is_written(tmp_path: Path) -> None:
    run = CliRunner()
    assert (
        "-o FOLDER" in run.invoke(app, ["recipes", "xie2022_nomogram", "--images"], terminal_width=200).output
    )
    assert (
        run.invoke(app, ["recipes", "xie2022_nomogram", "--images", "-o", "x", "--patients", "3"]).exit_code
        == 2
    )
    (tmp_path / "manifest.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputTaken, match=r"manifest\.csv would be replaced"):
        write_images("xie2022_nomogram", tmp_path, n_patients=4, show_progress=False)
    assert (tmp_path / "manifest.csv").read_text(encoding="utf-8") == "mine"


def test_the_command_tells_how_to_go_on(tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = ["recipes", "saranya2025_wavelet_pca", "--images", "-o", str(out), "--patients", "10"]
    answer = CliRunner().invoke(app, arguments, terminal_width=200)
    assert answer.exit_code == 0, answer.output
    assert f"radiobone run {out / 'study.yaml'} -o {out / 'result'}" in answer.output.replace("\n", "")
    truth = json.loads((out / "truth.json").read_text(encoding="utf-8"))
    assert len(truth["density_sd"]) == 10


def test_liu_measures_the_sagittal_slice_as_one_image(made) -> None:
    cohort = draw_images(IMAGE_STUDIES["liu2022_hierarchical"], 4)
    picture = cohort.picture(cohort.patients[0])
    settings = resolve_settings("liu2022_hierarchical", None)
    (across,) = np.flatnonzero(picture.labels.array.any(axis=(0, 1)))
    found = measure(picture.image, picture.labels, settings)
    z_mm, y_mm, x_mm = picture.image.spacing_mm
    flat = [
        Volume(one.array[:, :, across][np.newaxis], (x_mm, z_mm, y_mm), is_2d=True)
        for one in (picture.image, picture.labels)
    ]
    as_image = settings.model_copy(
        update={
            "plane": 0,
            "resampling": settings.resampling.model_copy(update={"spacing_xyz_mm": (1.0, 1.0)}),
        }
    )
    assert measure(*flat, as_image) == pytest.approx(found, rel=1e-6)
    other = picture.image.array.copy()
    other[:, :, across + 3 :] = 1000
    assert measure(picture.image.with_array(other), picture.labels, settings)[
        "original_glcm_Contrast"
    ] == pytest.approx(found["original_glcm_Contrast"])
    axial = measure(picture.image, picture.labels, settings.model_copy(update={"plane": 0}))  # as it once was
    assert (
        abs(axial["original_glcm_Contrast"] - found["original_glcm_Contrast"])
        > 0.01 * found["original_glcm_Contrast"]
    )


def test_liu_layers_without_images_are_of_all_patients(made) -> None:
    folder = made("liu2022_hierarchical")
    sizes = {
        arm: len(pd.read_csv(folder / "tables" / f"{arm}.csv"))
        for arm in ("layer1", "layer2", "layer1_common", "layer2_common")
    }
    assert sizes == {"layer1": 36, "layer2": 36, "layer1_common": 4, "layer2_common": 4}
    study = read_study(folder / "study.yaml")
    assert len(study.clinical) == 35
    assert read_study(folder / "arms" / "layer2.yaml").table == "../tables/layer2.csv"


def test_huang_both_muscles_on_three_slices_are_one_region() -> None:
    cohort = draw_images(IMAGE_STUDIES["huang2022_psoas"], 4)
    picture = cohort.picture(cohort.patients[0])
    (slices,) = np.nonzero(picture.labels.array.any(axis=(1, 2)))
    assert slices.tolist() == [1, 2, 3]
    middle = picture.labels.array.shape[2] // 2
    assert picture.labels.array[:, :, :middle].any()
    assert picture.labels.array[:, :, middle:].any()
    assert len(picture.regions) == 1


def test_saranya_each_preparation_changes_what_is_measured_and_bone_is_told_from_soft_tissue() -> None:
    cohort = draw_images(IMAGE_STUDIES["saranya2025_wavelet_pca"], 4)
    picture = cohort.picture(cohort.patients[0])
    settings = resolve_settings("saranya2025_wavelet_pca", None)
    found = measure(picture.image, picture.labels, settings)
    for step in ("denoising", "contrast", "segmentation"):
        without = measure(picture.image, picture.labels, settings.model_copy(update={step: None}))
        assert abs(without["wavelet-LL_firstorder_Mean"] - found["wavelet-LL_firstorder_Mean"]) > 1e-3, step
    inside = picture.labels.array > 0
    y, x = np.mgrid[:96, :96]
    bone = inside & (np.hypot((y - 48) / 40, (x - 48) / 27) < 1)[np.newaxis]
    kept = segment(picture.image.array, inside, settings.segmentation)
    assert (kept & bone).sum() / kept.sum() > 0.95


def test_repeats_beside_features_go_to_the_step_that_has_no_table(tmp_path: Path) -> None:
    said: list[str] = []
    own = resolve_pipeline(
        {"name": "own", "steps": [{"unstable": {"table": "mine.csv"}}, "impute"], "models": ["lr"]}
    )
    none = resolve_pipeline("lim2021_femur_rf")
    assert with_repeats_beside(none, tmp_path, said.append) is none
    (tmp_path / "repeats.parquet").touch()
    assert with_repeats_beside(own, tmp_path, said.append) is own
    assert with_repeats_beside(none, tmp_path / "repeats.parquet", said.append) is none
    given = with_repeats_beside(none, tmp_path, said.append)
    assert given.steps[0].params == {**none.steps[0].params, "table": str(tmp_path / "repeats.parquet")}
    assert given.steps[1:] == none.steps[1:]
    assert len(said) == 1
    blocks = {"texture": {"columns": "original_*", "steps": ["unstable", "impute"]}}
    joined = with_repeats_beside(
        resolve_pipeline({"name": "b", "steps": ["impute"], "models": ["lr"], "blocks": blocks}), tmp_path
    )
    assert joined.blocks["texture"].steps[0].params["table"] == str(tmp_path / "repeats.parquet")


def test_all_arms_take_what_was_measured_with_its_repeats_and_the_columns_of_the_study(
    tmp_path: Path,
) -> None:
    source, folder = tmp_path / "features", tmp_path / "out"
    source.mkdir()
    names = names_of(resolve_settings("lim2021_femur_rf", None))
    table = pd.DataFrame(np.ones((12, len(names))), columns=list(names))
    table.insert(0, "osteoporosis", ["yes", "no"] * 6)
    table.insert(0, "patient_id", [f"P{number}" for number in range(12)])
    table.to_parquet(source / "features.parquet")
    (source / "provenance.json").write_text(
        json.dumps({"feature_columns": list(names), "radiobone": "1"}), encoding="utf-8"
    )
    table.assign(roi="", repeat=0).to_parquet(source / "repeats.parquet")
    assert write_own("lim2021_femur_rf", source, folder) == ("forest",)
    own = pd.read_csv(folder / "tables" / "forest.csv")
    assert len([name for name in own.columns if name in names]) == 41
    assert arm_pipeline("lim2021_femur_rf", "forest", folder).steps[0].params["table"]
    (source / "repeats.parquet").unlink()
    write_own("lim2021_femur_rf", source, folder)
    assert "table" not in arm_pipeline("lim2021_femur_rf", "forest", folder).steps[0].params


def test_a_fold_is_judged_anew_when_the_repeats_are_others(tmp_path: Path) -> None:
    from radiobone.cohort.readers import cohort_from_arrays
    from radiobone.evaluation.fold_keys import fold_keys
    from radiobone.evaluation.splits import Split

    rng = np.random.default_rng(0)
    cohort = cohort_from_arrays(rng.normal(size=(12, 2)), [0, 1] * 6, groups=range(12))
    splits = [Split(0, 0, np.arange(6), np.arange(6, 12))]
    keys = []
    for content in ("a", "b", "a"):
        (tmp_path / "repeats.parquet").write_text(content, encoding="utf-8")
        spec = with_repeats_beside(resolve_pipeline("lim2021_femur_rf"), tmp_path)
        keys.append(fold_keys(cohort, splits, spec, 0))
    assert keys[0] == keys[2] != keys[1]


def test_wide_says_what_it_cannot_join() -> None:
    from radiobone.workflow.wide import widen

    table = pd.DataFrame(
        {
            "patient_id": ["a", "a", "b"],
            "roi": ["x", "y", "x"],
            "age": [60, 60, 70],
            "size": [1, 2, 3],
            "hu": [1.0, 2.0, 3.0],
        }
    )
    joined, columns = widen(table, ["hu"], Wide(columns="hu_{part}"))
    assert columns == ("hu_x", "hu_y")
    assert joined["age"].tolist() == [60, 70]
    assert "size" not in joined
    assert np.isnan(joined["hu_y"][1])
    with pytest.raises(BadSetting, match="would all be the column"):
        widen(table.assign(sd=0.0), ["hu", "sd"], Wide(columns="hu_{part}"))
    with pytest.raises(BadSetting, match="'x' cannot be divided by '_'"):
        widen(table, ["hu"], Wide(split="_"))
    with pytest.raises(BadSetting, match="measured twice"):
        widen(pd.concat([table, table]), ["hu"], Wide(columns="{part}"))
    with pytest.raises(BadSetting, match="has no name"):
        widen(table.assign(roi=""), ["hu"], Wide(columns="{part}"))
    with pytest.raises(BadSetting, match="column 'age' already"):
        widen(table.assign(roi=["age", "y", "age"]), ["hu"], Wide(columns="{part}"))


def test_study_files_refuse_what_only_images_can_have(tmp_path: Path) -> None:
    path = tmp_path / "study.yaml"
    for key, value in (("wide", {"columns": "hu_{part}"}), ("perturb", 2)):
        path.write_text(yaml.safe_dump({"table": "t.csv", "target": "y", key: value}), encoding="utf-8")
        with pytest.raises(BadSetting, match=f"'{key}' is done on images"):
            read_study(path)
    path.write_text("manifest: m.csv\ntarget: y\nwide: {columns: hu}\n", encoding="utf-8")
    with pytest.raises(BadSetting, match=r"\{part\}"):
        read_study(path)
    assert load_settings("ct") is not None
