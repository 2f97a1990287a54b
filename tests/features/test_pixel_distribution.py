"""Pixel distribution over clusters, and areal density, where they are known in closed form."""

import numpy as np
import pytest

from radiobone.core.errors import BadSetting, EmptyMask
from radiobone.features.areal_bmd import DensityCalibration, areal_bmd, calibration_from_phantom
from radiobone.features.pixel_distribution import compactness, pixel_distribution
from radiobone.imaging.grey_clusters import KMeans, cluster_pixels


def test_a_square_of_bone_in_pores():
    image = np.full((10, 10), 20.0)
    image[2:6, 3:7] = 100.0
    image[2, 3] = 104.0
    found = pixel_distribution(image, cluster_pixels(image, KMeans()))
    assert found["Share2"] == 0.16
    assert found["Mean2"] == 100.25
    assert found["StandardDeviation2"] == pytest.approx(np.sqrt(15 / 16 * 0.25**2 + 1 / 16 * 3.75**2))
    assert found["Compactness2"] == 1.0
    assert (found["Share1"], found["Mean1"], found["StandardDeviation1"]) == (0.84, 20.0, 0.0)


def test_compactness_of_known_sets():
    chessboard = np.indices((8, 8)).sum(axis=0) % 2 == 0
    line = np.zeros((3, 9), bool)
    line[1] = True
    assert compactness(chessboard) == 0
    assert compactness(np.ones((7, 7), bool)) == 1
    assert compactness(line) == pytest.approx(8 / (2 * (9 - 3)))
    assert compactness(np.eye(1, dtype=bool)) == 1


def test_a_cluster_without_a_pixel_is_named():
    image = np.arange(16.0).reshape(4, 4)
    clusters = cluster_pixels(image, KMeans())
    clusters.labels[clusters.labels == 1] = 2
    with pytest.raises(EmptyMask, match="Cluster 1"):
        pixel_distribution(image, clusters)


def test_areal_density_of_a_step_wedge():
    steps = np.array([0.5, 1.0, 1.5, 2.0])
    line = calibration_from_phantom(400 * steps + 30, steps, "wedge A, 3 May")
    assert line.slope_g_per_cm2 == pytest.approx(1 / 400)
    image = np.full((20, 10), 430.0)
    image[5:15] = 630.0
    mask = np.zeros((20, 10))
    mask[5:15] = 1
    found = areal_bmd(image, mask, (0.5, 0.8), line)
    assert found.area_cm2 == pytest.approx(10 * 10 * 0.4 / 100)
    assert found.bmd_g_per_cm2 == pytest.approx(1.5)
    assert found.bmc_g == pytest.approx(0.6)
    assert found.calibration.source == "wedge A, 3 May"
    above = areal_bmd(image, mask, (0.5, 0.8), line, soft_tissue=1 - mask)
    assert above.bmd_g_per_cm2 == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("intensity", "density"), [([1.0], [1.0]), ([1, 1], [1, 2]), ([1, 2], [2, 1]), ([1, 2], [1])]
)
def test_a_calibration_that_makes_no_sense_is_named(intensity, density):
    with pytest.raises(BadSetting):
        calibration_from_phantom(intensity, density, "wedge")


def test_a_calibration_says_where_it_comes_from():
    with pytest.raises(ValueError, match="source"):
        DensityCalibration(slope_g_per_cm2=1.0, source="")
