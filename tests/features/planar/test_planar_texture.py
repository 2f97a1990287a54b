"""Texture in two dimensions on images whose texture is known: stripes, noise, fractional Brownian surfaces."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import convolve2d

from radiobone.core.errors import RoiTooSmall
from radiobone.features.planar.gabor import gabor
from radiobone.features.planar.laws import PAIRS, laws
from radiobone.features.planar.lbp import lbp
from radiobone.features.planar.region import PlanarRegion
from radiobone.features.planar.variogram import initial_slope, variogram, variogram_of
from radiobone.features.planar.wavelet_energy import band_energies, wavelet_energy
from radiobone.testing.planar import fractional_brownian_surface, stripes


def whole(pixels, spacing_mm=(1.0, 1.0), margin=0):
    mask = np.zeros(pixels.shape, dtype=bool)
    mask[margin : pixels.shape[0] - margin, margin : pixels.shape[1] - margin] = True
    return PlanarRegion(np.asarray(pixels, dtype=float), mask, spacing_mm)


def noise(seed=0, shape=(64, 64)):
    return np.random.default_rng(seed).normal(100, 10, shape)


class TestGabor:
    @pytest.mark.parametrize(("period", "angle"), list(product((4, 8, 16), (0, 45, 90, 135))))
    def test_stripes_have_their_amplitude_squared_at_their_own_place(self, period, angle):
        found = gabor(whole(stripes((128, 128), period, angle, amplitude=7.0, mean=500.0), margin=40))
        assert found[f"Energy{period}px{angle}deg"] == pytest.approx(49.0, rel=0.02)
        others = {name: value for name, value in found.items() if name.startswith("Energy")}
        assert max(others, key=others.get) == f"Energy{period}px{angle}deg"
        assert found[f"Anisotropy{period}px"] > 0.9

    def test_energy_goes_with_the_square_of_contrast_and_brightness_counts_for_nothing(self):
        once, thrice = gabor(whole(noise())), gabor(whole(3 * noise() + 1000))
        for name, value in once.items():
            assert thrice[name] == pytest.approx(value * (1 if "Anisotropy" in name else 9), rel=1e-9)

    def test_a_quarter_turn_exchanges_directions(self):
        upright, turned = gabor(whole(noise())), gabor(whole(np.rot90(noise())))
        for period in (4, 8, 16):
            assert turned[f"Energy{period}px0deg"] == pytest.approx(upright[f"Energy{period}px90deg"])
            assert turned[f"Energy{period}px45deg"] == pytest.approx(upright[f"Energy{period}px135deg"])
            assert turned[f"MeanEnergy{period}px"] == pytest.approx(upright[f"MeanEnergy{period}px"])

    def test_a_constant_region_has_none(self):
        assert set(gabor(whole(np.full((64, 64), 9.0))).values()) == {0.0}


class TestLaws:
    def test_it_is_scipys_convolution(self):
        kernels = {"L5": [1, 4, 6, 4, 1], "E5": [-1, -2, 0, 2, 1], "S5": [-1, 0, 2, 0, -1]}
        kernels |= {"W5": [-1, 2, 0, -2, 1], "R5": [1, -4, 6, -4, 1]}
        unit = {name: np.array(taps) / np.linalg.norm(taps) for name, taps in kernels.items()}
        region = whole(noise(1, (40, 30)), margin=5)
        found = laws(region)
        assert len(found) == 14
        for a, b in PAIRS:
            energies = [
                np.abs(convolve2d(region.centred, np.outer(unit[down], unit[right]), "same", "symm"))[
                    region.mask
                ].mean()
                for down, right in ((a, b), (b, a))
            ]
            assert found[f"Energy{a}{b}"] == pytest.approx(np.mean(energies), rel=1e-9)

    def test_a_turned_image_has_the_same(self):
        upright, turned = laws(whole(noise())), laws(whole(np.rot90(noise())))
        assert turned == pytest.approx(upright)


class TestLocalBinaryPatterns:
    def test_it_is_the_definition_on_whole_pixels(self):
        """Where grey levels are planes, neighbours between pixels are as linear interpolation has them."""
        rows, columns = np.mgrid[:20, :20]
        found = lbp(whole(3.0 * rows + columns, margin=3))
        assert found["Uniform4"] + found["Uniform5"] == 1.0  # half of the circle lies higher

    def test_a_flat_region_has_all_neighbours_as_bright(self):
        found = lbp(whole(np.full((12, 12), 5.0)))
        assert found["Uniform8"] == 1.0
        assert found["Entropy"] == 0.0

    def test_single_bright_pixels_have_no_bright_neighbour(self):
        image = np.zeros((30, 30))
        image[5:25:5, 5:25:5] = 1
        region = PlanarRegion(image, image > 0, (1.0, 1.0))
        assert lbp(region)["Uniform0"] == 1.0

    @settings(deadline=None, max_examples=15)
    @given(st.integers(0, 999))
    def test_shares_add_up_and_brightness_turns_and_mirrors_change_nothing(self, seed):
        image = np.random.default_rng(seed).integers(0, 50, (24, 20)).astype(float)
        found = lbp(whole(image))
        assert sum(value for name, value in found.items() if name != "Entropy") == pytest.approx(1)
        assert lbp(whole(2 * image + 7)) == pytest.approx(found)
        # neighbours between pixels are interpolated, so ties may fall either way when an image is turned
        turned = lbp(whole(np.rot90(image)))
        assert sum(abs(turned[name] - found[name]) for name in found if name != "Entropy") < 0.05


class TestVariogram:
    @pytest.mark.parametrize("hurst", [0.2, 0.5, 0.8])
    def test_a_fractional_brownian_surface_has_twice_its_exponent(self, hurst):
        surfaces = fractional_brownian_surface(40, hurst, n_surfaces=200, seed=1)
        mask = np.ones((40, 40), dtype=bool)
        found = [variogram_of(one, mask, (1.0, 1.0)) for one in surfaces]
        mean = np.mean([one.semivariance for one in found], axis=0)
        np.testing.assert_allclose(mean[:8], found[0].distance_mm[:8] ** (2 * hurst) / 2, rtol=0.12)
        slopes = [variogram(whole(one))["Slope"] for one in surfaces]
        assert np.mean(slopes) == pytest.approx(2 * hurst, abs=0.08)
        dimensions = [variogram(whole(one))["FractalDimension"] for one in surfaces[:3]]
        assert dimensions == pytest.approx([3 - slope / 2 for slope in slopes[:3]])

    def test_it_is_every_pair_looked_at(self):
        image, mask = noise(2, (12, 9)), np.random.default_rng(3).random((12, 9)) < 0.8
        found = variogram_of(image, mask, (0.5, 0.2))
        points, pairs = np.argwhere(mask), {}
        for a, b in product(points, points):
            down, right = b - a
            once = (down > 0 or (down == 0 and right > 0)) and max(down, abs(right)) <= 4
            if once and (down == 0 or right == 0 or down == abs(right)):
                distance = round(float(np.hypot(down * 0.5, right * 0.2)), 9)
                pairs.setdefault(distance, []).append((image[tuple(a)] - image[tuple(b)]) ** 2 / 2)
        known = {distance: halves for distance, halves in sorted(pairs.items()) if len(halves) >= 30}
        np.testing.assert_allclose(found.distance_mm, list(known))
        assert found.n_pairs.tolist() == [len(halves) for halves in known.values()]
        np.testing.assert_allclose(found.semivariance, [np.mean(halves) for halves in known.values()])

    def test_noise_has_slope_zero_and_its_variance_as_sill(self):
        found = variogram(whole(noise(4, (200, 200))))
        assert found["Slope"] == pytest.approx(0, abs=0.02)
        assert found["Sill"] == pytest.approx(100, rel=0.03)

    @pytest.mark.parametrize("length_px", [2.0, 4.0])
    def test_range_and_sill_of_an_exponential_field(self, length_px):
        size = 44
        rows, columns = np.divmod(np.arange(size * size), size)
        distance = np.hypot(rows[:, None] - rows, columns[:, None] - columns)
        factor = np.linalg.cholesky(25 * np.exp(-distance / length_px) + 1e-9 * np.eye(size * size))
        fields = (factor @ np.random.default_rng(5).normal(size=(size * size, 30))).T.reshape(30, size, size)
        found = [variogram(whole(one, spacing_mm=(0.1, 0.1))) for one in fields]
        assert np.median([one["Range"] for one in found]) == pytest.approx(3 * length_px * 0.1, rel=0.15)
        assert np.median([one["Sill"] for one in found]) == pytest.approx(25, rel=0.15)

    def test_lengths_are_in_mm_and_slopes_without_unit(self):
        image = fractional_brownian_surface(32, 0.5, n_surfaces=1, seed=6)[0]
        fine, coarse = (variogram(whole(image, spacing_mm=(s, s))) for s in (1.0, 0.15))
        assert coarse["Slope"] == pytest.approx(fine["Slope"])
        assert coarse["Range"] == pytest.approx(0.15 * fine["Range"], rel=1e-6)

    def test_pixels_outside_the_region_count_for_nothing(self):
        image, mask = noise(7), np.zeros((64, 64), dtype=bool)
        mask[10:50, 12:40] = True
        wild = np.where(mask, image, 1e6)
        assert variogram(PlanarRegion(wild, mask, (1, 1))) == variogram(PlanarRegion(image, mask, (1, 1)))

    def test_a_constant_region_and_one_too_small(self):
        assert variogram(whole(np.full((20, 20), 3.0)))["Slope"] == 0
        with pytest.raises(RoiTooSmall, match="variogram"):
            variogram(whole(noise(8, (4, 4))))

    def test_slope_of_a_power_law_is_its_exponent(self):
        found = variogram_of(noise(9, (30, 30)), np.ones((30, 30), bool), (1.0, 1.0))
        exact = type(found)(found.distance_mm, 4 * found.distance_mm**1.3, found.n_pairs)
        assert initial_slope(exact, 6.0) == pytest.approx(1.3)


class TestWaveletEnergies:
    @settings(deadline=None, max_examples=15)
    @given(st.integers(0, 99), st.integers(9, 40), st.integers(9, 40))
    def test_they_add_up_to_the_variance(self, seed, n_rows, n_columns):
        region = whole(noise(seed, (n_rows, n_columns)))
        assert sum(band_energies(region).values()) == pytest.approx(region.inside.var(), rel=1e-9)

    @pytest.mark.parametrize(("angle", "band"), [(0, "Vertical"), (90, "Horizontal")])
    def test_stripes_of_two_pixels_are_the_finest_detail_of_their_direction(self, angle, band):
        found = wavelet_energy(whole(stripes((64, 64), 2, angle, amplitude=5.0)))
        assert found[f"Energy{band}1"] == pytest.approx(25.0)
        assert found["Entropy"] == pytest.approx(0, abs=1e-6)

    def test_stripes_of_eight_pixels_lie_in_the_third_level(self):
        energies = band_energies(whole(stripes((64, 64), 12, 0, amplitude=5.0)))
        assert max(energies, key=energies.get) == "EnergyVertical3"
