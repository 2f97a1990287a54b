"""IBSI 2's filters against plain twins."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filter_responses import BOUNDARIES, UNHURRIED, noise, response
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import LAWS, Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli
from radiobone.testing.slow_filters import convolve, turned


def outer(*lines) -> np.ndarray:
    """Kernel (z, y, x) from lines along x, y, z."""
    return np.einsum("x,y,z->zyx", *map(np.asarray, lines))


def law(name) -> np.ndarray:
    return np.array(LAWS[name])[::-1]  # from a correlation back to a convolution


def written_out(kernel: str) -> list[np.ndarray]:
    return [law(kernel[place : place + 2]) for place in range(0, len(kernel), 2)]


class TestAgainstSlowTwins:
    @UNHURRIED
    @given(st.integers(0, 99), st.sampled_from(BOUNDARIES), st.tuples(*[st.integers(4, 9)] * 3))
    def test_mean(self, seed, boundary, shape):
        volume = noise(shape, seed)
        due = convolve(volume.array, np.full((5, 5, 5), 1 / 125), boundary)
        found = response(Mean(support_voxels=5, boundary=boundary), volume)
        assert found == pytest.approx(due, abs=1e-9)

    @UNHURRIED
    @given(
        st.integers(0, 99),
        st.sampled_from(BOUNDARIES),
        st.tuples(*[st.integers(4, 9)] * 3),
        st.tuples(*[st.sampled_from(sorted(LAWS))] * 3),
    )
    def test_laws(self, seed, boundary, shape, names):
        volume = noise(shape, seed)
        due = convolve(volume.array, outer(*map(law, names)), boundary)
        found = response(Laws(kernels=("".join(names),), boundary=boundary), volume)
        assert found == pytest.approx(due, abs=1e-9)

    @UNHURRIED
    @given(st.integers(0, 99), st.sampled_from(BOUNDARIES), st.sampled_from(["L5S5", "E3R5", "W5L3"]))
    def test_laws_in_the_planes_of_each_axis(self, seed, boundary, kernel):
        volume = noise((5, 6, 7), seed)
        first, second = written_out(kernel)
        for plane, lines in enumerate([(first, second, [1]), (first, [1], second), ([1], first, second)]):
            due = convolve(volume.array, outer(*lines), boundary)
            found = response(Laws(kernels=(kernel,), boundary=boundary), volume, plane)
            assert found == pytest.approx(due, abs=1e-9)

    @UNHURRIED
    @given(
        st.integers(0, 99),
        st.sampled_from(BOUNDARIES),
        st.tuples(*[st.sampled_from([0.8, 1.0, 1.7])] * 3),
        st.floats(1, 1.5),
    )
    def test_laplacian_of_gaussian(self, seed, boundary, spacing_mm, sigma_mm):
        volume = noise((12, 13, 14), seed, spacing_mm)
        reach = [math.floor(4 * sigma_mm / edge + 0.5) for edge in spacing_mm]
        z, y, x = np.meshgrid(
            *[np.arange(-r, r + 1) * edge for r, edge in zip(reach, spacing_mm, strict=True)], indexing="ij"
        )
        squared = (x**2 + y**2 + z**2) / sigma_mm**2
        density = np.exp(-squared / 2) / (math.sqrt(2 * math.pi) * sigma_mm) ** 3  # per mm³
        per_voxel = math.prod(spacing_mm) ** (
            1 + 2 / 3
        )  # the voxel's volume, and the edge of a cube as large, squared
        kernel = density * (squared - 3) / sigma_mm**2 * per_voxel
        found = response(LaplacianOfGaussian(sigma_mm=(sigma_mm,), boundary=boundary), volume)
        assert found == pytest.approx(convolve(volume.array, kernel, boundary), abs=1e-9)

    @UNHURRIED
    @given(
        st.integers(0, 99),
        st.sampled_from(BOUNDARIES),
        st.floats(0, 360),
        st.sampled_from([0.5, 1.0, 2.0]),
        st.sampled_from([0, 1, 2]),
    )
    def test_gabor(self, seed, boundary, theta_deg, gamma, plane):
        volume = noise((9, 10, 11), seed, (0.8, 0.9, 1.0))
        entry = Gabor(
            sigma_mm=1.0, wavelength_mm=2.5, gamma=gamma, theta_deg=theta_deg, truncate=2, boundary=boundary
        )
        across = [axis for axis in (0, 1, 2) if axis != plane]
        edges = [volume.spacing_mm[axis] for axis in across]
        reach = [math.floor(2 * max(1, 1 / gamma) / edge + 0.5) for edge in edges]
        v, u = np.meshgrid(
            *[np.arange(-r, r + 1) * e for r, e in zip(reach, edges, strict=True)], indexing="ij"
        )
        wave = np.exp(1j * math.radians(theta_deg)) * (u - 1j * v)  # along and against the crests
        kernel = np.exp(-(wave.real**2 + (gamma * wave.imag) ** 2) / 2 + 2j * np.pi * wave.real / 2.5)
        due = np.abs(convolve(volume.array, np.expand_dims(kernel, plane), boundary))
        assert response(entry, volume, plane) == pytest.approx(due, abs=1e-9)

    @pytest.mark.parametrize("boundary", BOUNDARIES)
    @pytest.mark.parametrize("entry", [
        Laws(kernels=("E5L5S5",), rotation_invariance="max"),
        Laws(kernels=("R5L5E3",), rotation_invariance="min"),
        Laws(kernels=("L5S5R5",), rotation_invariance="average"),
        SeparableWavelet(wavelet="db2", bands=("LHL",), rotation_invariance="average"),
        SeparableWavelet(wavelet="db3", bands=("LHH",), rotation_invariance="max"),
        SeparableWavelet(wavelet="haar", level=2, bands=("HHL",), rotation_invariance="min"),
    ], ids=lambda entry: entry.names(None)[0])  # fmt: skip
    def test_rotation_invariance_is_that_of_images_turned_round(self, entry, boundary):
        volume = noise((12, 12, 12))
        entry = entry.model_copy(update={"boundary": boundary})
        fixed = entry.model_copy(update={"rotation_invariance": None})
        all_positions = [
            back(response(fixed, volume.with_array(image))) for image, back in turned(volume.array)
        ]
        assert len(all_positions) == 24
        join = {"max": np.max, "min": np.min, "average": np.mean}[entry.rotation_invariance]
        assert response(entry, volume) == pytest.approx(join(all_positions, axis=0), abs=1e-9)

    def test_wavelet_levels_leave_room_between_the_taps(self):
        volume = noise((16, 16, 16))
        found = response(
            SeparableWavelet(wavelet="haar", level=3, bands=("LHL",), boundary="periodic"), volume
        )
        low, high = np.ones(2) / math.sqrt(2), np.array([-1, 1]) / math.sqrt(2)

        def spaced(taps, step):
            out = np.zeros(2 * step)
            out[::step] = taps
            return out

        due = volume.array
        for step, along_y in ((1, low), (2, low), (4, high)):
            lines = spaced(low, step), spaced(along_y, step), spaced(low, step)
            due = convolve(due, outer(*lines), "periodic")
        assert found == pytest.approx(due, abs=1e-9)

    @pytest.mark.parametrize("shape", [(9, 9, 9), (8, 10, 12), (7, 8, 9)])
    @pytest.mark.parametrize("level", [1, 2])
    def test_simoncelli(self, shape, level):
        volume = noise(shape)
        axes = [np.fft.ifftshift(np.linspace(-1, 1, size)) for size in shape]
        radius = np.sqrt(sum(axis**2 for axis in np.meshgrid(*axes, indexing="ij")))
        highest = 1 / 2 ** (level - 1)
        with np.errstate(divide="ignore", invalid="ignore"):
            band = np.cos(np.pi / 2 * np.log2(2 * radius / highest))
        band = np.where((radius >= highest / 4) & (radius <= highest), band, 0)
        due = np.fft.ifftn(np.fft.fftn(volume.array) * band).real
        assert response(Simoncelli(level=(level,)), volume) == pytest.approx(due, abs=1e-9)
