"""Non-local means against the definition written out, and on an image whose noise is known."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.core.errors import DimensionMismatch, NonFiniteIntensity
from radiobone.imaging.denoise import NonLocalMeans, denoise, estimated_noise


def written_out(image, patch, reach, noise, strength):
    padded = np.pad(image, patch + reach, mode="symmetric")
    out = np.empty_like(image)
    for row, column in np.ndindex(image.shape):
        i, j = row + patch + reach, column + patch + reach
        own = padded[i - patch : i + patch + 1, j - patch : j + patch + 1]
        weights, values = [], []
        for down, right in product(range(-reach, reach + 1), repeat=2):
            a, b = i + down, j + right
            other = padded[a - patch : a + patch + 1, b - patch : b + patch + 1]
            excess = max(((own - other) ** 2).mean() - 2 * noise**2, 0.0)
            weights.append(np.exp(-excess / (strength * noise) ** 2))
            values.append(padded[a, b])
        out[row, column] = np.average(values, weights=weights)
    return out


@settings(deadline=None, max_examples=8)
@given(st.integers(0, 99), st.integers(1, 2), st.integers(1, 3), st.floats(0.3, 2.0))
def test_it_is_the_definition(seed, patch, reach, strength):
    image = np.random.default_rng(seed).normal(100, 10, (9, 11))
    own = NonLocalMeans(patch_radius_px=patch, search_radius_px=reach, strength=strength, noise_sd=8.0)
    np.testing.assert_allclose(
        denoise(image, own), written_out(image, patch, reach, 8.0, strength), rtol=1e-9
    )


def test_noise_is_estimated_and_taken_out_while_the_edge_stays():
    rng = np.random.default_rng(0)
    clean = np.full((120, 120), 50.0)
    clean[:, 60:] = 150.0
    noisy = clean + rng.normal(0, 10, clean.shape)
    assert estimated_noise(noisy) == pytest.approx(10, rel=0.1)
    found = denoise(noisy)
    assert np.sqrt(np.square(found - clean).mean()) < 4  # of 10
    assert found[:, 62:].mean() - found[:, :58].mean() == pytest.approx(100, abs=1)
    assert (found[:, 60] - found[:, 59]).mean() > 90


def test_without_noise_nothing_changes():
    image = np.full((20, 20), 7.0)
    np.testing.assert_array_equal(denoise(image), image)


@pytest.mark.parametrize(
    ("image", "error"),
    [(np.zeros((3, 4, 5)), DimensionMismatch), (np.full((5, 5), np.nan), NonFiniteIntensity)],
)
def test_what_is_no_radiograph_is_named(image, error):
    with pytest.raises(error):
        denoise(image)
