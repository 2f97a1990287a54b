"""ComBat against neuroCombat and neuroHarmonize, known site effects, and what it refuses."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from radiobone.core.errors import (
    BadSetting,
    ConfoundedCovariate,
    MissingColumn,
    TargetAsCovariate,
    TooFewRows,
    UnseenSite,
)
from radiobone.selection.combat import ComBat
from radiobone.testing.contracts import STEP_CHECKS

STORED = json.loads((Path(__file__).parent / "data" / "combat.json").read_text(encoding="utf-8"))
SITES = np.array(STORED["sites"])
FEATURES = [f"feature{number}" for number in range(7)]
CLINICAL = ["age", "sex=M"]
WITH_COVARIATES = {"covariates": "age, sex"}
CASES = {
    "plain": {},
    "covariates": WITH_COVARIATES,
    "reference": {**WITH_COVARIATES, "reference": "a"},
    "no_eb": {"prior": "none"},
    "mean_only": {"mean_only": True},
    "nonparametric": {"prior": "nonparametric"},
}


def table():
    X = pd.DataFrame(STORED["X"], columns=FEATURES)
    return X.assign(**{"age": STORED["age"], "sex=M": STORED["sex"]})


def simulated(n_per_site=60, n_features=40, seed=1):
    """Rows of three sites with known shift and stretch, and what they would be at no site."""
    rng = np.random.default_rng(seed)
    sites = np.repeat(["Aachen", "Bonn", "Celle"], n_per_site)
    truth = rng.normal(size=(3 * n_per_site, n_features)) * 3 + 50
    shift = rng.normal([[2.0], [-3.0], [1.0]], 0.5, (3, n_features)) * 3
    stretch = rng.normal([[1.0], [1.8], [0.5]], 0.05, (3, n_features))
    code = np.repeat([0, 1, 2], n_per_site)
    return truth, 50 + (truth - 50) * stretch[code] + shift[code], sites


@pytest.mark.parametrize("case", CASES)
def test_equals_neurocombat(case):
    found = ComBat(**CASES[case]).fit_transform(table(), sites=SITES, clinical=CLINICAL)
    assert_allclose(found[:, :7], STORED["expected"][case], rtol=1e-9, atol=1e-9)
    assert_array_equal(found[:, 7:], table()[CLINICAL].to_numpy())  # clinical columns are left as they are


def test_held_out_rows_equal_neuroharmonize():
    train = np.arange(len(SITES)) % 3 != 0
    step = ComBat(**WITH_COVARIATES).fit(table()[train], sites=SITES[train])
    found = step.transform(table()[~train], sites=SITES[~train])
    assert_allclose(found[:, :7], STORED["expected"]["held_out"], rtol=1e-9, atol=1e-9)


def test_known_site_effects_are_taken_out():
    truth, X, sites = simulated()
    found = ComBat().fit_transform(X, sites=sites)

    def between(values):
        means = np.array([values[sites == site].mean(axis=0) for site in np.unique(sites)])
        return means.std(axis=0).mean()

    spread = [found[sites == site].std(axis=0).mean() for site in np.unique(sites)]
    assert between(X) > 5
    assert between(found) < between(truth)
    assert max(spread) / min(spread) < 1.05
    within = [np.corrcoef(found[sites == s, 0], truth[sites == s, 0])[0, 1] for s in np.unique(sites)]
    assert_allclose(within, 1.0)


def test_the_effect_of_a_covariate_is_kept():
    """Older patients at one site: without the covariate part of age's effect is taken for the site's."""
    rng = np.random.default_rng(4)
    sites = np.repeat(["a", "b"], 200)
    age = rng.normal(np.where(sites == "a", 50.0, 70.0), 8.0)
    X = pd.DataFrame(rng.normal(size=(400, 30)) + 0.2 * age[:, None] + 5.0 * (sites == "b")[:, None])
    X.columns = [f"f{number}" for number in range(30)]
    X["age"] = age

    def slope(step):
        found = step.fit_transform(X, sites=sites, clinical=["age"])[:, :30]
        return np.polyfit(age, found.mean(axis=1), 1)[0]

    assert slope(ComBat(covariates="age")) == pytest.approx(0.2, abs=0.01)
    assert slope(ComBat()) < 0.12


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    prior=st.sampled_from(["parametric", "nonparametric", "none"]),
    mean_only=st.booleans(),
    reference=st.sampled_from([None, "Bonn"]),
)
def test_transform_of_training_rows_is_fit_transform_in_any_order(seed, prior, mean_only, reference):
    _, X, sites = simulated(8, 6, seed)
    step = ComBat(prior=prior, mean_only=mean_only, reference=reference)
    found = step.fit_transform(X, sites=sites)
    assert_array_equal(found, step.transform(X, sites=sites))
    order = np.random.default_rng(seed).permutation(len(X))
    other = ComBat(**step.get_params()).fit(X[order], sites=sites[order])
    assert_allclose(other.transform(X, sites=sites), found, rtol=1e-8, atol=1e-8)


class OfSites(ComBat):
    """Reads the site off the first column, for checks that give features alone."""

    def fit(self, X, y=None, sites=None, clinical=()):
        return super().fit(X, y, sites=self.sites_of(X))

    def transform(self, X, sites=None):
        return super().transform(X, sites=self.sites_of(X))

    def sites_of(self, X):
        return np.where(np.asarray(X)[:, 0] > 0, "right", "left")


@pytest.mark.parametrize("check", STEP_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("step", [OfSites("pooled"), OfSites("pooled", mean_only=True)], ids=repr)
def test_contracts_hold_with_sites(step, check):
    check(step)


class TestUnseenSites:
    def test_are_refused_by_default(self):
        step = ComBat().fit(table(), sites=SITES)
        with pytest.raises(UnseenSite, match=r"1 rows are from site 'new'.*'a', 'b', 'c'.*pooled"):
            step.transform(table().iloc[:2], sites=["a", "new"])

    def test_pooled_rows_are_left_as_they_are(self):
        step = ComBat("pooled").fit(table(), sites=SITES)
        assert_array_equal(step.transform(table(), sites=["new"] * len(SITES)), table().to_numpy())

    def test_pooled_rows_get_the_mean_correction_to_the_reference(self):
        _, X, sites = simulated()
        step = ComBat("pooled", reference="Bonn").fit(X, sites=sites)
        found = step.transform(X[:1], sites=["new"])
        weight = np.full(3, 1 / 3)
        centre, spread = step.centre_, np.sqrt(weight @ step.spread_**2)
        z = (X[:1] - centre) / step.sd_
        assert_allclose(found, centre + step.sd_ * (z - weight @ step.shift_) / spread)

    def test_reference_rows_and_rows_like_them_are_left_as_they_are(self):
        step = ComBat("reference", reference="b").fit(table(), sites=SITES)
        for site in ("b", "new"):
            assert_array_equal(step.transform(table(), sites=[site] * len(SITES)), table().to_numpy())

    def test_reference_needs_a_name(self):
        with pytest.raises(BadSetting, match="no reference site is named"):
            ComBat("reference").fit(table(), sites=SITES)

    def test_reference_without_training_rows(self):
        with pytest.raises(UnseenSite, match="'Z' has 0 training rows"):
            ComBat(reference="Z").fit(table(), sites=SITES)


class TestSmallSites:
    sites = np.where(np.arange(len(SITES)) == 3, "tiny", SITES)

    def test_one_row_is_refused_with_unseen_sites(self):
        with pytest.raises(TooFewRows, match=r"'tiny' has one training row.*Merge"):
            ComBat().fit(table(), sites=self.sites)

    def test_one_row_counts_as_unseen_where_such_are_not_refused(self):
        step = ComBat("pooled").fit(table(), sites=self.sites)
        rest = np.arange(len(SITES)) != 3
        alone = ComBat("pooled").fit(table()[rest], sites=SITES[rest])
        assert step.sites_.tolist() == ["a", "b", "c"]
        assert_array_equal(
            step.transform(table(), sites=self.sites), alone.transform(table(), sites=self.sites)
        )

    def test_one_row_is_enough_for_a_mean(self):
        assert "tiny" in ComBat(mean_only=True).fit(table(), sites=self.sites).sites_

    def test_every_row_of_another_site(self):
        with pytest.raises(TooFewRows):
            ComBat("pooled").fit(table(), sites=[str(row) for row in range(len(SITES))])

    def test_one_site_changes_nothing(self):
        found = ComBat().fit_transform(table(), sites=["a"] * len(SITES))
        assert_array_equal(found, table().to_numpy())


class TestConstantFeatures:
    def test_within_one_site_is_shifted_only(self):
        _, X, sites = simulated(20, 10)
        X[sites == "Bonn", 0] = 7.0
        found = ComBat().fit_transform(X, sites=sites)
        assert np.isfinite(found).all()
        assert np.ptp(found[sites == "Bonn", 0]) == 0
        others = ComBat().fit_transform(X[:, 1:], sites=sites)[sites == "Bonn"]
        assert_allclose(found[sites == "Bonn", 1:], others)  # and teaches the others nothing

    def test_everywhere_or_within_every_site(self):
        _, X, sites = simulated(20, 10)
        X[:, 0] = 1e9
        X[:, 1] = np.unique(sites, return_inverse=True)[1] * 1e-3
        found = ComBat().fit_transform(X, sites=sites)
        assert_array_equal(found[:, 0], X[:, 0])
        assert_allclose(found[:, 1], X[:, 1].mean(), rtol=1e-12)

    def test_a_single_feature(self):
        _, X, sites = simulated(20, 1)
        found = ComBat().fit_transform(X, sites=sites)
        assert_allclose([found[sites == site].mean() for site in np.unique(sites)], X.mean())


class TestCovariates:
    def test_the_target_is_refused(self):
        y = (np.asarray(STORED["sex"]) == 0).astype(int)
        with pytest.raises(TargetAsCovariate, match="'sex=M' is the target"):
            ComBat(covariates="sex").fit(table(), y, sites=SITES)
        with pytest.raises(TargetAsCovariate):
            ComBat(covariates="sex").fit(table(), np.where(y == 1, "yes", "no"), sites=SITES)

    def test_confounded_with_the_site(self):
        X = table().assign(female=(SITES == "b").astype(float))
        with pytest.raises(ConfoundedCovariate, match="cannot be told from the sites"):
            ComBat(covariates="female").fit(X, sites=SITES)

    def test_words_in_several_columns_are_no_confounding(self):
        stage = np.arange(len(SITES)) % 3
        X = table().assign(**{f"stage={number}": (stage == number).astype(float) for number in range(3)})
        some = ComBat(covariates=["stage"]).fit_transform(X, sites=SITES)
        fewer = ComBat(covariates=["stage=0", "stage=2"]).fit_transform(X, sites=SITES, clinical=["stage=1"])
        assert_allclose(some, fewer, rtol=1e-9, atol=1e-9)

    def test_constant_in_the_training_rows(self):
        X = table().assign(smoker=1.0)
        found = ComBat(covariates="smoker").fit_transform(X, sites=SITES)
        assert_allclose(found, ComBat().fit_transform(X, sites=SITES), atol=1e-9)

    def test_more_effects_than_rows(self):
        with pytest.raises(TooFewRows, match="cannot tell the effects"):
            ComBat(covariates="age,sex").fit(table().iloc[[0, 1, 14, 15]], sites=["a", "a", "b", "b"])

    def test_no_such_column(self):
        with pytest.raises(MissingColumn, match="keep the effect of 'bmi'"):
            ComBat(covariates="bmi").fit(table(), sites=SITES)


class TestSitesOfRows:
    def test_missing_in_transform(self):
        with pytest.raises(BadSetting, match="no sites are given"):
            ComBat().fit(table(), sites=SITES).transform(table())

    @pytest.mark.parametrize("gap", [None, np.nan, " "])
    def test_gaps(self, gap):
        sites = SITES.astype(object)
        sites[4] = gap
        with pytest.raises(BadSetting, match="1 of 36 rows have no site, the first is row 5"):
            ComBat().fit(table(), sites=sites)

    def test_too_few(self):
        with pytest.raises(BadSetting, match="2 sites are given for 36 rows"):
            ComBat().fit(table(), sites=["a", "b"])

    @pytest.mark.parametrize("wrong", [{"unseen": "ignore"}, {"prior": "flat"}])
    def test_words_that_mean_nothing(self, wrong):
        with pytest.raises(BadSetting, match="means nothing here"):
            ComBat(**wrong).fit(table(), sites=SITES)
