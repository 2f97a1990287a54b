"""pyradiomics' parameter files: read as they are, or refused by name."""

from __future__ import annotations

import json

import pytest

from radiobone.core.errors import BadConfig, BadSetting, FileMissing
from radiobone.features.names import expected_names
from radiobone.features.presets import PRESETS, load_settings
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.discretise import FixedBinCount, FixedBinWidth


def setting(**values):
    return load_settings({"setting": values})


def test_every_setting_finds_its_place():
    read = load_settings(
        {
            "imageType": {
                "Original": None,
                "LoG": {"sigma": [1.0, 3.0], "binWidth": 5},
                "Wavelet": {"wavelet": "haar", "level": 2, "start_level": 1, "binCount": 16},
                "Gradient": {"gradientUseSpacing": False},
            },
            "featureClass": {"shape": None, "firstorder": [], "glcm": ["Contrast", "MCC"]},
            "setting": {
                "normalize": True, "normalizeScale": 100, "removeOutliers": 3,
                "resampledPixelSpacing": [2, 2, 0], "interpolator": "sitkLinear", "padDistance": 10,
                "resegmentRange": [-3, 3], "resegmentMode": "sigma", "resegmentShape": True,
                "binWidth": 10, "force2D": True, "force2Ddimension": 1, "distances": [1, 3],
                "symmetricalGLCM": False, "weightingNorm": "euclidean", "gldm_a": 2, "voxelArrayShift": 300,
                "minimumROIDimensions": 3, "minimumROISize": 50, "label": 3, "additionalInfo": False,
                "label_channel": 1, "geometryTolerance": 0.01, "correctMask": True,
            },
            "voxelSetting": {"kernelRadius": 2, "maskedKernel": False, "initValue": -1, "voxelBatch": 1000},
        }
    )  # fmt: skip
    assert read.model_dump(exclude_none=True) == {
        "engine": "radiobone",
        "mask": {"label": 3, "channel": 1, "grid_tolerance": 0.01, "correct_grid": True},
        "normalisation": {"scale": 100, "outlier_sd": 3},
        "resampling": {"spacing_xyz_mm": (2, 2, 0), "interpolator": "sitkLinear", "margin_voxels": 10},
        "roi": {"min_dimensions": 3, "more_voxels_than": 50},
        "resegmentation": {"limits": (-3, 3), "mode": "sigma", "shape_too": True},
        "images": (
            {"kind": "Original"},
            {"kind": "LoG", "sigma_mm": (1.0, 3.0), "discretisation": {"kind": "bin_width", "width": 5}},
            {
                "kind": "Wavelet", "wavelet": "haar", "level": 2, "start_level": 1,
                "discretisation": {"kind": "bin_count", "n_bins": 16},
            },
            {"kind": "Gradient", "use_spacing": False},
        ),
        "discretisation": {"kind": "bin_width", "width": 10},
        "max_gray_levels": 2000,
        "plane": 1,
        "voxel_array_shift": 300,
        "per_image": (),
        "texture": {
            "distances": (1, 3), "symmetrical_glcm": False, "weighting_norm": "euclidean", "gldm_alpha": 2,
        },
        "families": (
            {"name": "shape", "features": ()},
            {"name": "firstorder", "features": ()},
            {"name": "glcm", "features": ("Contrast", "MCC")},
        ),
        "maps": {"radius": 2, "masked": False, "outside": -1},
    }  # fmt: skip


def test_an_image_type_has_its_own_plane_and_texture():
    read = load_settings(
        {
            "imageType": {"Original": {"distances": [1]}, "Wavelet": {"distances": [2], "force2D": True}},
            "setting": {"distances": [1], "gldm_a": 1, "voxelArrayShift": 5},
        }
    )
    (own,) = read.per_image  # what is said twice is no difference
    assert own.model_dump() == {
        "kind": "Wavelet",
        "plane": 0,
        "voxel_array_shift": 5,
        "texture": {**read.texture.model_dump(), "distances": (2,)},
    }
    assert expected_names(read)[-1].startswith("wavelet-LL_")


def test_nothing_set_means_the_defaults():
    assert load_settings({"setting": {}}) == ExtractionSettings()
    assert load_settings({"imageType": None, "featureClass": None}) == ExtractionSettings()


@pytest.mark.parametrize(
    "missing", [{"resampledPixelSpacing": None}, {"interpolator": None, "resampledPixelSpacing": [1, 1, 1]}]
)
def test_resampling_needs_spacing_and_interpolator(missing):
    assert setting(**missing, padDistance=7).resampling is None
    assert setting(**missing, padDistance=7, preCrop=True).crop_margin_voxels == 7


def test_steps_that_are_off_leave_no_trace():
    read = setting(normalize=False, normalizeScale=100, resegmentMode="sigma", force2Ddimension=2)
    assert read == ExtractionSettings()


def test_bin_count_goes_before_bin_width():
    assert setting(binWidth=25, binCount=64).discretisation == FixedBinCount(n_bins=64)
    assert setting(binWidth=10).discretisation == FixedBinWidth(width=10)


def test_general_settings_of_a_filter_concern_that_filter():
    read = load_settings(
        {"imageType": {"LoG": {}, "Wavelet": {}}, "setting": {"sigma": [2.0], "wavelet": "db2"}}
    )
    assert [image.model_dump(exclude_none=True) for image in read.images] == [
        {"kind": "LoG", "sigma_mm": (2.0,)},
        {"kind": "Wavelet", "wavelet": "db2", "level": 1, "start_level": 0},
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"setting": {"binWith": 25}},
        {"settings": {}, "imageType": {}},
        {"imageType": {"Wavelets": {}}},
        {"featureClass": {"glcmm": None}},
        {"featureClass": ["glcm"], "imageType": {}},
        {"featureClass": {"glcm": "Contrast"}},
        {"voxelSetting": {"radius": 2}},
        {"imageType": {"Original": 3}},
    ],
)
def test_unknown_names_are_refused(content):
    with pytest.raises(BadConfig):
        load_settings(content)


@pytest.mark.parametrize(
    ("content", "named"),
    [
        ({"setting": {"label": 0}}, "label"),
        ({"setting": {"label_channel": -1}}, "channel"),
        ({"setting": {"geometryTolerance": 0}}, "tolerance"),
        ({"imageType": {"LBP2D": {"lbp2DMethod": "round"}}}, "method"),
        ({"imageType": {"Wavelet": {"normalize": True}}}, "normalize"),
        ({"imageType": {"LoG": {}}}, "sigma_mm"),
        ({"imageType": {"Wavelet": {"wavelet": "cauliflower"}}}, "cauliflower"),
        ({"setting": {"binWidth": 0}}, "binWidth"),
        ({"setting": {"binWidth": -25}}, "binWidth"),
        ({"setting": {"binWidth": "25"}}, "binWidth"),
        ({"setting": {"binCount": 2.5}}, "n_bins"),
        ({"setting": {"interpolator": "cubic"}}, "cubic"),
        ({"setting": {"force2D": "True"}}, "force2D"),
        ({"setting": {"force2D": True, "force2Ddimension": 3}}, "plane"),
        ({"setting": {"weightingNorm": "taxi"}}, "weighting_norm"),
        ({"setting": {"resampledPixelSpacing": [1]}}, "spacing_xyz_mm"),
        ({"setting": {"distances": [0]}}, "distances"),
        ({"setting": {"distances": [1, -1]}}, "distances"),
        ({"imageType": {"Original": {"distances": [0]}}}, "distances"),
        ({"featureClass": {"glcm": ["Kontrast"]}}, "Kontrast"),
        ({"featureClass": {"glcm": ["SumVariance"]}}, "SumVariance"),
    ],
)
def test_what_cannot_be_done_is_refused_by_name(content, named):
    with pytest.raises(BadSetting, match=named):
        load_settings(content)


@pytest.mark.parametrize(
    "setting", [{"correctMask": False}, {"geometryTolerance": None}, {"additionalInfo": False}]
)
def test_what_no_number_depends_on_is_accepted(setting):
    assert load_settings({"imageType": {"Original": {}}, "setting": setting}) == load_settings(
        {"imageType": {"Original": {}}}
    )


@pytest.mark.parametrize(
    "voxel",
    [{}, {"voxelBatch": 1000}, {"kernelRadius": 1, "maskedKernel": True, "initValue": 0, "voxelBatch": -1}],
)
def test_voxel_settings_at_their_defaults_change_nothing(voxel):
    assert load_settings({"voxelSetting": voxel}) == ExtractionSettings()


def test_maps_may_be_nan_outside_the_region(tmp_path):
    (tmp_path / "voxel.yaml").write_text("voxelSetting: {initValue: .nan}")
    settings = load_settings(tmp_path / "voxel.yaml")
    assert settings.maps.outside == "nan"
    assert json.loads(settings.model_dump_json())["maps"]["outside"] == "nan"


@pytest.mark.parametrize(("radius", "named"), [(0, "radius"), (11, "radius"), (1.5, "radius")])
def test_a_radius_that_makes_no_neighbourhood_is_refused(radius, named):
    with pytest.raises(BadSetting, match=named):
        load_settings({"voxelSetting": {"kernelRadius": radius}})


def test_yaml_and_json_files_say_the_same(tmp_path):
    content = {
        "imageType": {"Original": {}, "Wavelet": {}},
        "setting": {"binWidth": 25, "resampledPixelSpacing": [1, 1, 1]},
    }
    (tmp_path / "a.json").write_text(json.dumps(content), encoding="utf-8")
    (tmp_path / "a.yaml").write_text(
        "imageType: {Original: {}, Wavelet: {}}\nsetting:\n  binWidth: 25\n  resampledPixelSpacing: [1, 1, 1]\n",
        encoding="utf-8",
    )
    assert load_settings(tmp_path / "a.json") == load_settings(str(tmp_path / "a.yaml")) == PRESETS["ct"]


@pytest.mark.parametrize(("name", "text"), [("a.json", '{"setting": {"binWidth": 1, "binWidth": 2}}'), ("a.json", "[1]"),
                                           ("a.json", "{"), ("a.yaml", "setting:\n  binWidth: 1\n  binWidth: 2\n")])  # fmt: skip
def test_files_that_cannot_be_understood_are_refused(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(BadConfig):
        load_settings(tmp_path / name)


def test_our_own_files_are_told_apart(tmp_path):
    path = tmp_path / "ours.yaml"
    path.write_text("discretisation: {kind: bin_count, n_bins: 8}\nbias_correction: {}\n", encoding="utf-8")
    read = load_settings(path)
    assert read.discretisation == FixedBinCount(n_bins=8)
    assert read.bias_correction is not None
    path.write_text("discretization: {kind: bin_count}\n", encoding="utf-8")
    with pytest.raises(BadConfig, match="discretization"):
        load_settings(path)


def test_presets_and_modalities():
    assert (
        load_settings(None) == load_settings("default") == load_settings(None, modality="CT") == PRESETS["ct"]
    )
    assert load_settings(None, modality="mr") == PRESETS["mr"]
    assert load_settings(None, modality="dxa") == load_settings(None, modality="xr") == PRESETS["radiograph"]
    with pytest.raises(BadSetting, match="pet"):
        load_settings(None, modality="pet")
    with pytest.raises(BadSetting, match="No preset"):
        load_settings("cct")
    with pytest.raises(FileMissing):
        load_settings("no/such/file.yaml")


def test_one_image_or_family_twice_is_refused():
    with pytest.raises(BadSetting, match="twice"):
        load_settings({"images": [{"kind": "Original"}, {"kind": "Original"}]})


def test_filters_that_pyradiomics_does_not_have_are_named_as_such():
    with pytest.raises(BadConfig, match="Laws is a filter of IBSI 2"):
        load_settings({"imageType": {"Laws": {}}})
    with pytest.raises(BadConfig, match="'Law' is not an image type") as error:
        load_settings({"imageType": {"Law": {}}})
    assert "Wavelet" in str(error.value)
    assert "Gabor" not in str(error.value)


def test_a_setting_that_is_misspelt_is_named_with_the_one_that_was_meant():
    with pytest.raises(BadConfig, match=r"'binwidht' is not a known setting\. Was binWidth meant\?"):
        load_settings({"setting": {"binwidht": 25}})
    with pytest.raises(
        BadConfig, match=r"LBP2D: 'lbp2Dmethod' is not a known setting\. Was lbp2DMethod meant\?"
    ):
        load_settings({"imageType": {"LBP2D": {"lbp2Dmethod": "uniform"}}})
    with pytest.raises(BadSetting, match="done once, before the filters"):
        load_settings({"imageType": {"Original": {"normalize": True}}})
