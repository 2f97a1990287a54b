"""Interpolation and wavelets to the last bit: against ITK and PyWavelets themselves."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
import pywt
import SimpleITK as sitk
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from radiobone.core.volume import Volume
from radiobone.imaging.bspline import interpolate
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.log import LoG
from radiobone.imaging.filters.wavelet import Wavelet
from radiobone.imaging.itk import to_sitk
from radiobone.imaging.resample import Resampling, resample

SPACINGS = st.sampled_from([0.7, 0.75, 1.0, 1.25, 3.0, 0.9765625, 0.977, 1.5])
SIDES = st.sampled_from([1, 3, 4, 9, 25, 60])  # with two voxels ITK reads beyond its own array
STRAIGHT = [(1, 0, 0, 0, 1, 0, 0, 0, 1), (-1, 0, 0, 0, -1, 0, 0, 0, 1), (0, 0, 1, 1, 0, 0, 0, -1, 0)]
few = settings(max_examples=40, deadline=None)


def by_itk(volume, resampled, interpolator):
    x, y, z = reversed(resampled.spacing_mm)
    filtering = sitk.ResampleImageFilter()
    filtering.SetOutputSpacing((x, y, z))
    filtering.SetOutputOrigin(resampled.origin_mm)
    filtering.SetOutputDirection(resampled.direction)
    filtering.SetSize([int(n) for n in reversed(resampled.shape)])
    filtering.SetInterpolator(interpolator)
    return sitk.GetArrayFromImage(filtering.Execute(to_sitk(volume)))


@few
@given(
    data=st.data(),
    dtype=st.sampled_from(["int16", "uint8", "int32", "float32", "float64"]),
    old=st.tuples(SPACINGS, SPACINGS, SPACINGS),
    new=st.tuples(SPACINGS, SPACINGS, SPACINGS),
    direction=st.sampled_from(STRAIGHT),
    seed=st.integers(0, 999),
)
def test_resampling_is_itks_to_the_last_bit(data, dtype, old, new, direction, seed):
    shape = data.draw(st.tuples(SIDES, SIDES, SIDES))
    rng = np.random.default_rng(seed)
    array = rng.integers(0, 255, shape) if dtype == "uint8" else rng.normal(0, 300, shape)
    volume = Volume(
        array.astype(dtype),
        spacing_mm=old,
        origin_mm=(-123.4567, 33.3, -170.0),
        direction=tuple(map(float, direction)),
    )
    low = [int(rng.integers(size)) for size in shape]
    high = [int(rng.integers(first, size)) + 1 for first, size in zip(low, shape, strict=True)]
    region = np.zeros(shape, dtype=np.uint8)
    region[tuple(slice(first, end) for first, end in zip(low, high, strict=True))] = 1
    mask = volume.with_array(region)
    image, inside = resample(volume, mask, Resampling(spacing_xyz_mm=new))
    assume(image.spacing_mm != volume.spacing_mm)  # else it is cut out, and nothing interpolated
    assert (image.array == by_itk(volume, image, sitk.sitkBSpline)).all()
    assert (inside.array == by_itk(mask, image, sitk.sitkNearestNeighbor)).all()
    assert image.array.dtype == volume.array.dtype


def test_along_an_axis_of_two_voxels_it_is_the_spline_of_the_mirrored_image():
    """The one case that is not ITK's: scipy's spline of the image, mirrored as often as it takes."""
    array = np.random.default_rng(4).normal(0, 300, (2, 9, 2))
    z, y, x = (np.linspace(0, size - 1, 7) for size in array.shape)
    expected = ndimage.map_coordinates(array, np.meshgrid(z, y, x, indexing="ij"), order=3, mode="mirror")
    np.testing.assert_allclose(interpolate(array, (z, y, x)), expected, rtol=1e-7, atol=1e-7)


def test_oblique_images_are_left_to_itk():
    rng = np.random.default_rng(0)
    turn = np.radians(20)
    direction = (np.cos(turn), -np.sin(turn), 0.0, np.sin(turn), np.cos(turn), 0.0, 0.0, 0.0, 1.0)
    volume = Volume(
        rng.normal(0, 300, (9, 20, 20)).astype(np.int16), spacing_mm=(3.0, 0.7, 0.7), direction=direction
    )
    mask = np.zeros(volume.shape, dtype=np.uint8)
    mask[3:6, 5:15, 5:15] = 1
    image, _ = resample(volume, volume.with_array(mask), Resampling())
    assert (image.array == by_itk(volume, image, sitk.sitkBSpline)).all()


@few
@given(
    array=hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int16]),
        st.tuples(*[st.integers(1, 30)] * 3),
        elements=st.integers(-1000, 3000),
    ),
    wavelet=st.sampled_from(pywt.wavelist(kind="discrete")),
    level=st.integers(1, 2),
    start_level=st.integers(0, 1),
    plane=st.sampled_from([None, 0, 1, 2]),
    data=st.data(),
)
def test_wavelets_are_pywavelets_to_the_last_bit(array, wavelet, level, start_level, plane, data):
    noise = np.random.default_rng(0).normal(size=array.shape)
    array = (array + noise).astype(array.dtype)
    low = [data.draw(st.integers(0, size - 1)) for size in array.shape]
    high = [data.draw(st.integers(first, size - 1)) for first, size in zip(low, array.shape, strict=True)]
    box = Box(tuple(low), tuple(high))
    entry = Wavelet(wavelet=wavelet, level=level, start_level=start_level)
    found = dict(entry.images(Volume(array), plane, box))
    expected = by_pywavelets(array, entry, plane)
    assert list(found) == list(expected)
    for name, band in found.items():
        kept = expected[name][: array.shape[0], : array.shape[1], : array.shape[2]][box.slices]
        assert (band == kept).all()
        assert band.dtype == kept.dtype


def by_pywavelets(array, entry, plane):
    axes = tuple(axis for axis in (2, 1, 0) if axis != plane)
    data = np.pad(array, [(0, size % 2) for size in array.shape], "wrap")
    lowest, bands = "a" * len(axes), {}
    for _ in range(entry.start_level):
        data = pywt.swtn(data, entry.wavelet, level=1, axes=axes)[0][lowest]
    for number in range(1, entry.level + 1):
        found = pywt.swtn(data, entry.wavelet, level=1, axes=axes)[0]
        data = found.pop(lowest)
        prefix = "wavelet" if number == 1 else f"wavelet{number}"
        bands |= {f"{prefix}-{name}": band for name, band in found.items()}
    bands[f"{prefix}-{lowest}"] = data
    return {_in_letters(name): band for name, band in bands.items()}


def _in_letters(name):
    prefix, letters = name.split("-")
    return f"{prefix}-{letters.replace(chr(97), chr(76)).replace(chr(100), chr(72))}"


@pytest.mark.parametrize("n_voxels", [1, 2])
def test_two_voxels_are_mirrored(n_voxels):
    volume = Volume(np.arange(1.0, n_voxels + 1).reshape(n_voxels, 1, 1) * np.ones((n_voxels, 4, 4)))
    mask = volume.with_array(np.ones(volume.shape, dtype=np.uint8))
    image, _ = resample(volume, mask, Resampling(spacing_xyz_mm=(0.5, 0.5, 0.5)))
    assert image.array.min() >= 1 - 1e-9
    assert image.array.max() <= n_voxels + 1e-9


@pytest.mark.parametrize(
    ("shape", "old", "new", "direction"),
    [
        ((24, 24, 9), (1.0, 1.0, 1.25), (1.0, 1.0, 1.0), STRAIGHT[0]),  # a line shorter than the first sum
        ((25, 60, 9), (1.0, 0.977, 1.25), (1.0, 0.7, 1.0), STRAIGHT[2]),  # noise in the inverted axes
    ],
)
def test_rounding_of_short_lines_and_of_axes_that_changed_places(shape, old, new, direction):
    for seed in range(20):
        array = np.random.default_rng(seed).normal(0, 300, shape)
        volume = Volume(
            array, spacing_mm=old, origin_mm=(-123.4567, 33.3, -170.0), direction=tuple(map(float, direction))
        )
        mask = volume.with_array(np.ones(shape, dtype=np.uint8))
        image, _ = resample(volume, mask, Resampling(spacing_xyz_mm=new))
        assert np.array_equal(image.array, by_itk(volume, image, sitk.sitkBSpline))


@few
@given(
    shape=st.tuples(
        st.sampled_from([1, 4, 5, 23]), st.sampled_from([4, 7, 70]), st.sampled_from([4, 33, 90])
    ),
    spacing=st.tuples(SPACINGS, SPACINGS, SPACINGS),
    sigma=st.sampled_from([0.5, 1, 2.5, 5]),
    dtype=st.sampled_from(["int16", "uint8", "int64", "float32", "float64"]),
    seed=st.integers(0, 999),
)
def test_laplacian_of_gaussian_is_itks_to_the_last_bit(shape, spacing, sigma, dtype, seed):
    rng = np.random.default_rng(seed)
    flat = shape[0] == 1
    volume = Volume(rng.uniform(0, 255, shape).astype(dtype), spacing_mm=spacing, is_2d=flat)
    low = tuple(int(rng.integers(size)) for size in shape)
    box = Box(low, tuple(int(rng.integers(first, size)) for first, size in zip(low, shape, strict=True)))
    filtering = sitk.LaplacianRecursiveGaussianImageFilter()
    filtering.SetNormalizeAcrossScale(True)
    filtering.SetSigma(sigma)
    image = to_sitk(volume)[:, :, 0] if flat else to_sitk(volume)
    assume(all(n * s >= sigma + s for n, s in zip(image.GetSize(), image.GetSpacing(), strict=True)))
    expected = sitk.GetArrayFromImage(filtering.Execute(image)).reshape(shape)
    ((_, found),) = LoG(sigma_mm=(sigma,)).images(volume, None, box)
    assert np.array_equal(found, expected[box.slices])
