"""Texture and first-order features: plain formulas on small regions, invariances, special cases."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from radiobone.core.errors import RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.features.engine import extract_features
from radiobone.features.firstorder import firstorder
from radiobone.features.glcm import glcm, pair_features
from radiobone.features.gldm import gldm
from radiobone.features.glrlm import glrlm
from radiobone.features.glszm import glszm
from radiobone.features.matrices.grid import LevelGrid
from radiobone.features.mcc import maximal_correlation
from radiobone.features.ngtdm import ngtdm
from radiobone.features.region import Texture, TextureRegion
from radiobone.features.settings import ExtractionSettings

LEVELS = hnp.arrays(np.int32, st.tuples(*[st.integers(2, 4)] * 3), elements=st.integers(1, 4))
TEXTURES = [glcm, gldm, glrlm, glszm, ngtdm]
quick = settings(max_examples=40, deadline=None)


def region(levels, spacing=(1.0, 1.0, 1.0), plane=None, **texture):
    levels = np.asarray(levels)
    reach = max(texture.get("distances", (1,)))
    grid = LevelGrid.from_levels(levels, margin=reach)
    return TextureRegion(levels[levels > 0].astype(float), grid, spacing, plane, Texture(**texture))


@pytest.mark.parametrize("family", TEXTURES)
@quick
@given(
    levels=LEVELS, order=st.permutations([0, 1, 2]), mirrored=st.lists(st.booleans(), min_size=3, max_size=3)
)
def test_does_not_depend_on_orientation(family, levels, order, mirrored):
    turned = np.flip(np.transpose(levels, order), [axis for axis in range(3) if mirrored[axis]])
    assert family(region(turned)) == pytest.approx(family(region(levels)), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("family", [*TEXTURES, firstorder])
@quick
@given(levels=LEVELS, margins=st.tuples(*[st.integers(0, 2)] * 6))
def test_does_not_depend_on_place(family, levels, margins):
    moved = np.pad(levels, np.reshape(margins, (3, 2)))
    assert family(region(moved)) == pytest.approx(family(region(levels)), rel=1e-7, abs=1e-7)


@quick
@given(hnp.arrays(float, st.integers(2, 60), elements=st.floats(-1000, 3000)))
def test_firstorder_agrees_with_scipy(values):
    values = np.round(values, 3)
    grid = LevelGrid.from_levels(np.ones((1, 1, values.size), dtype=np.int32))
    found = firstorder(TextureRegion(values, grid, (1.0, 2.0, 3.0), None, Texture()))
    assert found["Mean"] == pytest.approx(values.mean(), abs=1e-9)
    assert found["Variance"] == pytest.approx(values.var(), abs=1e-9)
    assert found["InterquartileRange"] == pytest.approx(stats.iqr(values))
    assert found["TotalEnergy"] == pytest.approx(6 * found["Energy"])
    if values.std() > 1e-3 * (1 + abs(values.mean())):
        assert found["Skewness"] == pytest.approx(stats.skew(values), abs=1e-7)
        assert found["Kurtosis"] == pytest.approx(stats.kurtosis(values, fisher=False), rel=1e-7)


def test_two_values_have_no_robust_deviation():
    values = np.array([0.0, 1.0])
    grid = LevelGrid.from_levels(np.ones((1, 1, 2), dtype=np.int32))
    found = firstorder(TextureRegion(values, grid, (1.0, 1.0, 1.0), None, Texture()))
    assert np.isnan(found["RobustMeanAbsoluteDeviation"])
    assert found["10Percentile"] == pytest.approx(0.1)


def test_shift_touches_energy_alone():
    base, values = region(np.arange(1, 28).reshape(3, 3, 3)), np.arange(1.0, 28.0)
    shifted = TextureRegion(values, base.grid, base.spacing_mm, None, base.texture, voxel_array_shift=10.0)
    plain, moved = firstorder(base), firstorder(shifted)
    assert {name for name in plain if plain[name] != moved[name]} == {
        "Energy",
        "TotalEnergy",
        "RootMeanSquared",
    }
    assert moved["Energy"] == ((values + 10) ** 2).sum()


def plain_second_eigenvalue(p):
    """Second eigenvalue by the definition, summed term by term."""
    n, eps = len(p), np.spacing(1.0)
    q = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            for k in range(n):
                q[i, j] += p[i, k] * p[j, k] / (p[i].sum() * p[:, k].sum() + eps)
    return np.sort(np.linalg.eigvals(q).real)[-2]


@quick
@given(
    hnp.arrays(np.int64, st.integers(2, 7).map(lambda n: (n, n)), elements=st.integers(0, 20)), st.booleans()
)
def test_mcc_is_the_root_of_the_second_eigenvalue(counts, symmetrical):
    counts = counts + counts.T if symmetrical else counts
    if not counts.sum(axis=0).all() or not counts.sum(axis=1).all():
        return
    p = counts / counts.sum()
    expected = np.sqrt(max(plain_second_eigenvalue(p), 0))
    assert maximal_correlation(p[None], symmetrical=symmetrical) == pytest.approx(expected, abs=1e-6)


def test_mcc_of_many_levels_uses_the_same_definition():
    rng = np.random.default_rng(0)
    counts = np.triu(rng.poisson(3.0, (150, 150)) + 40 * np.eye(150, dtype=int), 0)
    p = (counts + counts.T) / (2 * counts.sum())
    px = p.sum(axis=1)
    q = (p / (np.outer(px, px) + np.spacing(1.0))) @ p.T
    expected = np.sqrt(np.sort(np.linalg.eigvals(q).real)[-2])
    assert maximal_correlation(p[None], symmetrical=True) == pytest.approx(expected, rel=1e-9)


def test_mcc_of_several_directions_is_that_of_each():
    """One direction's vector is where the search along the next begins: it must not find another eigenvalue there."""
    rng = np.random.default_rng(5)
    counts = rng.poisson(rng.choice([0.02, 0.5, 5.0], (40, 18, 18))).astype(float)
    counts += np.concatenate([np.eye(18)[None] * 30, np.fliplr(np.eye(18))[None] * 30] * 20)
    p = counts + counts.transpose(0, 2, 1)
    p /= p.sum(axis=(1, 2), keepdims=True)
    weights = p / (p.sum(axis=2)[:, :, None] * p.sum(axis=1)[:, None, :] + np.spacing(1.0))
    expected = [
        np.sqrt(np.sort(np.linalg.eigvals(w @ one.T).real)[-2]) for w, one in zip(weights, p, strict=True)
    ]
    assert maximal_correlation(p, symmetrical=True) == pytest.approx(np.array(expected), rel=1e-9)


def test_mcc_with_rare_and_isolated_levels():
    p = np.diag([0.5, 0.3, 1e-6, 1e-6])
    p[0, 1] = p[1, 0] = 0.1 - 1e-6
    q = (p / (np.outer(p.sum(1), p.sum(1)) + np.spacing(1.0))) @ p.T
    expected = np.sqrt(np.sort(np.linalg.eigvals(q).real)[-2])
    assert maximal_correlation(p[None], symmetrical=True) == pytest.approx(expected, rel=1e-9)


def test_mcc_with_levels_that_weights_all_but_remove():
    rng = np.random.default_rng(283)
    p = 10.0 ** -rng.integers(0, 70, (8, 8))  # eps outweighs the products of most
    p = (p + p.T) / (2 * p.sum())
    q = (p / (np.outer(p.sum(1), p.sum(1)) + np.spacing(1.0))) @ p.T
    expected = np.sqrt(np.sort(np.linalg.eigvals(q).real)[-2])
    assert maximal_correlation(p[None], symmetrical=True) == pytest.approx(expected, rel=1e-9)


@quick
@given(hnp.arrays(np.int64, (4, 4), elements=st.integers(0, 9)).filter(lambda c: c.sum() > 0))
def test_pair_features_follow_their_definitions(counts):
    counts = (counts + counts.T).astype(float)
    levels = np.array([1, 2, 5, 9])
    p, i, j = counts / counts.sum(), levels[:, None], levels[None, :]
    found = pair_features(counts[None], levels, symmetrical=True)
    found = {name: float(value[0]) for name, value in found.items()}
    assert found["Contrast"] == pytest.approx((p * (i - j) ** 2).sum())
    assert found["Autocorrelation"] == pytest.approx((p * i * j).sum())
    assert found["Idn"] == pytest.approx((p / (1 + abs(i - j) / 9)).sum())
    assert found["ClusterTendency"] == pytest.approx((p * (i + j - 2 * (p * i).sum()) ** 2).sum(), abs=1e-9)
    assert found["SumAverage"] == pytest.approx(2 * found["JointAverage"])
    assert found["JointEntropy"] == pytest.approx(stats.entropy(p.ravel(), base=2), abs=1e-9)
    assert -1e-9 <= found["Imc2"] <= 1
    assert found["Imc1"] <= 1e-9


@quick
@given(LEVELS)
def test_counts_add_up(levels):
    found = glrlm(region(levels))
    assert 0 < found["RunPercentage"] <= 1
    zones = glszm(region(levels))
    assert 1 / levels.size <= zones["ZonePercentage"] <= 1
    counts = np.bincount(levels.ravel())
    assert gldm(region(levels))["GrayLevelNonUniformity"] == pytest.approx((counts**2).sum() / levels.size)


def test_flat_region_has_the_agreed_values():
    flat = region(np.ones((3, 3, 3), dtype=int))
    assert firstorder(flat)["Skewness"] == firstorder(flat)["Kurtosis"] == 0
    assert glcm(flat)["MCC"] == glcm(flat)["Correlation"] == 1
    assert glcm(flat)["Imc1"] == glcm(flat)["Imc2"] == 0
    assert ngtdm(flat)["Coarseness"] == 1e6
    assert [ngtdm(flat)[name] for name in ("Busyness", "Complexity", "Contrast", "Strength")] == [0, 0, 0, 0]


def test_voxels_apart_have_no_neighbours_to_compare():
    apart = np.zeros((1, 1, 3), dtype=int)
    apart[0, 0, [0, 2]] = 1, 2
    with pytest.raises(RoiTooSmall, match="neighbours"):
        glcm(region(apart))
    assert glrlm(region(apart))["RunPercentage"] == 1  # they lie on one line
    diagonal = np.zeros((1, 3, 2), dtype=int)
    diagonal[0, 0, 0], diagonal[0, 2, 1] = 1, 2
    with pytest.raises(RoiTooSmall, match="line"):
        glrlm(region(diagonal))


def test_neighbours_farther_than_the_region_take_no_room():
    settings = ExtractionSettings(texture=Texture(distances=(1, 5000)))
    image = Volume(np.arange(27.0).reshape(3, 3, 3))
    mask = Volume(np.ones((3, 3, 3), dtype=np.uint8))
    assert extract_features(image, mask, settings) == extract_features(image, mask, ExtractionSettings())


def test_plane_leaves_other_slices_alone():
    levels = np.random.default_rng(1).integers(1, 5, (4, 5, 6))
    shuffled = levels[[2, 0, 3, 1]]
    for family in TEXTURES:
        assert family(region(shuffled, plane=0)) == pytest.approx(family(region(levels, plane=0)))
        assert family(region(shuffled)) != pytest.approx(family(region(levels)))


@pytest.mark.parametrize("norm", ["manhattan", "euclidean", "infinity"])
def test_weights_depend_on_the_direction_of_large_spacing(norm):
    levels = np.random.default_rng(1).integers(1, 5, (4, 5, 6))
    even, flat = (
        region(levels, spacing, weighting_norm=norm) for spacing in ((1.0, 1.0, 1.0), (9.0, 1.0, 1.0))
    )
    in_plane = region(levels, weighting_norm=norm, plane=0)
    assert glcm(flat)["Contrast"] == pytest.approx(
        glcm(in_plane)["Contrast"], rel=1e-9
    )  # exp(-81) is nothing
    assert glcm(even)["Contrast"] != pytest.approx(glcm(in_plane)["Contrast"])
    assert glrlm(flat)["RunEntropy"] != pytest.approx(glrlm(even)["RunEntropy"])


def test_no_weighting_merges_directions():
    levels = np.random.default_rng(1).integers(1, 5, (4, 5, 6))
    merged = glrlm(region(levels, weighting_norm="no_weighting"))["GrayLevelNonUniformity"]
    assert merged == pytest.approx(13 * glrlm(region(levels))["GrayLevelNonUniformity"], rel=0.05)


@pytest.mark.parametrize("symmetrical", [True, False])
def test_mcc_of_many_levels_of_noise(symmetrical):
    pairs = np.random.default_rng(1).integers(0, 200, (2, 8000))
    p = np.zeros((200, 200))
    np.add.at(p, tuple(pairs), 1 / 8000)
    p = (p + p.T) / 2 if symmetrical else p
    q = p / np.outer(p.sum(axis=1), p.sum(axis=0)) @ p.T
    expected = np.sqrt(np.sort(np.linalg.eigvals(q).real)[-2])
    assert maximal_correlation(p[None], symmetrical=symmetrical) == pytest.approx(expected, rel=1e-9)
