"""Areal density of DXA images: the line from grey values, the mean of a region, soft tissue beside it, and the made images."""

from __future__ import annotations

import numpy as np
import pytest

from radiobone.core.errors import (
    BadSetting,
    EmptyMask,
    ImplausibleIntensity,
)
from radiobone.core.volume import Volume
from radiobone.features.density_calibration import read_calibration
from radiobone.testing.dxa_images import SPACING_MM, made_dxa
from radiobone.workflow.dxa.images import DxaImage
from radiobone.workflow.dxa.measure import densities, region_of
from radiobone.workflow.dxa.settings import SoftTissueRing


@pytest.mark.parametrize(
    ("grey", "refused"), [(0.02, True), (0.06, False), (1.0, False), (4.9, False), (6.0, True), (-1.0, True)]
)
def test_the_mean_density_of_one_image_is_that_of_bone_or_refused(grey, refused):
    line = read_calibration({"kind": "calibrated", "source": "made"}).line()
    bone = np.zeros((8, 6), dtype=bool)
    bone[2:6, 1:5] = True
    image = DxaImage(Volume(np.where(bone, grey, 0.0)[np.newaxis], (1.0, 0.6, 0.5), is_2d=True), None)
    if refused:
        with pytest.raises(ImplausibleIntensity, match=rf"mean areal density of {grey:g} g/cm²"):
            densities(image, bone, line, None)
    else:
        assert densities(image, bone, line, None)["bmd_g_per_cm2"] == pytest.approx(grey)


def test_calibrations():
    steps = read_calibration(
        "{kind: steps, intensity: [100, 300], density_g_per_cm2: [0.5, 1.5], source: step wedge}"
    )
    assert steps.line().slope_g_per_cm2 == pytest.approx(0.005)
    assert steps.line().intercept_g_per_cm2 == pytest.approx(0.0)
    assert read_calibration({"kind": "calibrated", "source": "export"}).line().slope_g_per_cm2 == 1
    with pytest.raises(BadSetting, match="falls with intensity"):
        read_calibration({**steps.model_dump(), "density_g_per_cm2": (1.5, 0.5)}).line()
    with pytest.raises(BadSetting, match="no 'kind'"):
        read_calibration({"slope_g_per_cm2": 1.0, "source": "x"})
    with pytest.raises(BadSetting, match="source"):
        read_calibration({"kind": "calibrated", "source": ""})


def test_a_ring_of_soft_tissue_takes_an_offset_of_the_baseline_off():
    line = read_calibration({"kind": "calibrated", "source": "made"}).line()
    made, ring = made_dxa("femur", 0.9, seed=1), SoftTissueRing(from_mm=2, to_mm=8)
    found = []
    for offset in (0.0, 0.3):
        image = DxaImage(Volume(made.image[np.newaxis] + offset, (1.0, *SPACING_MM), is_2d=True), None)
        found.append([densities(image, made.bone, line, one)["bmd_g_per_cm2"] for one in (None, ring)])
    assert found[1][0] - found[0][0] == pytest.approx(0.3)
    assert found[1][1] == pytest.approx(found[0][1])
    assert found[0][1] == pytest.approx(0.9, abs=0.06)
    with pytest.raises(EmptyMask, match="beside the bone"):
        densities(image, np.ones_like(made.bone), line, ring)


def test_stray_pixels_are_dropped_and_holes_filled():
    labels = np.zeros((20, 20), dtype=np.int64)
    labels[2:10, 2:10] = 1
    labels[5, 5] = 0
    labels[12:18, 2:8] = 1
    labels[15, 18] = 1
    bone = region_of(labels, 0.1)
    assert bone.sum() == 64 + 36
    assert region_of(labels, 0.9).sum() == 64


def test_made_images_are_harder_than_flat_ones_and_their_density_is_exact():
    made = made_dxa("spine", 0.7, seed=3)
    assert made.bmd_g_per_cm2 == pytest.approx(0.7)
    assert (made.density > 0).sum() == made.bone.sum()
    still = made_dxa("spine", 0.7, seed=3, drift=0.0)
    assert np.ptp(still.image[~still.bone]) < np.ptp(made.image[~made.bone])
    np.testing.assert_array_equal(made.image, made_dxa("spine", 0.7, seed=3).image)
