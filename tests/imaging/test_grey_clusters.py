"""K-means against scikit-learn, fuzzy C-means against its definition."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.cluster import KMeans as Theirs

from radiobone.core.errors import EmptyMask, RoiTooSmall
from radiobone.imaging.grey_clusters import FuzzyCMeans, KMeans, cluster_pixels


def trabeculae(seed=0, shape=(40, 30)):
    """Dark pores and bright bone of known places."""
    rng = np.random.default_rng(seed)
    bone = rng.random(shape) < 0.4
    return np.where(bone, rng.normal(180, 8, shape), rng.normal(90, 12, shape)).round(), bone


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 1000), st.integers(2, 5))
def test_k_means_is_scikit_learns(seed, n_clusters):
    image, _ = trabeculae(seed)
    theirs = Theirs(n_clusters, n_init=20, random_state=0, tol=0, max_iter=1000).fit(image.reshape(-1, 1))
    ours = cluster_pixels(image, KMeans(n_clusters=n_clusters))
    assert ours.objective <= theirs.inertia_ * (1 + 1e-9)
    if ours.objective == pytest.approx(theirs.inertia_, rel=1e-9):
        np.testing.assert_allclose(ours.centres, np.sort(theirs.cluster_centers_.ravel()), rtol=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 30), min_size=4, max_size=9, unique=True), st.integers(2, 4))
def test_no_other_division_is_better(levels, n_clusters):
    image = np.sort(np.array(levels, dtype=float))[None]
    splits = combinations(range(1, len(levels)), n_clusters - 1)
    costs = [sum(part.var() * part.size for part in np.split(image[0], split)) for split in splits]
    assert cluster_pixels(image, KMeans(n_clusters=n_clusters)).objective == pytest.approx(
        min(costs), abs=1e-9
    )


def test_bone_and_pores_are_told_apart():
    image, bone = trabeculae()
    for settings_ in (KMeans(), FuzzyCMeans()):
        found = cluster_pixels(image, settings_)
        assert ((found.labels == 2) == bone).mean() > 0.999
        assert found.centres == pytest.approx([90, 180], abs=2)


@pytest.mark.parametrize(("n_clusters", "fuzziness"), [(2, 2.0), (3, 2.0), (2, 1.5), (4, 3.0)])
def test_fuzzy_c_means_meets_both_of_its_conditions(n_clusters, fuzziness):
    image, _ = trabeculae(1)
    found = cluster_pixels(image, FuzzyCMeans(n_clusters=n_clusters, fuzziness=fuzziness))
    x, u = image.ravel(), found.memberships.reshape(n_clusters, -1)
    np.testing.assert_allclose(u.sum(axis=0), 1)
    centres = (u**fuzziness @ x) / (u**fuzziness).sum(axis=1)
    np.testing.assert_allclose(found.centres, centres, rtol=1e-6)
    distance = np.abs(x - centres[:, None])
    ratios = (distance[:, None] / np.maximum(distance[None], 1e-300)) ** (2 / (fuzziness - 1))
    np.testing.assert_allclose(u, 1 / ratios.sum(axis=1), atol=1e-5)
    assert found.objective == pytest.approx((u**fuzziness * distance**2).sum(), rel=1e-6)


def test_fuzzy_c_means_finds_no_worse_than_a_hundred_random_beginnings():
    image, _ = trabeculae(2, (12, 12))
    x, rng = image.ravel(), np.random.default_rng(0)
    ends = []
    for _ in range(100):
        u = rng.dirichlet(np.ones(2), x.size).T
        for _ in range(200):
            centres = (u**2 @ x) / (u**2).sum(axis=1)
            inverse = 1 / np.maximum((x - centres[:, None]) ** 2, 1e-12)
            u = inverse / inverse.sum(axis=0)
        ends.append((u**2 * (x - centres[:, None]) ** 2).sum())
    assert cluster_pixels(image, FuzzyCMeans()).objective <= min(ends) * (1 + 1e-9)


def test_towards_fuzziness_one_it_is_k_means():
    image, _ = trabeculae(3)
    fuzzy, hard = (cluster_pixels(image, one) for one in (FuzzyCMeans(fuzziness=1.05), KMeans()))
    np.testing.assert_allclose(fuzzy.centres, hard.centres, rtol=1e-3)
    np.testing.assert_array_equal(fuzzy.labels, hard.labels)


def test_pixels_outside_the_region_count_for_nothing():
    image, _ = trabeculae()
    mask = np.zeros(image.shape, bool)
    mask[5:20, 5:20] = True
    wild = np.where(mask, image, 1e6)
    inside, alone = cluster_pixels(wild, mask=mask), cluster_pixels(image[5:20, 5:20])
    np.testing.assert_array_equal(inside.labels[5:20, 5:20], alone.labels)
    assert (inside.labels[~mask] == 0).all()


def test_two_runs_give_the_same_bits():
    image, _ = trabeculae()
    first, second = (cluster_pixels(image, FuzzyCMeans(n_clusters=3)) for _ in range(2))
    assert first.memberships.tobytes() == second.memberships.tobytes()


def test_what_cannot_be_clustered_is_named():
    with pytest.raises(RoiTooSmall, match="1 grey level"):
        cluster_pixels(np.full((5, 5), 2.0))
    with pytest.raises(EmptyMask):
        cluster_pixels(np.eye(5), mask=np.zeros((5, 5)))
