"""Variogram, psoas, density and thresholds against what is known."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from radiobone.core.errors import (
    EmptyMask,
    NotCalibrated,
    OnePhase,
    ReferenceMissing,
    RegionCut,
    VoxelTooLarge,
)
from radiobone.core.volume import Volume
from radiobone.core.warnings import CoarseVoxels, ReferenceLeftOut
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.density import DensitySettings, calibrate, check_scan, tissue_hu
from radiobone.features.bone.psoas import psoas
from radiobone.features.bone.thresholds import screen
from radiobone.features.bone.variogram import VARIOGRAM, VariogramSettings, mean_squares
from radiobone.testing.planar import fractional_brownian_surface

EVERYWHERE = VariogramSettings(erosion_mm=0.0)


def seen_from_the_front(
    plane: np.ndarray, spacing_mm: tuple[float, float, float] = (0.5, 0.5, 0.5)
) -> BoneRegion:
    """A volume whose projection from front to back is a plane."""
    image = Volume(np.repeat(plane[:, None, :], 5, axis=1).astype(float), spacing_mm)
    return BoneRegion.of(image, image.with_array(np.ones(image.shape, dtype=np.uint8)))


@pytest.mark.parametrize("hurst", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_slope_of_fractional_brownian_surfaces(hurst: float) -> None:
    """Twice the Hurst exponent: exactly so in the mean over surfaces drawn by their covariance.

    The slope of one small surface lies lower by up to 0.06 on average where it is smooth, since the logarithm of what varies
    is lower on average than that of its mean.
    """
    drawn = fractional_brownian_surface(40, hurst, n_surfaces=100, seed=4)
    everywhere = np.ones((40, 40), dtype=bool)
    distance_mm = mean_squares(drawn[0], everywhere, (0.5, 0.5), 4.0)[0]
    squares = np.mean([mean_squares(one, everywhere, (0.5, 0.5), 4.0)[1] for one in drawn], axis=0)
    assert np.polyfit(np.log(distance_mm), np.log(squares), 1)[0] == pytest.approx(2 * hurst, abs=0.03)
    slopes = [VARIOGRAM.measure(seen_from_the_front(one), EVERYWHERE)["variogram_slope"] for one in drawn]
    error = np.std(slopes) / np.sqrt(len(slopes))
    assert error < 0.015
    assert 2 * hurst - 0.06 * hurst**2 - 3 * error < np.mean(slopes) < 2 * hurst + 3 * error


def test_slope_of_a_ramp_and_of_noise() -> None:
    z, x = np.indices((60, 60))
    ramp = VARIOGRAM.measure(seen_from_the_front(3.0 * (z + x)), EVERYWHERE)
    assert ramp["variogram_slope"] == pytest.approx(2.0)
    noise = np.random.default_rng(0).normal(size=(120, 120))
    assert VARIOGRAM.measure(seen_from_the_front(noise), EVERYWHERE)["variogram_slope"] == pytest.approx(
        0.0, abs=0.03
    )


def test_slope_is_refused_for_thick_slices_and_without_variation() -> None:
    with pytest.raises(VoxelTooLarge):
        VARIOGRAM.measure(seen_from_the_front(np.eye(30), (3.0, 1.0, 1.0)))
    with pytest.raises(OnePhase, match="does not vary"):
        VARIOGRAM.measure(seen_from_the_front(np.ones((30, 30))), EVERYWHERE)


@pytest.mark.parametrize(
    ("hu", "group"),
    [(110, "<= 110"), (111, "110 to 135"), (135, "110 to 135"), (160, "135 to 160"), (161, "> 160")],
)
def test_thresholds(hu: float, group: str) -> None:
    assert screen(hu).group == group


def test_what_shifts_hu_is_said() -> None:
    assert screen(120, kvp=120, contrast="no").caution == ""
    assert screen(120).caution == "tube voltage not known; contrast not known"
    assert "100 kVp" in screen(120, kvp=100, contrast="no").caution
    assert "portal venous" in screen(120, kvp=120, contrast="portal venous").caution


def test_psoas_area_hu_and_index() -> None:
    """Two ellipses of known area, in pixels of 0.8 × 0.5 mm: within a per cent."""
    spacing_mm = (3.0, 0.8, 0.5)
    _, y, x = np.indices((5, 100, 240))
    muscle = np.zeros(y.shape, dtype=bool)
    for middle in (60, 180):
        muscle |= (((y - 50) * 0.8) / 20) ** 2 + (((x - middle) * 0.5) / 15) ** 2 <= 1
    hu = np.where(muscle, 48, -100)
    found = psoas(hu, muscle, 2, 0, spacing_mm, height_m=1.7)
    area = 2 * np.pi * 20 * 15 / 100
    assert found["psoas_area_cm2"] == pytest.approx(area, rel=0.01)
    assert found["psoas_hu_mean"] == 48
    assert found["psoas_index_cm2_m2"] == pytest.approx(area / 1.7**2, rel=0.01)
    assert "psoas_index_cm2_m2" not in psoas(hu, muscle, 2, 0, spacing_mm)
    with pytest.raises(EmptyMask):
        psoas(hu, np.zeros_like(muscle), 2, 0, spacing_mm)
    with pytest.raises(RegionCut):
        psoas(hu[:, 40:], muscle[:, 40:], 2, 0, spacing_mm)
    with pytest.warns(CoarseVoxels):
        psoas(hu, muscle, 2, 0, (6.0, 0.8, 0.5))


def test_calibration_takes_a_shift_and_a_gain_of_hu_out() -> None:
    nominal = {"air": -1000.0, "fat": -100.0, "muscle": 55.0}
    plain = calibrate(nominal)
    assert plain.density_mg_cm3(150.0) == pytest.approx(120.0)
    shifted = calibrate({name: 1.05 * hu + 12.0 for name, hu in nominal.items()})
    assert shifted.density_mg_cm3(1.05 * 150.0 + 12.0) == pytest.approx(120.0)


def test_own_densities_of_tissues_are_taken() -> None:
    own = DensitySettings(air_mg_cm3=-700.0, fat_mg_cm3=-70.0, muscle_mg_cm3=38.5, kvp=100.0)
    line = calibrate({"air": -1000.0, "fat": -100.0, "muscle": 55.0}, own)
    assert line.density_mg_cm3(150.0) == pytest.approx(105.0)
    assert check_scan(100.0, "no", own) == ""
    with pytest.raises(NotCalibrated, match="120 kVp, and the equivalent densities are for 100"):
        check_scan(120.0, "no", own)


@pytest.mark.parametrize(
    ("kvp", "contrast", "caution"),
    [
        (120.0, "no", ""),
        (120.4, "None", ""),
        (None, "no", "tube voltage not known"),
        (None, None, "tube voltage not known; contrast not known"),
    ],
)
def test_what_is_not_known_of_a_scan_is_said(kvp: float | None, contrast: str | None, caution: str) -> None:
    assert check_scan(kvp, contrast, DensitySettings()) == caution


@pytest.mark.parametrize(
    ("kvp", "contrast", "said"),
    [
        (100.0, "no", "made with 100 kVp"),
        (140.0, None, "made with 140 kVp"),
        (120.0, "portal venous", "Contrast was given"),
    ],
)
def test_density_is_refused_with_another_voltage_or_contrast(
    kvp: float, contrast: str | None, said: str
) -> None:
    with pytest.raises(NotCalibrated, match=said):
        check_scan(kvp, contrast, DensitySettings())


@pytest.mark.parametrize(
    "found",
    [
        {"air": -1000.0, "fat": -60.0, "muscle": 20.0},
        {"air": -500.0, "fat": -100.0, "muscle": 55.0},
        {"fat": 60.0, "muscle": 55.0},
    ],
)
def test_tissues_that_are_not_on_a_line_are_refused(found: dict[str, float]) -> None:
    """Fat and muscle that were mistaken for others, clipped air, and two tissues in the wrong order."""
    with warnings.catch_warnings(), pytest.raises(NotCalibrated, match="from a line"):
        warnings.simplefilter("ignore", ReferenceLeftOut)
        calibrate(found)


@pytest.mark.parametrize("hu", [1200.0, -400.0])
def test_a_density_that_no_trabecular_bone_has_is_refused(hu: float) -> None:
    line = calibrate({"air": -1000.0, "fat": -100.0, "muscle": 55.0})
    with pytest.raises(NotCalibrated, match="trabecular bone lies between -100 and 350"):
        line.density_mg_cm3(hu)


def test_missing_tissues_are_named() -> None:
    with pytest.warns(ReferenceLeftOut, match="muscle was not found"):
        two = calibrate({"air": -1000.0, "fat": -100.0, "muscle": None})
    assert two.missing == ("muscle",)
    with pytest.raises(ReferenceMissing, match="fat, muscle were not found"):
        calibrate({"air": -1000.0})


def test_tissues_are_found_by_their_peaks() -> None:
    rng = np.random.default_rng(2)
    parts = [rng.normal(hu, sd, 20_000) for hu, sd in ((-1000, 8), (-104, 14), (57, 14), (300, 60))]
    values = np.concatenate(parts)
    assert tissue_hu(values, "air") == pytest.approx(-1000, abs=3)
    assert tissue_hu(values, "fat") == pytest.approx(-104, abs=5)
    assert tissue_hu(values, "muscle") == pytest.approx(57, abs=5)
    assert tissue_hu(parts[3], "fat") is None
