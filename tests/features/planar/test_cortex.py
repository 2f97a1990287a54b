"""Cortical thickness of bars and tubes of known cortex, in any direction and on any grid."""

import numpy as np
import pytest

from radiobone.core.errors import RoiTooSmall
from radiobone.features.planar.cortex import cortex, measure_cortex
from radiobone.features.planar.region import PlanarRegion
from radiobone.testing.planar import hollow_bar, projected_tube


@pytest.mark.parametrize("angle_deg", [0.0, 17.0, 45.0, 90.0, 130.0])
@pytest.mark.parametrize("spacing_mm", [(0.1, 0.1), (0.15, 0.1)])
@pytest.mark.parametrize("make", [hollow_bar, projected_tube])
def test_widths_of_a_known_bone(make, angle_deg, spacing_mm):
    image, mask = make(
        width_mm=9.03, medulla_mm=5.03, length_mm=40.0, angle_deg=angle_deg, spacing_mm=spacing_mm
    )
    found = cortex(PlanarRegion(image, mask, spacing_mm))
    pixel = max(spacing_mm)
    assert found["BoneWidth"] == pytest.approx(9.03, abs=pixel)
    assert found["CorticalThickness"] == pytest.approx(2.0, abs=1.25 * pixel)
    assert found["MedullaryWidth"] == pytest.approx(5.03, abs=2 * pixel)
    assert found["MetacarpalIndex"] == pytest.approx(4 / 9.03, abs=0.03)


def test_thickness_goes_with_the_cortex_and_the_index_not_with_size():
    bars = [
        hollow_bar(width_mm=w, medulla_mm=m, length_mm=45, spacing_mm=(0.1, 0.1))
        for w, m in ((8, 6), (8, 4), (12, 6))
    ]
    thin, thick, large = (cortex(PlanarRegion(*bar, (0.1, 0.1))) for bar in bars)
    assert thin["CorticalThickness"] < thick["CorticalThickness"] < large["CorticalThickness"]
    assert thick["MetacarpalIndex"] == pytest.approx(large["MetacarpalIndex"], abs=0.02)


def test_noise_and_blur_are_borne():
    from scipy.ndimage import gaussian_filter

    image, mask = hollow_bar(width_mm=9.0, medulla_mm=5.0, length_mm=40.0, spacing_mm=(0.1, 0.1))
    noisy = gaussian_filter(image, 1.5) + np.random.default_rng(0).normal(0, 0.02, image.shape)
    assert measure_cortex(noisy, mask, (0.1, 0.1)).medulla_mm == pytest.approx(5.0, abs=0.3)


def test_walls_of_different_thickness_are_told_apart():
    image = np.zeros((300, 120))
    mask = np.zeros(image.shape, dtype=bool)
    mask[20:280, 20:100] = True
    image[mask] = 1.0
    image[20:280, 30:80] = 0.2
    found = measure_cortex(image, mask, (0.1, 0.1))
    assert sorted(found.cortices_mm) == pytest.approx([1.0, 2.0], abs=0.1)


def test_a_bone_that_is_not_long_or_too_small_is_named():
    image = np.ones((40, 40))
    with pytest.raises(RoiTooSmall, match="hardly longer"):
        measure_cortex(image, image > 0, (1.0, 1.0))
    mask = np.zeros((40, 40), dtype=bool)
    mask[2:38, 18:22] = True
    with pytest.raises(RoiTooSmall, match="8 pixels across"):
        measure_cortex(image, mask, (1.0, 1.0))
