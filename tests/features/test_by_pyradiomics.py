"""pyradiomics as the engine: settings go there and back, and its values are those of ours."""

from __future__ import annotations

import json
import warnings
from importlib.util import find_spec

import pandas as pd
import pytest
import SimpleITK as sitk

from radiobone.core.errors import BadConfig, BadSetting, MissingExtra, RoiTooSmall
from radiobone.features.by_pyradiomics import DONE_HERE, parameters_of
from radiobone.features.parameter_file import from_parameters
from radiobone.features.presets import PRESETS, load_settings
from radiobone.features.settings import ExtractionSettings
from radiobone.workflow.extract import extract
from radiobone.workflow.single import extract_features
from setting_cases import CASES, VALUES, image_of, mask_of

INSTALLED = find_spec("radiomics") is not None
needs_pyradiomics = pytest.mark.skipif(not INSTALLED, reason="pyradiomics cannot be imported here")
ONE_SLICE = "one slice across 1"  # pyradiomics leaves the 2D shape out


def same(one: ExtractionSettings, other: ExtractionSettings) -> bool:
    fields = [name for name in ExtractionSettings.model_fields if name not in DONE_HERE]
    return all(getattr(one, name) == getattr(other, name) for name in fields)


@pytest.mark.parametrize("name", CASES)
def test_settings_go_to_pyradiomics_and_back(name):
    settings = load_settings(CASES[name]["parameters"])
    assert same(from_parameters(parameters_of(settings), source="again"), settings)


@pytest.mark.parametrize("preset", ["ct", "mr", "radiograph"])
def test_presets_go_to_pyradiomics_and_back(preset):
    settings = PRESETS[preset]
    assert isinstance(settings, ExtractionSettings)
    assert same(from_parameters(parameters_of(settings), source="again"), settings)


def test_what_pyradiomics_does_not_have_is_refused():
    with pytest.raises(BadConfig, match="Mean is a filter of IBSI 2"):
        parameters_of(load_settings({"images": [{"kind": "Mean", "support_voxels": 5}]}))
    assert parameters_of(load_settings({"images": [{"kind": "LBP2D", "axis": 1}], "plane": 0}))[
        "imageType"
    ] == {"LBP2D": {"lbp2DRadius": 1.0, "lbp2DSamples": 8, "lbp2DMethod": "uniform", "force2Ddimension": 0}}
    with pytest.raises(BadSetting, match="no engine 'mirp'"):
        extract_features(image_of("whole"), mask_of("slab 0"), engine="mirp")


@pytest.mark.skipif(INSTALLED, reason="pyradiomics can be imported here")
def test_without_pyradiomics_it_is_said_what_to_do():
    with pytest.raises(MissingExtra, match="pip install"):
        extract_features(image_of("whole"), mask_of("slab 0"), engine="pyradiomics")
    with pytest.raises(MissingExtra):
        extract_features(image_of("whole"), mask_of("slab 0"), settings={"engine": "pyradiomics"})
    with pytest.raises(MissingExtra):
        extract("manifest.csv", engine="pyradiomics")


@needs_pyradiomics
@pytest.mark.oracle
@pytest.mark.parametrize("name", [name for name in CASES if name != ONE_SLICE])
def test_pyradiomics_gives_the_same_columns_and_values(name):
    case, expected = CASES[name], json.loads(VALUES.read_text(encoding="utf-8"))[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # ours of the mask, pyradiomics' of its packages
        found = extract_features(
            image_of(case["image"]), mask_of(case["mask"]), case["parameters"], engine="pyradiomics"
        )
    assert list(found) == list(expected)
    assert found == pytest.approx(expected, rel=1e-12)


@needs_pyradiomics
@pytest.mark.oracle
def test_what_pyradiomics_leaves_out_is_an_error():
    case = CASES[ONE_SLICE]
    with pytest.raises(RoiTooSmall, match="shape2D"):
        extract_features(
            image_of(case["image"]), mask_of(case["mask"]), case["parameters"], engine="pyradiomics"
        )
    with pytest.raises(RoiTooSmall, match="pyradiomics refuses"):
        extract_features(
            image_of("whole"),
            mask_of("slab 0"),
            {"setting": {"label": 1, "minimumROIDimensions": 3}},
            engine="pyradiomics",
        )


@needs_pyradiomics
@pytest.mark.oracle
def test_two_dimensional_images_go_to_pyradiomics_as_such():
    image, mask = image_of("whole")[:, :, 6], mask_of("slab 0")[:, :, 7]
    ours, theirs = (
        extract_features(image, mask, "radiograph", engine=name) for name in ("radiobone", "pyradiomics")
    )
    assert list(ours) == list(theirs)
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)


@needs_pyradiomics
@pytest.mark.oracle
def test_a_cohort_is_kept_apart_by_engine(tmp_path):
    sitk.WriteImage(image_of("whole"), str(tmp_path / "i.nrrd"))
    sitk.WriteImage(mask_of("labels"), str(tmp_path / "m.nrrd"))
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("patient_id,image,mask,mask_label\na,i.nrrd,m.nrrd,1\n", encoding="utf-8")
    settings = {"setting": {"binWidth": 25}, "featureClass": {"glcm": ["Contrast"]}}
    both = [
        extract(manifest, output=tmp_path / "out", settings=settings, engine=name, show_progress=False)
        for name in ("pyradiomics", "radiobone")
    ]
    pd.testing.assert_frame_equal(both[0].table, both[1].table, rtol=1e-12)
    assert [one.provenance["settings"]["engine"] for one in both] == ["pyradiomics", "radiobone"]
    assert both[0].provenance["versions"]["pyradiomics"] == "3.0.1"
