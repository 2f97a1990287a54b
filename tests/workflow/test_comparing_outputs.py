"""Comparison with real output of pyradiomics, and between folders of `extract`."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import SimpleITK as sitk
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.compat.featureextractor import RadiomicsFeatureExtractor
from radiobone.workflow.comparing.comparison import compare_tables
from radiobone.workflow.extract import extract

HERE = Path(__file__).parent
DRAWS = HERE.parent / "reference" / "draws"
# Made by `pyradiomics cases.csv -o pyradiomics_batch.csv -f csv -p params.yaml` of pyradiomics 3.0.1, with SETTINGS as
# params.yaml and three stored draws as cases; their folder was renamed to /study.
BATCH = HERE / "pyradiomics_batch.csv"
SETTINGS = {
    "imageType": {"Original": {}, "Wavelet": {}},
    "setting": {"binWidth": 40, "voxelArrayShift": 100},
    "featureClass": {"firstorder": None, "glcm": None, "shape": None},
}
NAMES = ("0_064", "0_004", "0_015")


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """Three stored draws with a manifest."""
    folder = tmp_path_factory.mktemp("study")
    rows = []
    for number, name in enumerate(NAMES):
        shutil.copytree(DRAWS / name, folder / "draws" / name)
        files = {what: f"draws/{name}/{what}.nrrd" for what in ("image", "mask")}
        rows.append({"patient_id": f"P{number}", **files, "mask_label": 1})
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)
    return folder


def extracted(study: Path, name: str, **setting: object) -> Path:
    settings = {**SETTINGS, "setting": {**SETTINGS["setting"], **setting}}
    extract(study / "manifest.csv", output=study / name, settings=settings, show_progress=False, jobs=1)
    return study / name


@pytest.fixture(scope="module")
def ours(study) -> Path:
    return extracted(study, "ours")


@pytest.mark.filterwarnings("ignore")  # the draws are odd, and say so
@pytest.mark.oracle
def test_an_extraction_agrees_with_the_batch_output_of_pyradiomics(ours):
    found = compare_tables(ours, BATCH, tolerance=1e-9)
    assert found.differences.agree
    assert found.differences.pairs.by == "image, mask"
    assert len(found.differences.pairs.names) == 3
    assert {fact.name.split(".")[0] for fact in found.recorded} <= {"versions"}  # the settings are the same


@pytest.mark.filterwarnings("ignore")
def test_settings_are_compared_with_those_that_pyradiomics_wrote(study):
    found = compare_tables(extracted(study, "wide", binWidth=60), BATCH, tolerance=1e-6)
    facts = {fact.name: (fact.a, fact.b) for fact in found.recorded}
    assert facts["settings.discretisation.width"] == ("60.0", "40.0")
    assert "binWidth" in found.reasons[0]


@pytest.mark.filterwarnings("ignore")
def test_settings_that_one_of_two_has_switched_off_are_told(study, ours):
    other = extracted(study, "resampled", resampledPixelSpacing=[2, 2, 2])
    for sides, shown in (
        ((ours, other), ("none", "[2.0, 2.0, 2.0]")),
        ((other, ours), ("[2.0, 2.0, 2.0]", "none")),
    ):
        found = compare_tables(*sides, tolerance=1e-6)
        facts = {fact.name: (fact.a, fact.b) for fact in found.recorded}
        assert facts["settings.resampling.spacing_xyz_mm"] == shown
        assert all(name.startswith("settings.resampling.") for name in facts)


@pytest.mark.filterwarnings("ignore")
def test_a_class_called_label_is_not_taken_for_the_label_in_the_mask(study, tmp_path):
    """Two regions of one mask, their classes the other way round than their labels."""
    image = sitk.ReadImage(str(DRAWS / "0_064" / "image.nrrd"))
    halves = np.ones(image.GetSize()[::-1], dtype=np.uint8)
    halves[:, : halves.shape[1] // 2] = 2
    mask = sitk.GetImageFromArray(halves)
    mask.CopyInformation(image)
    for name, content in (("image", image), ("mask", mask)):
        sitk.WriteImage(content, str(tmp_path / f"{name}.nrrd"))
    case = {"patient_id": "P1", "image": "image.nrrd", "mask": "mask.nrrd"}
    rows = [{**case, "mask_label": 1, "label": 2}, {**case, "mask_label": 2, "label": 1}]
    pd.DataFrame(rows).to_csv(tmp_path / "manifest.csv", index=False)
    ours = extracted(tmp_path, "ours")
    extractor = RadiomicsFeatureExtractor(SETTINGS)
    measured = [
        {
            **case,
            "Label": label,
            **extractor.execute(str(tmp_path / "image.nrrd"), str(tmp_path / "mask.nrrd"), label),
        }
        for label in (1, 2)
    ]
    pd.DataFrame(measured).to_csv(tmp_path / "batch.csv", index=False)
    found = compare_tables(ours, tmp_path / "batch.csv", tolerance=1e-9)
    assert len(found.differences.pairs.names) == 2
    assert found.differences.agree


@pytest.mark.filterwarnings("ignore")
def test_other_files_are_told_by_their_digests(study, ours):
    other = study / "again"
    shutil.copytree(study / "draws", other / "draws")
    shutil.copy(study / "manifest.csv", other / "manifest.csv")
    shutil.copy(DRAWS / "0_023" / "image.nrrd", other / "draws" / "0_015" / "image.nrrd")
    shutil.copy(DRAWS / "0_023" / "mask.nrrd", other / "draws" / "0_015" / "mask.nrrd")
    found = compare_tables(ours, extracted(other, "ours"), tolerance=1e-6)
    assert any(fact.name == "content of the image in 1 of 3 cases, P2 first" for fact in found.recorded)
    assert "Only 1 of 3 rows differ (P2" in found.reasons[0]


@pytest.mark.filterwarnings("ignore")
def test_the_command_tells_and_ends_as_it_promises(study, ours):
    run = CliRunner()
    equal = run.invoke(app, ["compare", str(ours), str(BATCH)])
    assert equal.exit_code == 0
    assert "All 1176 values agree within 1e-06." in equal.output
    other = extracted(study, "shifted", voxelArrayShift=0)
    values = study / "values.csv"
    unequal = run.invoke(app, ["compare", str(ours), str(other), "-o", str(values)])
    assert unequal.exit_code == 3
    assert "voxelArrayShift" in unequal.output
    assert "settings.voxel_array_shift: 100.0 → 0.0" in unequal.output
    listed = pd.read_csv(values)
    assert len(listed) == 1176
    assert listed["relative_difference"].is_monotonic_decreasing
    assert listed.iloc[0]["agreement"] == "different"


@pytest.mark.shared_data
@pytest.mark.oracle
def test_shared_baselines_stand_beside_other_runs_of_pyradiomics(shared_data):
    runs = shared_data / "oracle" / "original.csv"
    baselines = shared_data / "pyradiomics" / "baseline"
    textures = compare_tables(runs, baselines / "baseline_glcm.csv", tolerance=1e-9)
    assert set(textures.differences.pairs.names) == {"brain1", "brain2", "breast1"}
    assert not textures.differences.differs.any()
    intensities = compare_tables(runs, baselines / "baseline_firstorder.csv", tolerance=1e-9)
    assert len(intensities.reasons) == 1
    assert "voxelArrayShift" in intensities.reasons[0]
