"""``radiobone dxa``: bone found by forests that never saw the patient, densities against known truth, faults by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import (
    BadSetting,
    BadSpacing,
    ImplausibleIntensity,
    MissingCalibration,
    OutputTaken,
    SameImageTwice,
)
from radiobone.imaging.held_out_labels import folds_of_patients
from radiobone.imaging.pictures import CONTOUR_RGB
from radiobone.imaging.pixel_forest import dice
from radiobone.report.data import read_result
from radiobone.report.methods.text import methods_text
from radiobone.testing.dxa_cohort import INTERCEPT_G_PER_CM2, SLOPE_G_PER_CM2, write_dxa_cohort
from radiobone.testing.dxa_images import SPACING_MM
from radiobone.workflow.dxa import run
from radiobone.workflow.dxa.run import measure_dxa
from radiobone.workflow.dxa.settings import read_dxa_settings
from radiobone.workflow.dxa.tiles import GIVEN_RGB, LEGEND_HEIGHT
from radiobone.workflow.study_file import read_study

LINE = {
    "kind": "line",
    "slope_g_per_cm2": SLOPE_G_PER_CM2,
    "intercept_g_per_cm2": INTERCEPT_G_PER_CM2,
    "source": "made",
}
QUICK = {
    "denoising": {"search_radius_px": 3},
    "forest": {"n_estimators": 12, "pixels_per_class": 150},
    "n_folds": 3,
    "calibration": LINE,
    "pixel_mm": SPACING_MM,
}
SHAPE = (72, 54)


def measure(folder, output, **more):
    return measure_dxa(
        folder / "manifest.csv",
        output,
        settings={**QUICK, **more},
        target="osteoporosis",
        show_progress=False,
    )


def command(*arguments):
    """Type a command."""
    return CliRunner().invoke(app, [*map(str, arguments), "-j", "1", "-q"])


def found_mask(output, name):
    return np.asarray(Image.open(output / "masks" / f"{name}.png")) > 0


def otsu(pixels):
    """The best single limit between dark and bright, by the variance between both, tried one after another."""
    values = np.unique(pixels)[::50]
    variance = [
        (pixels > at).mean()
        * (pixels <= at).mean()
        * (pixels[pixels > at].mean() - pixels[pixels <= at].mean()) ** 2
        for at in values[1:-1]
    ]
    return pixels > values[1:-1][int(np.argmax(variance))]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dxa")
    truth = write_dxa_cohort(folder, n_patients=24, with_masks=0.5, shape=SHAPE).set_index("patient_id")
    return folder, truth


@pytest.fixture(scope="module")
def measured(cohort, tmp_path_factory):
    output = tmp_path_factory.mktemp("out") / "dxa"
    return output, measure(cohort[0], output)


def test_densities_and_areas_are_those_of_the_made_bones(cohort, measured):
    _, truth = cohort
    table = measured[1].features.table.set_index("patient_id")
    assert measured[1].n_failed == 0
    assert list(table.index) == sorted(truth.index)
    difference = table["bmd_g_per_cm2"] - truth["bmd_g_per_cm2"]
    assert abs(difference.mean()) < 0.05
    assert difference.std() < 0.12  # fat that departs from what the image assumes shifts the density itself
    share = table["area_cm2"] / truth.loc[table.index, "area_cm2"]
    assert share.between(0.8, 1.2).all()
    assert share.mean() == pytest.approx(1, abs=0.06)
    np.testing.assert_allclose(table["bmc_g"], table["bmd_g_per_cm2"] * table["area_cm2"])
    assert np.corrcoef(table["bmd_g_per_cm2"], truth.loc[table.index, "bmd_g_per_cm2"])[0, 1] > 0.8


def test_the_forest_finds_bone_that_no_limit_of_grey_values_finds(cohort, measured):
    """The step that makes the study of Hussain what it is, on patients that no forest had seen."""
    folder, _ = cohort
    output, tables = measured
    agreed = pd.read_csv(output / "agreement.csv")
    assert len(agreed) == 12
    by_limit = []
    for patient, roi, overlap in zip(agreed["patient_id"], agreed["roi"], agreed["dice"], strict=True):
        given = np.asarray(Image.open(folder / "masks" / f"{patient}.png")) > 0
        assert overlap == pytest.approx(dice(found_mask(output, f"{patient}_{roi}"), given))
        by_limit.append(
            dice(otsu(np.asarray(Image.open(folder / "images" / f"{patient}.png")).astype(float)), given)
        )
    assert agreed["dice"].min() > 0.9
    assert agreed["dice"].mean() > np.mean(by_limit) + 0.1
    for one in tables.agreement:
        assert 0.9 < one["drawn_pixels_patients_apart"] <= 1 >= one["drawn_pixels_mixed"]


def test_contours_enclose_the_masks_and_tiles_show_where_they_differ(measured):
    output, tables = measured
    for row in tables.features.table.itertuples():
        contour = pd.read_csv(output / "contours" / f"{row.patient_id}_{row.roi}.csv")
        area = 0.0
        for _, one in contour.groupby("part"):
            y, x = one["row_mm"].to_numpy(), one["column_mm"].to_numpy()
            area += (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2 / 100
        assert area == pytest.approx(row.area_cm2, rel=1e-3)
    sheet = np.asarray(Image.open(tables.sheets[0]))
    legend, pictures = sheet[:LEGEND_HEIGHT], sheet[LEGEND_HEIGHT:]
    for colour in (GIVEN_RGB, CONTOUR_RGB):
        assert (legend == colour).all(axis=2).sum() > 50
        assert (pictures == colour).all(axis=2).any()


def test_a_mask_decides_nothing_of_its_own_patient(cohort, measured, tmp_path):
    folder = tmp_path / "poisoned"
    shutil.copytree(cohort[0], folder)
    patient, roi = "P01", "femur"
    bone = np.asarray(Image.open(folder / "masks" / f"{patient}.png"))
    Image.fromarray(np.roll(bone, 20, axis=1)).save(folder / "masks" / f"{patient}.png")
    measure(folder, tmp_path / "out")
    clean, dirty = (
        found_mask(measured[0], f"{patient}_{roi}"),
        found_mask(tmp_path / "out", f"{patient}_{roi}"),
    )
    np.testing.assert_array_equal(clean, dirty)
    agreed = pd.read_csv(tmp_path / "out" / "agreement.csv").set_index("patient_id")
    assert agreed.loc[patient, "dice"] < 0.5
    others = [found_mask(one, "P04_femur") for one in (measured[0], tmp_path / "out")]
    folds = agreed["fold"]
    if folds[patient] != folds["P04"]:
        assert (others[0] != others[1]).any()


@pytest.mark.long
@pytest.mark.slow
def test_a_second_run_computes_nothing_and_a_new_mask_only_its_region(
    cohort, measured, monkeypatch, tmp_path
):
    folder, output = tmp_path / "cohort", tmp_path / "out"
    shutil.copytree(cohort[0], folder)
    shutil.copytree(measured[0], output)
    labelled = []
    original = run.label_images

    def counted(piece, **more):
        labelled.extend(case.case_id for case in piece.cases.values())
        return original(piece, **more)

    monkeypatch.setattr(run, "label_images", counted)
    again = measure(folder, output)
    assert labelled == []
    pd.testing.assert_frame_equal(again.features.table, measured[1].features.table)
    assert again.agreement == measured[1].agreement
    bone = np.asarray(Image.open(folder / "masks" / "P01.png"))
    Image.fromarray(np.roll(bone, 3, axis=0)).save(folder / "masks" / "P01.png")
    measure(folder, output)
    assert "P01/femur" in labelled
    assert {one.split("/")[1] for one in labelled} == {"femur"}


@pytest.mark.slow
@pytest.mark.long
def test_numbers_depend_neither_on_workers_nor_on_the_order_of_rows(cohort, measured, tmp_path):
    shutil.copytree(cohort[0], tmp_path / "cohort")
    manifest = pd.read_csv(tmp_path / "cohort" / "manifest.csv", dtype=str)
    manifest.iloc[::-1].to_csv(tmp_path / "cohort" / "manifest.csv", index=False)
    found = measure_dxa(
        tmp_path / "cohort" / "manifest.csv", tmp_path / "out", settings=QUICK, jobs=2, show_progress=False
    )
    pd.testing.assert_frame_equal(found.features.table, measured[1].features.table)


def spoiled(folder):
    """Rows that fail, each by its own name, beside sound ones."""
    manifest = pd.read_csv(folder / "manifest.csv", dtype=str).set_index("patient_id")
    (folder / "images" / "P01.png").write_bytes(b"no picture")
    Image.fromarray(np.ones((5, 5), dtype=np.uint8)).save(folder / "masks" / "P02.png")
    manifest.loc["P03", "image"] = "images/none.png"
    manifest.loc["P24", "roi"] = "hip"
    manifest.reset_index().to_csv(folder / "manifest.csv", index=False)


def test_each_fault_is_told_by_name_and_the_others_go_on(cohort, tmp_path):
    shutil.copytree(cohort[0], tmp_path / "cohort")
    spoiled(tmp_path / "cohort")
    (tmp_path / "settings.yaml").write_text(json.dumps(QUICK))
    answer = command(
        "dxa",
        tmp_path / "cohort" / "manifest.csv",
        "-o",
        tmp_path / "out",
        "--settings",
        tmp_path / "settings.yaml",
    )
    assert answer.exit_code == 3, answer.output
    cases = pd.read_csv(tmp_path / "out" / "cases.csv").set_index("patient_id")
    failed = cases[cases["status"] == "failed"]["code"].to_dict()
    assert failed == {
        "P01": "UnreadableImage",
        "P02": "GeometryMismatch",
        "P03": "FileMissing",
        "P24": "TooFewRows",
    }
    assert "bone masks of 2 patients or more of the region 'hip'" in cases.loc["P24", "message"]
    assert (tmp_path / "out" / "masks" / "P04_femur.png").is_file()


def test_nothing_is_assumed_of_calibration_and_pixel_size(cohort, tmp_path):
    folder, _ = cohort
    without = {name: value for name, value in QUICK.items() if name != "calibration"}
    with pytest.raises(MissingCalibration, match="no picture tells"):
        measure_dxa(folder / "manifest.csv", tmp_path / "a", settings=without, show_progress=False)
    unsized = {name: value for name, value in QUICK.items() if name != "pixel_mm"}
    with pytest.raises(BadSpacing, match=r"--pixel-mm .* every image \(24\); nothing was computed"):
        measure_dxa(folder / "manifest.csv", tmp_path / "b", settings=unsized, show_progress=False)
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("calibration", "cause"),
    [
        ({"kind": "line", "slope_g_per_cm2": 4.0, "source": "phantom"}, "slope 4, intercept 0, phantom"),
        ({"kind": "calibrated", "source": "export"}, "grey values were probably taken as calibrated"),
    ],
)
def test_a_calibration_that_no_bone_fits_is_refused_before_forests_are_learned(
    cohort, tmp_path, monkeypatch, calibration, cause
):
    monkeypatch.setattr(run, "drawn_pixels", None)
    with pytest.raises(ImplausibleIntensity, match=cause):
        measure(cohort[0], tmp_path / "out", calibration=calibration)
    assert not (tmp_path / "out").exists()


def test_copies_under_two_patients_and_a_manifest_without_masks_are_refused(cohort, tmp_path):
    folder = tmp_path / "cohort"
    shutil.copytree(cohort[0], folder)
    shutil.copy(folder / "images" / "P01.png", folder / "images" / "P04.png")
    with pytest.raises(SameImageTwice, match=r"'P01' and P04\.png of 'P04'"):
        measure(folder, tmp_path / "out")
    manifest = pd.read_csv(folder / "manifest.csv", dtype=str)
    manifest.assign(mask="").to_csv(folder / "manifest.csv", index=False)
    with pytest.raises(BadSetting, match="names no bone mask"):
        measure(folder, tmp_path / "out")


def test_masks_of_the_user_are_never_written_over(cohort, tmp_path):
    shutil.copytree(cohort[0], tmp_path / "cohort")
    with pytest.raises(OutputTaken, match="masks"):
        measure(tmp_path / "cohort", tmp_path / "cohort")


def test_a_patient_with_a_mask_of_one_region_is_held_out_in_all(cohort):
    from radiobone.io.case import NO_PATH, Case
    from radiobone.workflow.dxa.plan import plan_forests
    from radiobone.workflow.dxa.settings import DxaSettings

    image = cohort[0] / "images" / "P01.png"
    cases = [Case(patient, roi, image, NO_PATH) for patient in "abcd" for roi in ("hip", "spine")]
    masked = [case.roi == "hip" for case in cases]
    forests = plan_forests(cases, masked, DxaSettings(forests="together", n_folds=2), 0)
    for forest in forests:
        learned = {cases[place].patient_id for place in forest.training}
        assert learned.isdisjoint(cases[place].patient_id for place in forest.labelled)
    assert sorted(place for forest in forests for place in forest.labelled) == list(range(8))
    assert np.bincount(folds_of_patients(list("abcd"), 2)).tolist() == [2, 2]


def test_the_recipe_s_images_come_with_study_files_of_every_analysis(tmp_path):
    told = CliRunner().invoke(
        app,
        [
            "recipes",
            "hussain2019_dxa_plrf",
            "--images",
            "--patients",
            "12",
            "-o",
            str(tmp_path / "made"),
            "-q",
        ],
    )
    assert told.exit_code == 0, told.output
    assert f"radiobone run {tmp_path / 'made' / 'study.yaml'}" in told.output
    (line,) = [one for one in told.output.splitlines() if "radiobone dxa " in one]
    asked = line.partition("radiobone dxa ")[2].split()
    given = dict(zip(asked[1::2], asked[2::2], strict=True))
    assert Path(asked[0]).is_file()
    assert Path(given["--calibration"]).is_file()
    assert tuple(float(edge) for edge in given["--pixel-mm"].split(",")) == SPACING_MM
    main = read_study(tmp_path / "made" / "study.yaml")
    assert read_dxa_settings(main.dxa).forests == "by_region"
    assert read_dxa_settings(main.dxa).pixel_mm == SPACING_MM
    other = read_study(tmp_path / "made" / "arms" / "density_and_size.yaml")
    assert other.features == "bmd_g_per_cm2,bmc_g,area_cm2"
    manifest = pd.read_csv(tmp_path / "made" / "manifest.csv")
    assert sorted(manifest["osteoporosis"].value_counts()) == [6, 6]
    assert manifest["mask"].notna().sum() == 6


@pytest.mark.slow
def test_a_study_file_goes_from_images_to_the_report(cohort, tmp_path):
    quick = {name: value for name, value in QUICK.items() if name != "denoising"}
    (cohort[0] / "study.yaml").write_text(
        "manifest: manifest.csv\n"
        f"dxa: {json.dumps({'recipe': 'hussain2019_dxa_plrf', **quick})}\n"
        "target: osteoporosis\npositive: 'yes'\npipeline: hussain2019_dxa_plrf\n"
    )
    answer = command("run", cohort[0] / "study.yaml", "-o", tmp_path / "result")
    assert answer.exit_code == 0, answer.output
    text = " ".join(text for _, text in methods_text(read_result(tmp_path / "result")).paragraphs)
    assert "a random forest of 12 trees" in text
    assert "definitions of pyradiomics" not in text
    features, model = tmp_path / "result" / "features", tmp_path / "model.rbm"
    assert (features / "outlines" / "outlines_001.png").is_file()
    roles = ("--target", "osteoporosis", "--positive", "yes", "--pipeline", "hussain2019_dxa_plrf")
    fitted = command("fit", features, *roles, "-o", model)
    assert fitted.exit_code == 0, fitted.output
    scored = command("score", model, features)
    assert scored.exit_code == 0, scored.output
    refused = command("score", model, cohort[0] / "images" / "P01.png", cohort[0] / "masks" / "P01.png")
    assert "Run `radiobone dxa` on the new images" in str(refused.exception)
