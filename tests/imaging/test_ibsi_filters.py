"""Filters of IBSI 2: the reference response maps, plain twins, and what they must keep."""

from __future__ import annotations

import math

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from radiobone.core.errors import BadSetting, RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import LAWS, Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli
from radiobone.testing.ibsi_filters import FILTER_TESTS, TOLERANCE, relative_difference
from radiobone.testing.slow_filters import convolve, turned

BOUNDARIES = ("mirror", "zero", "nearest", "periodic")
UNHURRIED = settings(deadline=None, max_examples=40)
IN_SINGLE = 1e-7  # the reference maps are stored in single precision


def noise(shape=(9, 10, 11), seed=5, spacing_mm=(1.0, 1.0, 1.0)) -> Volume:
    return Volume(np.random.default_rng(seed).normal(50, 100, shape), spacing_mm)


def responses(entry, volume, plane=None, box=None) -> dict[str, np.ndarray]:
    whole = Box((0, 0, 0), tuple(size - 1 for size in volume.shape))
    return dict(entry.images(volume, plane, box or whole))


def response(entry, volume, plane=None, box=None) -> np.ndarray:
    (found,) = responses(entry, volume, plane, box).values()
    return found


def read(path) -> Volume:
    image = sitk.ReadImage(str(path))
    return Volume(sitk.GetArrayFromImage(image), image.GetSpacing()[::-1])


class TestReferenceMaps:
    @pytest.mark.shared_data
    @pytest.mark.parametrize("test", FILTER_TESTS, ids=lambda test: test.name)
    def test_response_is_the_reference_map(self, shared_data, test):
        folder = shared_data / "ibsi2"
        image = read(folder / f"phantoms/{test.phantom}/image/{test.phantom}.nii.gz")
        (path,) = (folder / "reference").glob(f"*_{test.phantom}_CT_{test.name}_*.nii.gz")
        due = read(path).array
        found = test.response(image)
        assert relative_difference(found, due) < TOLERANCE
        assert np.abs(found - due).max() < IN_SINGLE * np.abs(due).max()

    @pytest.mark.shared_data
    def test_every_reference_map_has_a_test(self, shared_data):
        maps = (shared_data / "ibsi2/reference").glob("*.nii.gz")
        assert sorted(path.name.split("_CT_")[1].split("_")[0] for path in maps) == [
            test.name for test in FILTER_TESTS
        ]

    @pytest.mark.shared_data
    @pytest.mark.parametrize("name", ["4A1", "4A2", "4B1", "4B2"])
    def test_gabor_kernels_of_the_default_length_are_within_the_tolerance(self, shared_data, name):
        (test,) = (test for test in FILTER_TESTS if test.name == name)
        folder = shared_data / "ibsi2"
        image = read(folder / f"phantoms/{test.phantom}/image/{test.phantom}.nii.gz")
        (path,) = (folder / "reference").glob(f"*_CT_{name}_*.nii.gz")
        longer = test.filter.model_copy(update={"truncate": Gabor.model_fields["truncate"].default})
        assert relative_difference(response(longer, image), read(path).array) < TOLERANCE / 4


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


EVERY = (
    Mean(support_voxels=5),
    LaplacianOfGaussian(sigma_mm=(1.0, 2)),
    Laws(kernels=("E5L5S5", "L5L5R5")),
    Laws(kernels=("E5L5S5",), rotation_invariance="max", energy_distance=3),
    Gabor(sigma_mm=1.5, wavelength_mm=3.0, gamma=0.7, theta_deg=30.0, truncate=3.0),
    Gabor(sigma_mm=1.0, wavelength_mm=3.0, theta_step_deg=45.0, rotation_invariance="max"),
    SeparableWavelet(wavelet="db2"),
    SeparableWavelet(wavelet="coif1", level=2, bands=("LHL",), rotation_invariance="average"),
    SeparableWavelet(wavelet="haar", level=3, rotation_invariance="max"),
    Simoncelli(level=(1, 2, 3)),
)
LINEAR = tuple(
    entry
    for entry in EVERY
    if not isinstance(entry, Gabor) and getattr(entry, "rotation_invariance", None) != "max"
)


def named_2d(entry) -> str:
    return entry.names(0)[0]


def named(entry) -> str:
    return entry.names(None)[0]


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
