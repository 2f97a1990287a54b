"""Scores carry the patient, and images that a model was not made for are said to be so."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, FeatureMismatch
from radiobone.core.volume import Volume
from radiobone.core.warnings import ModalityDoubtful, OutsideTrainingRange
from radiobone.workflow.extract import extract
from radiobone.workflow.score import Scorer, fit_table, load_model
from small_cohort import SHAPE, SmallCohort, bone, two_labels, write_image

FAST = {
    "name": "fast",
    "title": "For tests",
    "steps": ["impute", "scale"],
    "models": ["lr"],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}
IN_3D = {"imageType": {"Wavelet": {}}, "featureClass": {"firstorder": ["Mean"]}}
IN_BOTH = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean", "Median", "Minimum"]}}


def two_sides(n_patients: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(2 * n_patients, 3)), columns=list("abc"))
    patient = np.repeat(np.arange(n_patients), 2)
    who = {"MRN": [f"m{number:03d}" for number in patient], "side": ["L", "R"] * n_patients}
    return table.assign(**who, sick=patient % 2)


@pytest.fixture(scope="module")
def of_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model fitted on a table whose patients are told apart by MRN, regions by side."""
    folder = tmp_path_factory.mktemp("of_table")
    two_sides().to_excel(folder / "t.xlsx", index=False)
    fit_table(folder / "t.xlsx", pipeline=FAST, seed=0, jobs=1, target="sick").save(folder / "m.rbm")
    return folder / "m.rbm"


def of_images(folder: Path, settings: dict[str, object]) -> Path:
    """Return a model of CT images."""
    cohort = SmallCohort(folder)
    for number in range(12):
        cohort.add(f"p{number:02d}", shape=number, sick=number % 2)
        brighter = bone(number) + np.int16(20 * (number % 5))
        brighter[0, :2] = -1000  # air, as in every CT
        write_image(folder / "images" / f"p{number:02d}.nii.gz", brighter)
    done = {"settings": settings, "modality": "ct", "output": folder / "features", "show_progress": False}
    extract(cohort.manifest, **done)  # type: ignore[arg-type]
    fit_table(folder / "features", pipeline=FAST, seed=0, jobs=1, target="sick").save(folder / "m.rbm")
    return folder / "m.rbm"


@pytest.fixture(scope="module")
def of_ct(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model whose features a 2D image has too."""
    return of_images(tmp_path_factory.mktemp("of_ct"), IN_BOTH)


@pytest.fixture(scope="module")
def of_wavelets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a model whose features a 2D image lacks."""
    return of_images(tmp_path_factory.mktemp("of_wavelets"), IN_3D)


def knee(folder: Path) -> tuple[Path, Path]:
    """Write a dark picture and its mask."""
    pixels = np.random.default_rng(1).integers(0, 40, SHAPE[1:]).astype(np.uint8)
    for name, array in (("knee.png", pixels), ("mask.png", (two_labels()[5] == 1).astype(np.uint8))):
        sitk.WriteImage(sitk.GetImageFromArray(array), str(folder / name))
    return folder / "knee.png", folder / "mask.png"


def test_scores_carry_the_columns_that_the_model_knew(of_table: Path, tmp_path: Path) -> None:
    new = two_sides(3).drop(columns="sick")
    new.to_excel(tmp_path / "new.xlsx", index=False)
    answer = CliRunner().invoke(
        app, ["score", str(of_table), str(tmp_path / "new.xlsx"), "-o", str(tmp_path / "s.csv")]
    )
    assert answer.exit_code == 0, answer.output
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "s.csv")[["MRN", "side"]], new[["MRN", "side"]])
    told = CliRunner().invoke(app, ["score", str(of_table), str(tmp_path / "new.xlsx")]).output.splitlines()
    assert told[1].split()[:3] == ["MRN", "side", "class"]
    assert [line.split()[:2] for line in told[2:8]] == new[["MRN", "side"]].to_numpy().tolist()


@pytest.mark.parametrize(
    ("renamed", "expected"), [("Pat-Nr", ["Pat-Nr", "side"]), ("whatever", ["row", "side"])]
)
def test_other_names_are_recognised_or_rows_are_numbered(
    of_table: Path, tmp_path: Path, renamed: str, expected: list[str]
) -> None:
    two_sides(3).rename(columns={"MRN": renamed}).to_csv(tmp_path / "new.csv", index=False)
    scores = load_model(of_table).score_table(tmp_path / "new.csv")
    assert list(scores.columns[:3]) == [*expected, "answer"]
    if "row" in scores:
        assert scores["row"].tolist() == [1, 2, 3, 4, 5, 6]


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.SpacingAssumed")
def test_a_picture_to_a_model_of_volumes_is_doubted_and_its_probability_is_not_to_be_used(
    of_ct: Path, tmp_path: Path
) -> None:
    image, mask = knee(tmp_path)
    with (
        pytest.warns(OutsideTrainingRange, match="not made for such an image"),
        pytest.warns(ModalityDoubtful),
    ):
        scored = load_model(of_ct).score(image, mask)
    assert {"ModalityDoubtful", "OutsideTrainingRange"} <= {
        part.partition(":")[0] for part in scored["warnings"][0].split(" | ")
    }
    command = ["score", str(of_ct), str(image), str(mask)]
    with pytest.warns(OutsideTrainingRange), pytest.warns(ModalityDoubtful):
        lines = CliRunner().invoke(app, command).output.splitlines()
    assert lines[0].startswith("OutsideTrainingRange: 3 of the 3 features")
    assert "not to be used" in lines[0]
    assert lines[1].startswith("sick: ")
    with pytest.warns(OutsideTrainingRange), pytest.warns(ModalityDoubtful):
        (record,) = json.loads(CliRunner().invoke(app, [*command, "--json"]).output)
    assert "OutsideTrainingRange: " in record["warnings"]


def test_a_like_image_is_scored_without_a_word(of_ct: Path) -> None:
    files = [of_ct.parent / kind / "p03.nii.gz" for kind in ("images", "masks")]
    scored = load_model(of_ct).score(*files, label=1)
    assert scored["warnings"].tolist() == [""]
    assert "row" not in scored


def test_rows_of_a_table_that_lie_outside_are_marked(of_table: Path, tmp_path: Path) -> None:
    new = two_sides(3).drop(columns="sick")
    new.loc[2, ["a", "b"]] = 98.0
    new.to_csv(tmp_path / "new.csv", index=False)
    with pytest.warns(OutsideTrainingRange, match="1 of 6 rows"):
        scores = load_model(of_table).score_table(tmp_path / "new.csv")
    assert scores["warnings"].str.startswith("OutsideTrainingRange: 2 of the 3").tolist() == [
        number == 2 for number in range(6)
    ]
    with pytest.warns(OutsideTrainingRange):
        told = (
            CliRunner().invoke(app, ["score", str(of_table), str(tmp_path / "new.csv")]).output.splitlines()
        )
    assert "OutsideTrainingRange" in next(line for line in told if line.split()[:2] == ["m001", "L"])


def test_a_header_that_says_another_kind_is_refused_as_in_a_manifest(of_ct: Path) -> None:
    with pytest.raises(BadSetting, match="says that it is MR"):
        load_model(of_ct).score(
            Volume(bone(1), (2, 1, 1), modality="MR"), Volume(two_labels(), (2, 1, 1)), label=1
        )


def test_a_volume_to_a_model_of_radiographs_is_doubted(of_ct: Path) -> None:
    model = load_model(of_ct).model
    model.about["extraction"]["modality"] = "xr"
    files = [of_ct.parent / kind / "p03.nii.gz" for kind in ("images", "masks")]
    with pytest.warns(ModalityDoubtful, match="single 2D images"):
        Scorer(model).score(*files, label=1)


def test_features_that_a_picture_lacks_are_named(of_wavelets: Path, tmp_path: Path) -> None:
    image, mask = knee(tmp_path)
    with pytest.raises(FeatureMismatch, match=r"knee\.png is a single 2D image") as caught:
        load_model(of_wavelets).score(image, mask)
    assert "8 of the 8 features" in str(caught.value)
    assert "wavelet-LLH_firstorder_Mean" in str(caught.value)
    assert "table" not in str(caught.value)


def test_a_clinical_variable_that_is_not_given_is_asked_for(tmp_path: Path) -> None:
    cohort = SmallCohort(tmp_path)
    for number in range(12):
        cohort.add(f"p{number:02d}", shape=number, sick=number % 2, age=50 + number)
    extract(cohort.manifest, settings=IN_BOTH, output=tmp_path / "f", show_progress=False)
    roles = {"target": "sick", "clinical": ("age",)}
    model = fit_table(tmp_path / "f", pipeline=FAST, seed=0, jobs=1, **roles)
    files = [tmp_path / kind / "p03.nii.gz" for kind in ("images", "masks")]
    with pytest.raises(FeatureMismatch, match=r"age.*--clinical age=VALUE") as caught:
        Scorer(model).score(*files, label=1)
    assert "table" not in str(caught.value)
    for unused in ("weight", "original_firstorder_Mean"):  # a measured value is never replaced
        with pytest.raises(BadSetting, match=f"does not use {unused}.*"):
            Scorer(model).score(*files, label=1, age=53, **{unused: 1.0})
    assert len(Scorer(model).score(*files, label=1, age=53, patient_id="p03")) == 1


def test_a_picture_in_a_manifest_of_volumes_fails_its_own_row(of_wavelets: Path, tmp_path: Path) -> None:
    cohort = SmallCohort(tmp_path)
    cohort.add("volume")
    knee(tmp_path)
    flat = {"image": "knee.png", "mask": "mask.png", "mask_label": 1, "roi": ""}
    cohort.rows.append({"patient_id": "flat", **flat})
    scores = (
        load_model(of_wavelets).score_manifest(cohort.manifest, show_progress=False).set_index("patient_id")
    )
    assert scores.loc["flat", "code"] == "FeatureMismatch"
    assert "cannot be measured" in scores.loc["flat", "message"]
    assert 0 <= scores.loc["volume", "probability"] <= 1
