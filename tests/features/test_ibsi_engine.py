"""Extraction by IBSI's definitions: settings, names, what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import radiobone as rb
from radiobone.core.errors import BadConfig, BadSetting, RoiTooSmall, TooManyGrayLevels
from radiobone.core.volume import Volume
from radiobone.core.warnings import ConstantRoi
from radiobone.features.definitions import measure, names_of
from radiobone.features.ibsi.engine import extract_ibsi_features
from radiobone.features.ibsi.settings import ALL_AGGREGATIONS, IbsiSettings, Resegmentation
from radiobone.features.presets import PRESETS, load_settings
from radiobone.imaging.centred_grid import Interpolation
from radiobone.imaging.ibsi_bins import FixedBinNumber, FixedBinSize

SPACING = (2.0, 1.0, 1.0)


def pair(shape=(8, 12, 12), seed=0, **more):
    rng = np.random.default_rng(seed)
    image = Volume(rng.normal(100, 200, shape).astype(np.int16), spacing_mm=SPACING, **more)
    mask = np.zeros(shape, dtype=np.uint8)
    mask[..., 2:10, 3:9] = 1
    if shape[0] > 2:
        mask[[0, -1]] = 0
    return image, image.with_array(mask)


def test_names_are_known_before_anything_is_measured():
    for name, settings in PRESETS.items():
        if name.startswith("ibsi"):
            assert list(measure(*pair(), settings)) == list(names_of(settings))


def test_names_follow_the_settings():
    settings = IbsiSettings(aggregations=("2_5D_comb", "3D_avg"), families=("cm", "szm", "stat"))
    names = list(names_of(settings))
    assert names[0] == "original_cm_joint_max_2_5D_comb"
    assert names[25] == "original_cm_joint_max_3D_avg"
    assert names[50] == "original_szm_sze_2_5D"
    assert names[-1] == "original_stat_rms"
    assert len(names) == 2 * 25 + 2 * 16 + 18


def test_a_single_image_has_no_volume():
    image, mask = pair(shape=(1, 12, 12), is_2d=True)
    settings = IbsiSettings(aggregations=("2D_avg",))
    found = extract_ibsi_features(image, mask, settings)
    assert list(found) == list(names_of(settings, is_2d=True))
    assert not any("_morph_" in name or "_loc_" in name for name in found)


def test_python_and_the_command_line_take_the_preset_by_name(tmp_path):
    image, mask = pair()
    found = rb.extract_features(image.array, mask.array, settings="ibsi", spacing_mm=SPACING)
    assert found == extract_ibsi_features(image, mask, PRESETS["ibsi"])
    assert all(np.isfinite(value) for value in found.values())


def test_settings_survive_a_file():
    for name, settings in PRESETS.items():
        assert load_settings(settings.model_dump(mode="json")) == settings, name
    plain = {"definitions": "ibsi", "discretisation": {"kind": "fixed_bin_number", "n_bins": 8}}
    assert load_settings(plain) == IbsiSettings(discretisation=FixedBinNumber(n_bins=8))


def test_wrong_settings_are_named():
    with pytest.raises(BadConfig, match="'resampling' is not a known key"):
        load_settings({"definitions": "ibsi", "resampling": {}})
    with pytest.raises(BadSetting, match="definitions"):
        load_settings({"definitions": "pyradiomics"})
    with pytest.raises(BadSetting, match="listed twice"):
        load_settings({"definitions": "ibsi", "families": ["cm", "cm"]})
    with pytest.raises(BadSetting, match="must be below upper"):
        load_settings({"definitions": "ibsi", "resegmentation": {"lower": 10, "upper": -10}})


def test_a_slice_alone_is_the_same_in_every_dimension():
    """For one slice 2D, 2.5D and 3D see the same voxels."""
    image, mask = pair()
    flat = np.zeros_like(mask.array)
    flat[3] = mask.array[3]
    settings = IbsiSettings(aggregations=ALL_AGGREGATIONS, families=("cm", "szm", "ngt", "ngl"))
    found = extract_ibsi_features(image, image.with_array(flat), settings)
    for name, value in found.items():
        if name.endswith(("_2D", "_2D_avg", "_2D_comb")):
            other = name.replace("_2D", "_2_5D")
            assert found[other] == pytest.approx(value, rel=1e-12), name
            assert found[name.replace("_2D", "_3D")] == pytest.approx(value, rel=1e-12), name


def test_the_shape_ignores_the_intensities_that_were_left_out():
    image, mask = pair()
    families = ("morph", "stat", "dzm")
    whole = extract_ibsi_features(image, mask, IbsiSettings(families=families))
    part = extract_ibsi_features(
        image, mask, IbsiSettings(families=families, resegmentation=Resegmentation(lower=0))
    )
    assert part["original_morph_volume"] == whole["original_morph_volume"]
    assert part["original_stat_min"] >= 0 > whole["original_stat_min"]
    assert part["original_morph_com"] != whole["original_morph_com"]


def test_bins_start_at_the_lower_bound():
    image, mask = pair()
    settings = IbsiSettings(
        families=("ih",), resegmentation=Resegmentation(lower=-1000), discretisation=FixedBinSize(width=10)
    )
    found = extract_ibsi_features(image, mask, settings)
    lowest = image.array[mask.array > 0].min()
    assert found["original_ih_min"] == (lowest + 1000) // 10 + 1


def test_the_surroundings_count_for_the_local_peak():
    image, mask = pair()
    bright = np.where(mask.array > 0, image.array, 3000).astype(np.int16)
    settings = IbsiSettings(families=("loc",))
    higher = extract_ibsi_features(image.with_array(bright), mask, settings)["original_loc_peak_glob"]
    assert higher > extract_ibsi_features(image, mask, settings)["original_loc_peak_glob"] + 500


def test_interpolation_needs_no_more_than_the_surroundings():
    """What lies far away must not matter, and cutting it off must not either."""
    image, mask = pair(shape=(8, 60, 60))
    settings = IbsiSettings(
        interpolation=Interpolation(spacing_xyz_mm=(0.8, 0.8, 0.8)), families=("loc", "stat")
    )
    far = image.array.copy()
    far[:, 40:, 40:] = 3000
    assert extract_ibsi_features(image.with_array(far), mask, settings) == extract_ibsi_features(
        image, mask, settings
    )


def test_what_cannot_be_measured_has_a_name():
    image, mask = pair()
    constant = image.with_array(np.full(image.shape, 7, dtype=np.int16))
    with pytest.raises(RoiTooSmall, match="morph_moran_i is nan"), pytest.warns(ConstantRoi):
        extract_ibsi_features(constant, mask, IbsiSettings())
    with pytest.raises(RoiTooSmall, match="Widen the resegmentation range"):
        extract_ibsi_features(image, mask, IbsiSettings(resegmentation=Resegmentation(lower=5000)))
    with pytest.raises(TooManyGrayLevels):
        extract_ibsi_features(image, mask, IbsiSettings(discretisation=FixedBinSize(width=0.01)))
    flat = np.zeros_like(mask.array)
    flat[3] = mask.array[3]
    with pytest.raises(RoiTooSmall, match="lie in one plane"):
        extract_ibsi_features(image, image.with_array(flat), IbsiSettings())


def test_voxels_without_neighbours_are_named():
    image, _ = pair()
    apart = np.zeros(image.shape, dtype=np.uint8)
    apart[::2, ::4, ::4] = 1
    for family in ("cm", "ngt"):
        with pytest.raises(RoiTooSmall, match=f"leave {family} out"):
            extract_ibsi_features(
                image, image.with_array(apart), IbsiSettings(families=(family,), aggregations=("3D_comb",))
            )
    found = extract_ibsi_features(
        image, image.with_array(apart), IbsiSettings(families=("rlm",), aggregations=("3D_comb",))
    )
    assert found["original_rlm_sre_3D_comb"] == 1  # all runs are single voxels
