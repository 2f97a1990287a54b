"""The extractor of radiobone.compat: values, diagnostics, methods and errors of pyradiomics'."""

from __future__ import annotations

import json
import logging
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

import radiobone.compat as radiomics
from radiobone.compat import diagnostics, featureextractor, imageoperations, loading
from radiobone.compat.featureextractor import RadiomicsFeatureExtractor
from radiobone.core.errors import (
    BadConfig,
    BadSetting,
    FileMissing,
    GeometryMismatch,
    LabelNotFound,
    UnreadableImage,
)
from radiobone.core.warnings import GeometrySnapped, MaskResampled, SingleSliceRoi
from setting_cases import (
    CASES,
    DIAGNOSED,
    DIAGNOSTICS,
    VALUES,
    diagnostics_of,
    features_of,
    image_of,
    mask_of,
)

EXPECTED = json.loads(VALUES.read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def allowed():
    with warnings.catch_warnings():
        for kind in (GeometrySnapped, MaskResampled, SingleSliceRoi):
            warnings.simplefilter("ignore", kind)
        yield


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    sitk.WriteImage(image_of("whole"), str(tmp_path / "image.nrrd"))
    sitk.WriteImage(mask_of("labels"), str(tmp_path / "mask.nii.gz"))
    return str(tmp_path / "image.nrrd"), str(tmp_path / "mask.nii.gz")


@pytest.mark.oracle
@pytest.mark.parametrize("name", CASES)
def test_values_are_pyradiomics(name):
    found = features_of(name, RadiomicsFeatureExtractor)
    expected = EXPECTED[name]
    assert [key for key in found if key in expected] == list(expected)
    assert {key: found[key] for key in expected} == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.oracle
@pytest.mark.parametrize("name", DIAGNOSED)
def test_diagnostics_are_pyradiomics(name):
    expected = json.loads(DIAGNOSTICS.read_text(encoding="utf-8"))[name]
    found = diagnostics_of(name, RadiomicsFeatureExtractor)
    assert list(found) == list(expected)
    for key, value in expected.items():
        assert found[key] == (value if isinstance(value, str) else pytest.approx(value, rel=1e-12)), key


def test_results_have_pyradiomics_types_and_order(files):
    result = RadiomicsFeatureExtractor().execute(*files)
    keys = list(result)
    assert keys[:7] == [
        "diagnostics_Versions_PyRadiomics", "diagnostics_Versions_Numpy", "diagnostics_Versions_SimpleITK",
        "diagnostics_Versions_PyWavelet", "diagnostics_Versions_Python", "diagnostics_Configuration_Settings",
        "diagnostics_Configuration_EnabledImageTypes",
    ]  # fmt: skip
    assert result["diagnostics_Versions_PyRadiomics"] == radiomics.__version__
    assert result["diagnostics_Configuration_Settings"]["label"] == 1
    assert result["diagnostics_Image-original_Size"] == (17, 19, 14)
    features = {key: value for key, value in result.items() if not key.startswith("diagnostics_")}
    assert len(features) == 107
    assert all(isinstance(value, np.ndarray) and value.shape == () for value in features.values())
    assert next(iter(features)) == "original_shape_Elongation"
    assert float(features["original_firstorder_Mean"]) == EXPECTED["defaults"]["original_firstorder_Mean"]


def test_without_provenance_nothing_is_hashed(files, monkeypatch):
    def refuse(_array):
        raise AssertionError("hashed")

    monkeypatch.setattr("radiobone.compat.diagnostics._sha1", refuse)
    extractor = RadiomicsFeatureExtractor()
    extractor.addProvenance(False)
    assert not [key for key in extractor.execute(*files) if key.startswith("diagnostics")]


def test_several_labels_of_one_file_are_decoded_and_hashed_once(files, monkeypatch):
    calls = []
    real = loading.as_volume
    monkeypatch.setattr(loading, "as_volume", lambda source: calls.append("decode") or real(source))
    digest = diagnostics._sha1
    monkeypatch.setattr(diagnostics, "_sha1", lambda array: calls.append(str(array.dtype)) or digest(array))
    extractor = RadiomicsFeatureExtractor()
    first, second = (extractor.execute(*files, label=label) for label in (1, 3))
    assert calls.count("decode") == 1
    assert calls.count("int16") == 1
    assert first["diagnostics_Image-original_Hash"] == second["diagnostics_Image-original_Hash"]
    assert second["diagnostics_Mask-original_VoxelNum"] == 75
    sitk.WriteImage(image_of("whole") + 1, files[0])
    changed = extractor.execute(*files)
    assert calls.count("decode") == 2
    assert changed["original_firstorder_Mean"] == pytest.approx(first["original_firstorder_Mean"] + 1)


def test_constructors(tmp_path, files):
    content = {
        "setting": {"binWidth": 10, "label": 3},
        "imageType": {"Square": {}},
        "featureClass": {"glcm": ["Contrast"]},
    }
    path = tmp_path / "Params.yaml"
    path.write_text(json.dumps(content), encoding="utf-8")
    for given in (content, str(path), path):
        extractor = RadiomicsFeatureExtractor(given, binWidth=20)
        assert extractor.settings["binWidth"] == 20
        assert extractor.settings["padDistance"] == 5
        assert extractor.enabledImagetypes == {"Square": {}}
        assert [key for key in extractor.execute(*files) if key[:4] != "diag"] == ["square_glcm_Contrast"]
    loaded = RadiomicsFeatureExtractor(binWidth=20)
    loaded.loadJSONParams(json.dumps(content))
    other = RadiomicsFeatureExtractor()
    other.loadParams(str(path))
    assert (
        loaded.settings
        == other.settings
        == {**RadiomicsFeatureExtractor().settings, "binWidth": 10, "label": 3}
    )


def test_image_types_and_features_are_switched():
    extractor = RadiomicsFeatureExtractor()
    assert extractor.enabledImagetypes == {"Original": {}}
    assert "shape2D" not in extractor.enabledFeatures
    extractor.enableAllImageTypes()
    assert set(extractor.enabledImagetypes) == set(radiomics.getImageTypes())
    extractor.disableAllImageTypes()
    extractor.enableImageTypeByName("LoG", customArgs={"sigma": [2.0]})
    extractor.enableImageTypes(Original={}, Wavelet={"wavelet": "haar"})
    extractor.enableImageTypeByName("Wavelet", enabled=False)
    assert extractor.enabledImagetypes == {"LoG": {"sigma": [2.0]}, "Original": {}}
    extractor.enableAllFeatures()
    assert list(extractor.enabledFeatures) == list(radiomics.getFeatureClasses())
    extractor.disableAllFeatures()
    extractor.enableFeatureClassByName("glcm")
    extractor.enableFeaturesByName(firstorder=["Mean"], glrlm=None)
    extractor.enableFeatureClassByName("glrlm", enabled=False)
    assert extractor.enabledFeatures == {"glcm": [], "firstorder": ["Mean"]}


def test_everything_switched_off_leaves_diagnostics(files):
    extractor = RadiomicsFeatureExtractor()
    extractor.disableAllFeatures()
    assert all(key.startswith("diagnostics_") for key in extractor.execute(*files))
    extractor.enableAllFeatures()
    extractor.disableAllImageTypes()
    assert {key.split("_")[1] for key in extractor.execute(*files) if key[:4] != "diag"} == {"shape"}


def test_names_that_are_not_known_are_told_in_the_log(files, caplog):
    extractor = RadiomicsFeatureExtractor(binWith=10, verbose=True)
    extractor.enableImageTypeByName("Wavelets")
    extractor.enableFeatureClassByName("glmc")
    extractor.enableImageTypeByName("LoG")
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(glcm=["Homogeneity1", "Contrast"])
    with caplog.at_level(logging.WARNING, logger="radiomics"):
        RadiomicsFeatureExtractor(binWith=10)
        found = [key for key in extractor.execute(*files) if key[:4] != "diag"]
    assert found == ["original_glcm_Contrast"]
    for part in ("did you mean 'binWidth'", "LoG is enabled without sigma", "Homogeneity1"):
        assert part in caplog.text
    assert "verbose" not in caplog.text


@pytest.mark.parametrize("also", [ValueError, RuntimeError])
@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"image": "gone.nrrd"}, FileMissing),
        ({"mask": "gone.nrrd"}, FileMissing),
        ({"image": 5}, BadSetting),
        ({"label": 2}, LabelNotFound),
        ({"image": "broken"}, UnreadableImage),
        ({"mask": "elsewhere"}, GeometryMismatch),
    ],
)
def test_errors_are_caught_as_pyradiomics_are(tmp_path, files, change, named, also):
    broken = tmp_path / "broken.nrrd"
    broken.write_bytes(Path(files[0]).read_bytes()[:900])
    elsewhere = mask_of("labels")
    elsewhere.SetOrigin((5, 5, 5))
    given = {"image": files[0], "mask": files[1], "label": 1, **change}
    replaced = {"broken": str(broken), "elsewhere": elsewhere}
    image, mask, label = (
        replaced.get(value, value) if isinstance(value, str) else value for value in given.values()
    )
    with pytest.raises(also) as caught:
        RadiomicsFeatureExtractor().execute(image, mask, label)
    assert isinstance(caught.value, named)
    assert caught.value.code == named.code
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - what a worker sends back
    assert isinstance(again, named)
    assert isinstance(again, also)
    assert str(again) == str(caught.value)


def test_parameter_files_are_refused_by_name(tmp_path):
    with pytest.raises(OSError, match=r"Params\.yaml") as caught:
        RadiomicsFeatureExtractor(str(tmp_path / "Params.yaml"))
    assert isinstance(caught.value, FileMissing)
    with pytest.raises(ValueError, match="binWith") as caught:
        RadiomicsFeatureExtractor({"setting": {"binWith": 3}})
    assert isinstance(caught.value, BadConfig)


def test_an_extractor_goes_to_a_worker(files):
    extractor = RadiomicsFeatureExtractor(binWidth=10)
    extractor.execute(*files)
    sent = pickle.loads(pickle.dumps(extractor))  # noqa: S301 - as multiprocessing does
    assert sent.settings == extractor.settings
    assert (
        sent.execute(*files)["original_glcm_Contrast"] == extractor.execute(*files)["original_glcm_Contrast"]
    )


def test_two_dimensional_images(tmp_path):
    image, mask = image_of("whole")[:, :, 6], mask_of("labels")[:, :, 6]
    result = RadiomicsFeatureExtractor().execute(image, mask)
    assert result["diagnostics_Image-original_Dimensionality"] == "2D"
    assert result["diagnostics_Mask-original_BoundingBox"][2:] == (11, 13)
    assert "original_glcm_Contrast" in result
    assert "original_shape_Sphericity" not in result


def test_channels_of_a_mask_in_a_file(tmp_path):
    sitk.WriteImage(mask_of("channels"), str(tmp_path / "m.nrrd"))
    extractor = RadiomicsFeatureExtractor()
    first = extractor.execute(image_of("whole"), str(tmp_path / "m.nrrd"))
    second = extractor.execute(image_of("whole"), str(tmp_path / "m.nrrd"), label_channel=1)
    assert first["diagnostics_Mask-original_VoxelNum"] == 75
    assert float(second["original_glcm_Contrast"]) == pytest.approx(
        EXPECTED["defaults"]["original_glcm_Contrast"]
    )
    with pytest.raises(ValueError, match="counted"):
        extractor.execute(image_of("whole"), str(tmp_path / "m.nrrd"), label_channel=2)


@pytest.mark.parametrize("family", ["firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm", "shape"])
def test_feature_classes_measure_what_the_extractor_does(family):
    image, mask = image_of("whole"), mask_of("labels")
    bounds, corrected = imageoperations.checkMask(image, mask)
    assert corrected is None
    features = radiomics.getFeatureClasses()[family](
        *imageoperations.cropToTumorMask(image, mask, bounds), binWidth=25
    )
    values = features.execute()
    expected = {k.rpartition("_")[2]: v for k, v in EXPECTED["defaults"].items() if f"_{family}_" in k}
    assert {name: float(values[name]) for name in expected} == pytest.approx(expected, rel=1e-9)
    name = next(iter(expected))
    assert float(getattr(features, f"get{name}FeatureValue")()) == float(values[name])


def test_feature_classes_know_their_names(caplog):
    features = featureextractor.getFeatureClasses()["glcm"](image_of("whole"), mask_of("labels"))
    assert features.getFeatureNames()["Homogeneity1"]
    with pytest.raises(LookupError, match="Kontrast"):
        features.enableFeatureByName("Kontrast")
    features.enableFeatureByName("Contrast")
    features.enableFeatureByName("Idm", False)
    assert list(features.execute()) == ["Contrast"]
    features.disableAllFeatures()
    assert features.featureValues == {}


def test_steps_can_be_done_by_hand():
    extractor = RadiomicsFeatureExtractor(resampledPixelSpacing=[1.3, 1.7, 2.1])
    image, mask = extractor.loadImage(image_of("whole"), mask_of("labels"))
    by_hand = imageoperations.resampleImage(
        image_of("whole"), mask_of("labels"), resampledPixelSpacing=[1.3, 1.7, 2.1]
    )
    for one, other in zip((image, mask), by_hand, strict=True):
        assert sitk.Hash(one) == sitk.Hash(other)
        assert one.GetSpacing() == other.GetSpacing() == (1.3, 1.7, 2.1)
    bounds, _ = imageoperations.checkMask(image, mask)
    shape = extractor.computeShape(image, mask, bounds)
    texture = extractor.computeFeatures(image, mask, "original")
    whole = extractor.execute(image_of("whole"), mask_of("labels"))
    assert {**shape, **texture} == {key: value for key, value in whole.items() if key[:4] != "diag"}


def test_intensities_are_changed_by_hand():
    image, mask = image_of("whole"), mask_of("labels")
    scores = sitk.GetArrayFromImage(
        imageoperations.normalizeImage(image, normalizeScale=10, removeOutliers=1)
    )
    assert np.abs(scores).max() == 10
    kept = sitk.GetArrayFromImage(imageoperations.resegmentMask(image, mask, resegmentRange=[0, 50]))
    values = sitk.GetArrayFromImage(image)[kept == 1]
    assert values.min() >= 0
    assert values.max() <= 50
    assert imageoperations.getBinEdges([54, 166], binWidth=25).tolist() == [50, 75, 100, 125, 150, 175, 200]
    assert imageoperations.getBinEdges([50, 50], binWidth=25).tolist() == [50, 75]
    ((square, name, _),) = imageoperations.getSquareImage(image, mask)
    assert name == "square"
    assert square.GetOrigin() == image.GetOrigin()
    with pytest.raises(ValueError, match="resampledPixelSpacing"):
        imageoperations.resampleImage(image, mask)


def test_two_edges_are_no_spacing_of_a_volume(files):
    with pytest.raises(ValueError, match="two edges") as caught:
        RadiomicsFeatureExtractor(resampledPixelSpacing=[1, 1]).execute(*files)
    assert isinstance(caught.value, BadSetting)


def test_getmask_gives_labels_of_one_channel():
    found = imageoperations.getMask(mask_of("channels"), label_channel=1)
    assert found.GetPixelID() == sitk.sitkUInt32
    assert sitk.GetArrayFromImage(found).sum() == 571
    with pytest.raises(ValueError, match="label_1"):
        imageoperations.getMask(mask_of("channels"), label=7)


def test_test_cases_are_found_and_never_downloaded(tmp_path):
    with pytest.raises(ValueError, match="downloads nothing") as caught:
        radiomics.getTestCase("brain1", tmp_path)
    assert isinstance(caught.value, FileMissing)
    with pytest.raises(ValueError, match="brain9"):
        radiomics.getTestCase("brain9", tmp_path)
    (tmp_path / "data").mkdir()
    for name in ("brain1_image.nrrd", "brain1_label_2D.nrrd"):
        (tmp_path / "data" / name).touch()
    assert radiomics.getTestCase("Brain1_2D", tmp_path)[1] == str(tmp_path / "data" / "brain1_label_2D.nrrd")


def test_verbosity():
    before = radiomics.handler.level
    radiomics.setVerbosity(logging.DEBUG)
    assert radiomics.logger.level == logging.DEBUG
    radiomics.setVerbosity(100)
    assert radiomics.handler.level == 60
    radiomics.setVerbosity(before)
    radiomics.logger.setLevel(logging.INFO)


def test_voxel_based_gives_maps(files):
    extractor = RadiomicsFeatureExtractor(kernelRadius=2)
    extractor.disableAllFeatures()
    extractor.enableFeaturesByName(firstorder=["Mean"], glcm=["Contrast"], shape=[])
    result = extractor.execute(*files, voxelBased=True)
    assert list(result)[-2:] == ["original_firstorder_Mean", "original_glcm_Contrast"]
    mean = result["original_firstorder_Mean"]
    x, y, z = (
        round(i)
        for i in mean.TransformPhysicalPointToContinuousIndex(
            image_of("whole").TransformIndexToPhysicalPoint((8, 9, 6))
        )
    )
    inside = sitk.GetArrayFromImage(image_of("whole"))[4:9, 7:12, 6:11]
    region = sitk.GetArrayFromImage(mask_of("labels"))[4:9, 7:12, 6:11] == 1
    assert mean.GetPixel(x, y, z) == pytest.approx(inside[region].mean())
