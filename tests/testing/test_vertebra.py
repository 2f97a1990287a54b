"""The vertebra phantom: HU, texture, anatomy and scanner."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from radiobone.core.volume import Volume
from radiobone.testing.anatomy import Points, Shape, body_distance
from radiobone.testing.scanner import Scanner, acquire, correlated_field
from radiobone.testing.vertebra import BODY, POSTERIOR, Vertebra, spine, vertebra

DENSITIES = (40.0, 70.0, 100.0, 130.0, 160.0, 190.0)


def core_of(labels: Volume) -> np.ndarray:
    """The body without its outer 4 mm."""
    depth_mm = ndimage.distance_transform_edt(labels.array == BODY, sampling=labels.spacing_mm)
    return np.asarray(depth_mm > 4)


def shell_of(labels: Volume) -> np.ndarray:
    """The outermost voxels of the body."""
    body = labels.array == BODY
    return np.asarray(body & ~ndimage.binary_erosion(body))


@pytest.mark.parametrize("kernel", ["soft", "sharp"])
def test_hu_rises_with_density(kernel):
    means = []
    for density in DENSITIES:
        image, labels = vertebra(np.random.default_rng(1), density_mg_cm3=density, kernel=kernel)
        means.append(image.array[core_of(labels)].mean())
    assert (np.diff(means) > 20).all()
    assert means[0] == pytest.approx(-12 + 1.25 * 40, abs=12)
    assert means[-1] == pytest.approx(-12 + 1.25 * 190, abs=12)


def test_texture_tells_of_density_beyond_the_mean():
    """Pores grow: the relative spread and the range of correlation rise as the bone gets porous."""
    spread, reach = np.zeros((2, 8)), np.zeros((2, 8))
    for row, density in enumerate((60.0, 170.0)):
        for seed in range(8):
            image, labels = vertebra(np.random.default_rng(seed), density_mg_cm3=density, noise_hu=0.0)
            core, hu = core_of(labels), image.array.astype(float)
            spread[row, seed] = hu[core].std() / (hu[core].mean() + 12)
            pairs = core[:, :, 3:] & core[:, :, :-3]
            reach[row, seed] = np.corrcoef(hu[:, :, 3:][pairs], hu[:, :, :-3][pairs])[0, 1]
    assert spread[0].min() > spread[1].max()
    assert reach[0].mean() > reach[1].mean() + 0.05


def test_trabeculae_run_from_foot_to_head():
    image, labels = vertebra(
        np.random.default_rng(0), density_mg_cm3=90.0, spacing_mm=(0.8, 0.8, 0.8), noise_hu=0.0
    )
    core, hu = core_of(labels), image.array.astype(float)
    up, aside = core[2:] & core[:-2], core[:, :, 2:] & core[:, :, :-2]
    vertical = np.corrcoef(hu[2:][up], hu[:-2][up])[0, 1]
    horizontal = np.corrcoef(hu[:, :, 2:][aside], hu[:, :, :-2][aside])[0, 1]
    assert vertical > horizontal + 0.05


def test_anatomy_lies_where_it_should():
    image, labels = vertebra(np.random.default_rng(0), density_mg_cm3=120.0)
    assert image.modality == "CT"
    assert image.array.dtype == np.int16
    body = labels.array == BODY
    z, y, _ = np.nonzero(body)
    assert np.nonzero(labels.array == POSTERIOR)[1].mean() > y.mean() + 10  # behind
    assert labels.array[:, : y.min()].max() == 0  # nothing in front
    cylinder_mm3 = np.pi / 4 * 35 * 26 * 23
    assert 0.7 * cylinder_mm3 < len(z) * labels.voxel_volume_mm3 < cylinder_mm3
    assert image.array[shell_of(labels)].mean() > image.array[core_of(labels)].mean() + 60
    areas = body.sum(axis=(1, 2))
    assert areas[(z.min() + z.max()) // 2] < 0.95 * areas.max()  # the waist


def test_canal_is_open_behind_the_body():
    image, labels = vertebra(np.random.default_rng(0), density_mg_cm3=120.0, noise_hu=0.0)
    row = round((0.46 * 26 + 6.5 - image.origin_mm[1]) / image.spacing_mm[1])
    middle = image.shape[2] // 2
    assert (labels.array[:, row, middle] == 0).all()
    assert np.abs(image.array[5:-5, row, middle] - 22).max() < 15


def test_thicker_cortex_is_brighter_at_the_edge():
    means = []
    for cortex_mm in (0.5, 1.5):
        image, labels = vertebra(np.random.default_rng(0), density_mg_cm3=100.0, cortex_mm=cortex_mm)
        means.append(image.array[shell_of(labels)].mean())
    assert means[1] > means[0] + 50


def test_two_vertebrae_keep_their_labels_and_densities():
    bones = [
        Vertebra(160.0, body_label=31, posterior_label=0, tilt_deg=6.0),
        Vertebra(60.0, body_label=30, posterior_label=0, tilt_deg=-6.0),
    ]
    image, labels = spine(np.random.default_rng(0), bones, Scanner())
    assert set(np.unique(labels.array)) == {0, 30, 31}
    upper, lower = labels.array == 31, labels.array == 30
    assert np.nonzero(upper)[0].min() > np.nonzero(lower)[0].max()  # L1 above L2, z upwards
    assert image.array[upper].mean() > image.array[lower].mean() + 80


def test_wide_field_shows_air_and_table():
    image, _ = spine(np.random.default_rng(0), [Vertebra(100.0)], Scanner(), behind_mm=100.0)
    column = image.array[:, :, image.shape[2] // 2].mean(axis=0)
    assert column[-5] < -900  # below the table
    assert column[-40:].max() > -100  # the table
    assert image.array.min() >= -1024


@pytest.mark.parametrize("spacing_mm", [(1.0, 0.7, 0.7), (3.0, 0.9, 0.9), (2.5, 0.8, 0.6)])
def test_size_does_not_depend_on_spacing(spacing_mm):
    volumes = []
    for spacing in (spacing_mm, (0.7, 0.7, 0.7)):
        _, labels = vertebra(np.random.default_rng(0), density_mg_cm3=100.0, spacing_mm=spacing)
        assert labels.spacing_mm == spacing
        volumes.append((labels.array == BODY).sum() * labels.voxel_volume_mm3)
    assert volumes[0] == pytest.approx(volumes[1], rel=0.06)


def test_same_generator_state_same_voxels():
    first, second, other = (
        vertebra(np.random.default_rng(seed), density_mg_cm3=100.0)[0].array for seed in (3, 3, 4)
    )
    assert (first == second).all()
    assert (first != other).any()


def test_body_distance_is_a_distance_near_the_surface():
    axis = np.arange(-20, 20.5, 0.5, dtype=np.float32)
    points = Points(axis[None, None, :], axis[None, :, None], axis[:, None, None])
    distance = body_distance(points, Shape())
    true_mm = ndimage.distance_transform_edt(distance > 0, sampling=0.5)
    near = (distance > 0.5) & (distance < 2)
    assert np.abs(true_mm[near] - distance[near]).mean() < 0.5
    assert distance[40, 40, 40] < -8


@pytest.mark.parametrize("sigmas", [(0.0, 0.8, 0.8), (2.0, 1.0, 1.0)])
def test_field_has_the_variance_and_correlation_it_says(sigmas):
    field = correlated_field(np.random.default_rng(0), (48, 96, 96), sigmas)
    assert field.mean() == pytest.approx(0, abs=0.05)
    assert field.std() == pytest.approx(1, abs=0.03)
    lag_one = np.mean(field[:, 1:] * field[:, :-1])
    assert lag_one == pytest.approx(np.exp(-1 / (4 * sigmas[1] ** 2)), abs=0.03)


def test_scanner_averages_slices():
    tissue = np.zeros((6, 64, 64), dtype=np.float32)
    tissue[::3] = 300.0
    image = acquire(tissue, Scanner((2.4, 0.8, 0.8), noise_hu=0.0), np.random.default_rng(0))
    assert image.shape == (2, 64, 64)
    assert (image == 100).all()


def test_noise_has_its_level_and_the_grain_of_its_kernel():
    alike = {}
    for kernel in ("soft", "sharp"):
        scanner = Scanner((0.8, 0.8, 0.8), kernel, noise_hu=20.0)
        noise = acquire(np.zeros((30, 64, 64), np.float32), scanner, np.random.default_rng(0)).astype(float)
        assert noise.std() == pytest.approx(20, rel=0.05)
        alike[kernel] = np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]
    assert alike["soft"] > alike["sharp"] + 0.3


def test_sharp_kernel_shows_edges_better():
    edge = np.zeros((3, 64, 64), dtype=np.float32)
    edge[:, :, 32:] = 1000.0
    slopes = {
        kernel: np.diff(
            acquire(edge, Scanner((2.4, 0.8, 0.8), kernel, noise_hu=0.0), np.random.default_rng(0))[0, 32]
        ).max()
        for kernel in ("soft", "sharp")
    }
    assert slopes["sharp"] > 1.3 * slopes["soft"]
