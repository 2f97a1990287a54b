"""IBSI 2's filters: what they must keep, their names, and settings that make no sense."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from filter_responses import BOUNDARIES, EVERY, UNHURRIED, named, noise, response, responses
from radiobone.core.errors import BadSetting, RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli
from radiobone.testing.slow_filters import turned

LINEAR = tuple(
    entry
    for entry in EVERY
    if not isinstance(entry, Gabor) and getattr(entry, "rotation_invariance", None) != "max"
)


def named_2d(entry) -> str:
    return entry.names(0)[0]


class TestWhatFiltersKeep:
    @UNHURRIED
    @given(
        st.sampled_from([entry for entry in EVERY if "boundary" in type(entry).model_fields]),
        st.sampled_from(BOUNDARIES),
        st.tuples(*[st.tuples(st.integers(0, 23), st.integers(0, 23))] * 3),
    )
    def test_a_box_has_what_the_whole_image_has_there(self, entry, boundary, corners):
        volume = noise((24, 24, 24))
        entry = entry.model_copy(update={"boundary": boundary})
        box = Box(tuple(map(min, corners)), tuple(map(max, corners)))
        whole = responses(entry, volume)
        for name, part in responses(entry, volume, box=box).items():
            assert part == pytest.approx(whole[name][box.slices], abs=1e-9)

    @pytest.mark.parametrize("plane", [None, 0, 1])
    def test_simoncelli_in_a_box(self, plane):
        volume, box = noise(), Box((2, 0, 3), (4, 9, 3))
        whole = response(Simoncelli(), volume, plane)
        assert response(Simoncelli(), volume, plane, box) == pytest.approx(whole[box.slices], abs=1e-9)

    @pytest.mark.parametrize("entry", LINEAR, ids=named)
    def test_linear(self, entry):
        first, second = noise((16, 16, 16), 1), noise((16, 16, 16), 2)
        both = responses(entry, first.with_array(2 * first.array - 3 * second.array))
        of_first, of_second = responses(entry, first), responses(entry, second)
        for name, found in both.items():
            assert found == pytest.approx(2 * of_first[name] - 3 * of_second[name], abs=1e-8)

    @pytest.mark.parametrize("boundary", ["mirror", "nearest", "periodic"])
    def test_a_constant_image(self, boundary):
        flat = Volume(np.full((20, 20, 20), 7.0))
        assert response(Mean(support_voxels=5, boundary=boundary), flat) == pytest.approx(7)
        level = Laws(kernels=("L5L5L5", "L5E5L5", "S5L5L5"), boundary=boundary)
        of_l5 = 16 / math.sqrt(70)
        sums, *zeros = responses(level, flat).values()
        assert sums == pytest.approx(7 * of_l5**3)
        assert np.abs(zeros).max() < 1e-9
        wavelet = responses(SeparableWavelet(boundary=boundary), flat)
        assert wavelet.pop(f"separablewavelet-coif1-LLL-level-1-{boundary}-3D") == pytest.approx(7 * 2**1.5)
        assert max(np.abs(band).max() for band in wavelet.values()) < 1e-9
        laplacian = response(LaplacianOfGaussian(sigma_mm=(2.0,), boundary=boundary), flat)
        assert np.abs(laplacian).max() < 1e-2  # what lies beyond four sigmas

    @pytest.mark.parametrize("entry", [
        Laws(kernels=("E5L5S5",), rotation_invariance="max"),
        Laws(kernels=("E5L5S5",), rotation_invariance="max", energy_distance=3),
        SeparableWavelet(wavelet="db2", bands=("LHL",), rotation_invariance="average"),
        Gabor(sigma_mm=1.5, wavelength_mm=3.0, theta_step_deg=45.0, rotation_invariance="average"),
        Gabor(sigma_mm=1.5, wavelength_mm=3.0, theta_step_deg=90.0, rotation_invariance="max"),
        Mean(support_voxels=5),
        LaplacianOfGaussian(sigma_mm=(2.0,)),
        Simoncelli(),
    ], ids=named)  # fmt: skip
    @pytest.mark.parametrize("plane", [None, 0])
    def test_turning_the_image_turns_the_response(self, entry, plane):
        if plane == 0:
            flat = {"kernels": ("E5S5",)} if isinstance(entry, Laws) else {"bands": ("LH",)}
            known = {key: value for key, value in flat.items() if key in type(entry).model_fields}
            entry = entry.model_copy(update=known)
        volume = noise((15, 15, 15))
        due = response(entry, volume, plane)
        for image, back in turned(volume.array, 3 if plane is None else 2):
            assert back(response(entry, volume.with_array(image), plane)) == pytest.approx(due, abs=1e-8)

    def test_slices_by_themselves(self):
        volume = noise((14, 15, 16))
        flat = Volume(volume.array[4:5], is_2d=True)
        for entry in EVERY:
            if "kernels" in type(entry).model_fields:
                entry = entry.model_copy(update={"kernels": ("E5S5",)})
            if "bands" in type(entry).model_fields:
                entry = entry.model_copy(update={"bands": ()})
            of_stack = responses(entry, volume, plane=0)
            of_slice = responses(entry, flat)
            assert list(of_stack) == list(of_slice) == list(entry.names(0))
            for name, found in of_slice.items():
                assert found[0] == pytest.approx(of_stack[name][4], abs=1e-9)

    def test_a_wave_is_strongest_in_its_own_direction_and_length(self):
        _, y, x = np.meshgrid(*map(np.arange, (3, 60, 60)), indexing="ij")
        turn = math.radians(30)
        wave = Volume(np.cos(2 * np.pi * (x * math.cos(turn) + y * math.sin(turn)) / 6))
        found = {
            (theta, length): response(
                Gabor(sigma_mm=4.0, wavelength_mm=length, theta_deg=theta), wave, plane=0
            )[1, 30, 30]
            for theta in (0.0, 30.0, 60.0, 150.0)
            for length in (4.0, 6.0, 9.0)
        }
        assert max(found, key=found.__getitem__) == (30.0, 6.0)
        assert found[30.0, 6.0] == pytest.approx(np.pi * 4**2, rel=0.01)  # half the integral of the Gaussian


class TestNames:
    def test_names_tell_the_settings(self):
        assert LaplacianOfGaussian(sigma_mm=(2.5, 3), boundary="zero").names(0) == (
            "laplacian-sigma-2-5-mm-zero-2D",
            "laplacian-sigma-3-mm-zero-2D",
        )
        assert SeparableWavelet(wavelet="db2", rotation_invariance="average").names(0) == tuple(
            f"separablewavelet-db2-{band}-level-1-average-mirror-2D" for band in ("LL", "LH", "HH")
        )
        assert len(SeparableWavelet().names(None)) == 8

    @pytest.mark.parametrize("entry", EVERY, ids=named)
    def test_names_are_told_without_filtering(self, entry):
        assert entry.names(None) == tuple(responses(entry, noise((20, 20, 20))))


class TestSenselessSettings:
    @pytest.mark.parametrize(
        ("make", "told"),
        [
            (lambda: Mean(support_voxels=4), "odd"),
            (lambda: Laws(kernels=("L5X5E5",)), "'L5X5E5' is not made of Laws' kernels.*L5S5E5.*W5, R5"),
            (lambda: Laws(kernels=("L5S5E",)), "not made of"),
            (lambda: Laws(kernels=("",)), "not made of"),
            (lambda: Laws(kernels=("E5L5S5",), rotation_invariance="average"), "zero everywhere.*max"),
            (lambda: LaplacianOfGaussian(sigma_mm=(0.0,)), "greater than 0"),
            (lambda: LaplacianOfGaussian(sigma_mm=()), "at least 1"),
            (lambda: Gabor(sigma_mm=5.0, wavelength_mm=4.0, theta_step_deg=45.0), "go together"),
            (lambda: Gabor(sigma_mm=5.0, wavelength_mm=4.0, rotation_invariance="max"), "go together"),
            (
                lambda: Gabor(
                    sigma_mm=5.0, wavelength_mm=4.0, theta_step_deg=50.0, rotation_invariance="max"
                ),
                "does not divide",
            ),
            (lambda: SeparableWavelet(wavelet="morl"), "not a discrete wavelet"),
            (lambda: SeparableWavelet(bands=("LHX",)), "'LHX' is not a band"),
            (lambda: Mean(support_voxels=5, boundary="reflect"), "mirror"),
        ],
    )
    def test_refused_at_once(self, make, told):
        with pytest.raises(ValidationError, match=f"(?s){told}"):
            make()

    @pytest.mark.parametrize(
        "entry", [Laws(kernels=("L5S5",)), SeparableWavelet(bands=("LH",))], ids=named_2d
    )
    def test_two_letters_in_3d(self, entry):
        with pytest.raises(BadSetting, match="filtered in 3D"):
            responses(entry, noise())

    @pytest.mark.parametrize(
        "entry", [Laws(kernels=("L5S5E5",)), SeparableWavelet(bands=("LHL",))], ids=named
    )
    def test_three_letters_in_2d(self, entry):
        with pytest.raises(BadSetting, match="filtered in 2D"):
            responses(entry, Volume(noise().array[:1], is_2d=True))

    @pytest.mark.parametrize("entry", [
        Mean(support_voxels=31),
        LaplacianOfGaussian(sigma_mm=(30.0,)),
        Laws(kernels=("L5L5L5",), energy_distance=12),
        Gabor(sigma_mm=10.0, wavelength_mm=4.0),
        SeparableWavelet(wavelet="db4", level=4),
    ], ids=named)  # fmt: skip
    def test_an_image_smaller_than_the_filter(self, entry):
        with pytest.raises(RoiTooSmall, match=r"(9|10) voxels along [zy].*looks .* voxels to each side"):
            responses(entry, noise())

    def test_voxels_too_large_for_the_structure(self):
        with pytest.raises(BadSetting, match="Voxels of 3 mm cannot show waves of 4 mm"):
            responses(Gabor(sigma_mm=2.0, wavelength_mm=4.0), noise(spacing_mm=(1.0, 3.0, 1.0)))
        with pytest.raises(BadSetting, match="ends within the voxel"):
            responses(LaplacianOfGaussian(sigma_mm=(0.1,)), noise())
