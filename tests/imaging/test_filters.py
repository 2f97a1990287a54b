"""Filters: names, values against plain formulas, and what they must keep."""

from __future__ import annotations

import numpy as np
import pytest
import pywt

from radiobone.core.errors import BadSetting, ImplausibleIntensity, RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.exponential import Exponential
from radiobone.imaging.filters.gradient import Gradient
from radiobone.imaging.filters.lbp2d import LBP2D
from radiobone.imaging.filters.lbp3d import LBP3D
from radiobone.imaging.filters.log import LoG
from radiobone.imaging.filters.logarithm import Logarithm
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.registry import FILTERS
from radiobone.imaging.filters.square import Square
from radiobone.imaging.filters.squareroot import SquareRoot
from radiobone.imaging.filters.wavelet import Wavelet


@pytest.fixture
def volume() -> Volume:
    rng = np.random.default_rng(5)
    return Volume(rng.normal(50, 100, (9, 10, 11)), spacing_mm=(2.0, 1.0, 1.0))


def images(entry, volume, plane=None):
    whole = Box((0, 0, 0), tuple(size - 1 for size in volume.shape))
    return dict(entry.images(volume, plane, whole))


def test_registry_names_filters_as_pyradiomics_does():
    assert list(FILTERS) == [
        "Original", "Wavelet", "LoG", "Square", "SquareRoot", "Logarithm", "Exponential", "Gradient",
        "LBP2D", "LBP3D",
        "Mean", "LaplacianOfGaussian", "Laws", "Gabor", "SeparableWavelet", "Simoncelli",
    ]  # fmt: skip
    assert all(FILTERS[name].model_fields["kind"].default == name for name in FILTERS)


@pytest.mark.parametrize("plane", [None, 0])
@pytest.mark.parametrize(
    "entry",
    [
        Original(), Square(), SquareRoot(), Logarithm(), Exponential(), Gradient(), Wavelet(),
        Wavelet(level=3, start_level=1), LoG(sigma_mm=(1.0, 2, 2.5)), LBP2D(), LBP3D(levels=3),
    ],
    ids=lambda entry: type(entry).__name__,
)  # fmt: skip
def test_names_are_told_without_filtering(volume, entry, plane):
    assert entry.names(plane) == tuple(images(entry, volume, plane))


def test_original_is_the_image(volume):
    (found,) = images(Original(), volume).items()
    assert found[0] == "original"
    assert (found[1] == volume.array).all()


@pytest.mark.parametrize("entry", [Square(), SquareRoot(), Logarithm()])
def test_pointwise_filters_keep_the_greatest_size(volume, entry):
    (filtered,) = images(entry, volume).values()
    assert np.abs(filtered).max() == pytest.approx(np.abs(volume.array).max())


@pytest.mark.parametrize("entry", [SquareRoot(), Logarithm()])
def test_roots_and_logarithms_keep_sign_and_order(volume, entry):
    (filtered,) = images(entry, volume).values()
    assert (np.sign(filtered) == np.sign(volume.array)).all()
    assert (np.argsort(filtered, axis=None) == np.argsort(volume.array, axis=None)).all()


def test_pointwise_values(volume):
    x, top = volume.array, np.abs(volume.array).max()
    assert images(Square(), volume)["square"] == pytest.approx(x**2 / top)
    assert images(SquareRoot(), volume)["squareroot"] ** 2 == pytest.approx(np.abs(x) * top)
    assert images(Logarithm(), volume)["logarithm"] == pytest.approx(
        np.sign(x) * np.log(np.abs(x) + 1) * top / np.log(top + 1)
    )
    assert images(Exponential(), volume)["exponential"] == pytest.approx(top ** (x / top))


def test_the_roots_of_zeros_are_zeros(volume):
    zeros = volume.with_array(np.zeros(volume.shape, dtype=np.int16))
    assert not images(SquareRoot(), zeros)["squareroot"].any()


@pytest.mark.parametrize("entry", [Square(), Logarithm(), Exponential()])
def test_an_image_of_zeros_is_refused(volume, entry):
    with pytest.raises(ImplausibleIntensity):
        images(entry, volume.with_array(np.zeros(volume.shape, dtype=np.int16)))


@pytest.mark.parametrize(("use_spacing", "due"), [(True, np.hypot(1.5, 2.0)), (False, np.hypot(3.0, 2.0))])
def test_gradient_of_a_ramp_is_its_slope(use_spacing, due):
    z, _, x = np.meshgrid(*map(np.arange, (8, 8, 8)), indexing="ij")
    ramp = Volume(3.0 * z + 2.0 * x, spacing_mm=(2.0, 1.0, 1.0))
    found = images(Gradient(use_spacing=use_spacing), ramp)["gradient"]
    assert found[1:-1, 1:-1, 1:-1] == pytest.approx(due, rel=1e-5)


def test_wavelet_names_and_order(volume):
    names = [f"wavelet-{a}{b}{c}" for a in "LH" for b in "LH" for c in "LH"]
    assert list(images(Wavelet(), volume)) == [*names[1:], names[0]]
    assert list(images(Wavelet(), volume, plane=0)) == [
        "wavelet-LH",
        "wavelet-HL",
        "wavelet-HH",
        "wavelet-LL",
    ]
    assert list(images(Wavelet(level=2), volume, plane=0)) == [
        "wavelet-LH", "wavelet-HL", "wavelet-HH", "wavelet2-LH", "wavelet2-HL", "wavelet2-HH", "wavelet2-LL",
    ]  # fmt: skip


def test_first_letter_is_the_pass_along_x():
    stripes = Volume(np.tile(np.array([1.0, -1.0]), (8, 8, 4)))
    energy = {name: (image**2).sum() for name, image in images(Wavelet(), stripes).items()}
    assert max(energy, key=energy.__getitem__) == "wavelet-HLL"


def test_wavelet_keeps_shape_energy_and_constants(volume):
    even = Volume(volume.array[:8, :, :10])
    bands = images(Wavelet(wavelet="haar"), even)
    assert all(band.shape == even.shape for band in bands.values())
    assert sum((band**2).sum() for band in bands.values()) == pytest.approx(8 * (even.array**2).sum())
    flat = images(Wavelet(), volume.with_array(np.full(volume.shape, 7.0)))
    assert flat.pop("wavelet-LLL") == pytest.approx(7 * 2**1.5)
    assert all(np.abs(band).max() < 1e-9 for band in flat.values())


def test_haar_low_pass_is_a_scaled_sum_of_neighbours():
    line = np.arange(8.0) ** 2
    low = images(Wavelet(wavelet="haar"), Volume(line.reshape(1, 1, 8)), plane=0)
    expected = pywt.swt(line, "haar", level=1)[0][0] * np.sqrt(
        2
    )  # y has one voxel, wrapped: twice itself / sqrt 2
    assert low["wavelet-LL"].ravel() == pytest.approx(expected)


def test_plane_keeps_slices_apart(volume):
    for entry in (Wavelet(),):
        whole = images(entry, volume, plane=0)
        alone = images(entry, Volume(volume.array[4:5]), plane=0)
        for name, band in alone.items():
            assert whole[name][4] == pytest.approx(band[0])


@pytest.mark.parametrize("sigma", [2.0, 3.0])
def test_log_of_a_blob_is_deepest_for_its_own_size(sigma):
    grid = np.meshgrid(*[np.arange(-20.0, 21.0)] * 3, indexing="ij")
    blob = Volume(np.exp(-sum(axis**2 for axis in grid) / (2 * sigma**2)))
    scales = (
        sigma * 0.5,
        sigma * np.sqrt(2 / 3),
        sigma * 1.3,
    )  # the extreme of a 3D blob is at sigma * sqrt(2 / 3) ...
    depth = [-image[20, 20, 20] for image in images(LoG(sigma_mm=scales), blob).values()]
    s2 = np.square(scales)
    expected = 3 * s2 * sigma**3 / (sigma**2 + s2) ** 2.5  # in closed form
    assert depth == pytest.approx(expected, rel=0.03)


def test_log_names_and_limits(volume):
    assert list(images(LoG(sigma_mm=(1.0, 2.5, 3)), volume)) == [
        "log-sigma-1-0-mm-3D", "log-sigma-2-5-mm-3D", "log-sigma-3-mm-3D",
    ]  # fmt: skip
    with pytest.raises(RoiTooSmall, match="sigma 30 mm"):
        images(LoG(sigma_mm=(30.0,)), volume)
    with pytest.raises(RoiTooSmall):
        images(LoG(sigma_mm=(1.0,)), Volume(volume.array[:3]))
    with pytest.raises(BadSetting, match="narrower than a voxel"):
        images(LoG(sigma_mm=(0.001,)), volume)


def test_log_of_a_single_image_is_two_dimensional(volume):
    radiograph = Volume(volume.array[:1], is_2d=True)
    flat = images(LoG(sigma_mm=(1.0,)), radiograph)["log-sigma-1-0-mm-3D"]
    stack = images(LoG(sigma_mm=(1.0,)), Volume(np.repeat(volume.array[:1], 30, axis=0)))[
        "log-sigma-1-0-mm-3D"
    ]
    assert flat.shape == (1, 10, 11)
    assert flat[0] == pytest.approx(stack[15], abs=0.5)
