"""Measurements of bone as features: names, what is left out and said, and that nothing before them changes them."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from radiobone.core.errors import BadConfig, BadSetting, DimensionMismatch, NonFiniteIntensity
from radiobone.core.settings import Settings
from radiobone.core.volume import Triple, Volume
from radiobone.core.warnings import CoarseVoxels, collected
from radiobone.features.bone.base import BoneRegion, NoSettings
from radiobone.features.bone.body import find_body
from radiobone.features.bone.family import NAMES, BoneSettings, all_names
from radiobone.features.bone.registry import MEASUREMENTS
from radiobone.features.definitions import measure, names_of
from radiobone.features.presets import PRESETS, load_settings
from radiobone.features.registry import default_names, feature_names
from radiobone.features.settings import ExtractionSettings
from radiobone.testing.bone_phantoms import BodyShape, vertebral_body
from radiobone.testing.vertebra import vertebra

BONE = {"families": [{"name": "bone"}]}


def body(spacing_mm: Triple = (1.0, 1.0, 1.0), **more: float) -> tuple[Volume, Volume]:
    """Make a vertebral body with noise, so that its structure can be told."""
    made = vertebral_body(BodyShape(), spacing_mm=spacing_mm, **more)
    noise = np.random.default_rng(1).normal(0, 60, made.image.shape)
    return made.image.with_array(made.image.array + noise), made.mask


def found_with(image: Volume, mask: Volume, content: object = BONE) -> tuple[dict[str, float], list[str]]:
    with collected() as told:
        values = measure(image, mask, load_settings(content))
    return values, [f"{one.code}: {one}" for one in told]


def test_every_measurement_has_its_settings_and_its_names() -> None:
    own = {
        name: type(one.settings) for name, one in MEASUREMENTS.items() if type(one.settings) is not NoSettings
    }
    fields = {name: field.annotation for name, field in BoneSettings.model_fields.items() if name != "part"}
    assert fields == own
    for name, one in MEASUREMENTS.items():
        assert isinstance(one.settings, Settings)
        assert getattr(BoneSettings(), name, one.settings) == one.settings
        assert len(NAMES[name]) == len(one.units)
    assert len(set(all_names())) == len(all_names())
    assert set(feature_names("bone")) - set(default_names("bone")) == set(NAMES["heights"])


def test_settings_that_are_not_used_are_not_written() -> None:
    assert "bone" not in ExtractionSettings().model_dump()
    asked = load_settings({**BONE, "bone": {"trabecular": {"erosion_mm": 3}}})
    written = asked.model_dump(mode="json")
    assert written["bone"]["trabecular"] == {"erosion_mm": 3}
    assert load_settings(written) == asked
    assert load_settings(ExtractionSettings().model_dump(mode="json")) == ExtractionSettings()


def test_no_preset_measures_bone() -> None:
    ours = [one for one in PRESETS.values() if isinstance(one, ExtractionSettings)]
    assert ours
    assert not any(one.measures_bone or "_bone_" in " ".join(names_of(one)) for one in ours)


def test_values_are_those_of_the_measurements() -> None:
    image, mask = body()
    values, _ = found_with(image, mask)
    region = BoneRegion.of(image, mask)
    expected = MEASUREMENTS["trabecular"].measure(region)
    assert values["original_bone_TrabecularHuMean"] == expected["trabecular_hu_mean"]
    assert values["original_bone_VolumeCm3"] == MEASUREMENTS["volume"].measure(region)["volume_cm3"]
    assert "original_bone_HeightMiddleMm" not in values


def test_a_measurement_that_is_refused_is_missing_and_said() -> None:
    coarse, said = found_with(*body((3.5, 1.0, 1.0)))
    assert "original_bone_TrabecularHuMean" in coarse
    for name in ("cortical", "fractal", "lacunarity", "apparent"):
        assert not any(f"original_bone_{one}" in coarse for one in NAMES[name])
        assert any(
            f"MeasurementLeftOut: bone: {name} left out" in one and "VoxelTooLarge" in one for one in said
        )
    assert any(one.startswith("CoarseVoxels: trabecular") for one in said)
    assert set(coarse) < set(names_of(load_settings(BONE)))


def test_a_body_that_the_border_cuts_has_no_heights_and_all_else() -> None:
    asked = [{"name": "bone", "features": ["HeightMiddleMm", "TrabecularHuMean"]}]
    whole, _ = found_with(*body(), {"families": asked})
    assert whole["original_bone_HeightMiddleMm"] == pytest.approx(25.0, abs=0.6)
    cut, said = found_with(*body(margin_mm=-22.0), {"families": asked})
    assert list(cut) == ["original_bone_TrabecularHuMean"]
    assert any("heights left out" in one and "RegionCut" in one for one in said)


def test_what_is_not_asked_for_is_not_measured() -> None:
    """No measurement but the one asked for speaks."""
    image, mask = body((3.5, 1.0, 1.0))
    values, said = found_with(image, mask, {"families": [{"name": "bone", "features": ["VolumeCm3"]}]})
    assert list(values) == ["original_bone_VolumeCm3"]
    assert [one.split(":")[1].strip() for one in said] == ["volume"]


def test_resampling_and_cutting_change_nothing() -> None:
    """Bone is measured on the voxels that were scanned: finer ones made of them would be let through."""
    image, mask = body((1.5, 1.0, 1.0))
    plain, _ = found_with(image, mask)
    for more in (
        {"resampling": {"spacing_xyz_mm": [0.7, 0.7, 0.7]}},
        {"crop_margin_voxels": 1},
        {"resegmentation": {"limits": [0, 400]}},
    ):
        assert found_with(image, mask, {**BONE, **more})[0] == plain


def test_the_body_of_a_whole_vertebra() -> None:
    image, labels = vertebra(np.random.default_rng(2), density_mg_cm3=120, spacing_mm=(1.0, 1.0, 1.0))
    whole = labels.with_array((labels.array > 0).astype(np.uint8))
    asked = [{"name": "bone", "features": ["VolumeCm3", "HeightMiddleMm"]}]
    values, _ = found_with(image, whole, {"families": asked, "bone": {"part": "vertebral body"}})
    region = BoneRegion.of(image, whole)
    assert values["original_bone_VolumeCm3"] == pytest.approx(find_body(region).sum() / 1000)
    assert values["original_bone_VolumeCm3"] < found_with(image, whole)[0]["original_bone_VolumeCm3"]
    assert "original_bone_HeightMiddleMm" in values


def test_where_no_body_is_found_all_is_left_out() -> None:
    image, mask = body()
    thin = mask.array.copy()
    thin[:, :, : mask.shape[2] // 2 - 2] = 0
    thin[:, :, mask.shape[2] // 2 + 2 :] = 0
    values, said = found_with(image, mask.with_array(thin), {**BONE, "bone": {"part": "vertebral body"}})
    assert values == {}
    assert any("BodyNotFound" in one for one in said)


def test_settings_of_a_measurement() -> None:
    image, mask = body()
    deep, _ = found_with(image, mask, {**BONE, "bone": {"trabecular": {"erosion_mm": 8}}})
    usual, _ = found_with(image, mask)
    assert deep["original_bone_TrabecularVolumeCm3"] < usual["original_bone_TrabecularVolumeCm3"]
    with pytest.raises(BadConfig, match="erosion_mm"):
        load_settings({**BONE, "bone": {"trabecular": {"erosion": 8}}})


def test_what_is_no_ct_is_refused() -> None:
    image, mask = body((2.0, 2.0, 2.0))
    with pytest.raises(BadSetting, match="says that it is MR"):
        measure(Volume(image.array, image.spacing_mm, modality="MR"), mask, load_settings(BONE))
    with pytest.raises(BadSetting, match="rests on HU, and normalisation changes them"):
        load_settings({**BONE, "normalisation": {}})
    flat = Volume(image.array[20:21], image.spacing_mm, is_2d=True)
    with warnings.catch_warnings(), pytest.raises(DimensionMismatch, match="measures volumes"):
        warnings.simplefilter("ignore", CoarseVoxels)
        measure(flat, Volume(mask.array[20:21], mask.spacing_mm, is_2d=True), load_settings(BONE))
    hole = image.array.copy()
    hole[tuple(size // 2 for size in hole.shape)] = np.nan
    with pytest.raises(NonFiniteIntensity):
        measure(image.with_array(hole), mask, load_settings(BONE))
