"""Models of ordered classes and of numbers: against other implementations, simulated truth, and our promises."""

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from sklearn.linear_model import ElasticNet, LogisticRegression
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from radiobone.models.frank_hall import FrankHall
from radiobone.models.penalised_regression import PenalisedRegression
from radiobone.models.proportional_odds import ProportionalOdds, _loss
from radiobone.models.registry import NUMBER_MODELS, ORDINAL_MODELS

# statsmodels 0.15.0, OrderedModel(distr="logit"), method="newton", tol=1e-12, on ``drawn()``
OF_STATSMODELS = {
    "coef": [1.16293641, -0.57961097, 0.22878374],
    "cuts": [-1.2269612, 0.42342621, 1.5742121],
    "llf": -143.46855820808062,
    "probability": [
        [0.3941112, 0.37800937, 0.14247703, 0.0854024],
        [0.22381882, 0.37651071, 0.22568265, 0.17398782],
    ],
}


def drawn(n=120, seed=20, cuts=(-1.0, 0.5, 2.0)):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)).round(3)
    return X, np.digitize(X @ [1.2, -0.6, 0.0] + rng.logistic(size=n), cuts)


class TestProportionalOdds:
    def test_agrees_with_statsmodels(self):
        X, y = drawn()
        model = ProportionalOdds(C=np.inf).fit(X, y)
        np.testing.assert_allclose(model.coef_, OF_STATSMODELS["coef"], atol=2e-7)
        np.testing.assert_allclose(model.cuts_, OF_STATSMODELS["cuts"], atol=2e-7)
        np.testing.assert_allclose(model.predict_proba(X[:2]), OF_STATSMODELS["probability"], atol=1e-7)
        of_truth = np.log(model.predict_proba(X)[np.arange(len(y)), y]).sum()
        assert of_truth == pytest.approx(OF_STATSMODELS["llf"], abs=1e-9)

    def test_finds_the_truth_in_many_rows(self):
        X, y = drawn(n=40_000, seed=3)
        model = ProportionalOdds(C=np.inf).fit(X, y)
        np.testing.assert_allclose(model.coef_, [1.2, -0.6, 0.0], atol=0.04)
        np.testing.assert_allclose(model.cuts_, [-1.0, 0.5, 2.0], atol=0.05)

    @pytest.mark.parametrize("C", [0.1, 1.0])
    def test_is_logistic_regression_for_two_classes(self, C):
        X, y = drawn(cuts=(0.3,))
        ours, theirs = ProportionalOdds(C=C).fit(X, y), LogisticRegression(C=C, tol=1e-10).fit(X, y)
        np.testing.assert_allclose(ours.coef_, theirs.coef_[0], atol=1e-5)
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-5)

    @pytest.mark.parametrize("seed", range(3))
    def test_gradient_is_that_of_the_loss(self, seed):
        X, y = drawn()
        at = np.random.default_rng(seed).normal(size=6) * 0.5
        numeric = approx_fprime(at, lambda free: _loss(free, X, y, 0.7)[0], 1e-7)
        np.testing.assert_allclose(_loss(at, X, y, 0.7)[1], numeric, atol=2e-4)

    def test_reversed_order_reverses_the_answer(self):
        X, y = drawn()
        forth, back = ProportionalOdds().fit(X, y), ProportionalOdds().fit(X, 3 - y)
        np.testing.assert_allclose(forth.predict_proba(X), back.predict_proba(X)[:, ::-1], atol=1e-6)

    def test_separated_classes_stay_finite(self):
        X = np.linspace(-3, 3, 60)[:, np.newaxis]
        model = ProportionalOdds(C=1e6).fit(X, np.digitize(X[:, 0], [-1, 1]))
        assert np.isfinite(model.predict_proba(X)).all()
        assert (model.predict(X) == np.digitize(X[:, 0], [-1, 1])).all()


class TestFrankHall:
    def test_is_a_model_per_boundary(self):
        X, y = drawn()
        ours = FrankHall(LogisticRegression(C=0.5)).fit(X, y).predict_proba(X)
        beyond = np.column_stack(
            [LogisticRegression(C=0.5).fit(X, y > k).predict_proba(X)[:, 1] for k in range(3)]
        )
        assert (np.diff(beyond, axis=1) <= 0).mean() > 0.9
        ordered = (np.diff(beyond, axis=1) <= 0).all(axis=1)
        expected = np.column_stack([1 - beyond[:, 0], -np.diff(beyond, axis=1), beyond[:, 2]])
        np.testing.assert_allclose(ours[ordered], expected[ordered], atol=1e-12)

    def test_parameters_of_the_model_within_go_by_their_own_names(self):
        assert ORDINAL_MODELS["rf"].make(0).set_params(n_estimators=7).estimator.n_estimators == 7
        assert {"C", "n_estimators"} <= ORDINAL_MODELS["lr"].parameters | ORDINAL_MODELS["rf"].parameters


class TestPenalisedRegression:
    @pytest.mark.parametrize("unit", [1.0, 250.0])
    def test_the_unit_of_the_target_does_not_matter(self, unit):
        X, _ = drawn()
        y = X @ [1.0, -0.5, 0.0] + np.random.default_rng(0).normal(size=len(X))
        model = PenalisedRegression(alpha=0.1, l1_ratio=0.7).fit(X, unit * y)
        once = ElasticNet(alpha=0.1, l1_ratio=0.7).fit(X, StandardScaler().fit_transform(y[:, None])[:, 0])
        np.testing.assert_allclose(model.coef_, once.coef_ * y.std() * unit, rtol=1e-6)
        np.testing.assert_allclose(model.predict(X).mean(), unit * y.mean(), atol=1e-9 * unit)


@pytest.mark.parametrize(
    "estimator", [ProportionalOdds(), FrankHall(), PenalisedRegression()], ids=lambda one: type(one).__name__
)
@pytest.mark.filterwarnings("ignore")
def test_passes_scikit_learns_checks(estimator):
    found = check_estimator(estimator, on_fail=None, on_skip=None)
    failed = {one["check_name"]: one["exception"] for one in found if one["status"] == "failed"}
    assert failed == {}


@pytest.mark.parametrize("name", ORDINAL_MODELS)
def test_ordered_classes_get_probabilities_that_learn(name):
    X, y = drawn(n=300, seed=1)
    first, again = (ORDINAL_MODELS[name].make(5).fit(X[:200], y[:200]) for _ in range(2))
    probability = first.predict_proba(X[200:])
    assert probability.shape == (100, 4)
    assert probability.min() >= -1e-12
    np.testing.assert_allclose(probability.sum(axis=1), 1.0)
    assert probability.tobytes() == again.predict_proba(X[200:]).tobytes()
    assert np.corrcoef(probability @ np.arange(4), y[200:])[0, 1] > 0.3
    assert ORDINAL_MODELS[name].name == name


@pytest.mark.parametrize("name", NUMBER_MODELS)
def test_numbers_are_learned(name):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4))
    y = 100 + 20 * X[:, 0] + 5 * rng.normal(size=200)
    first, again = (NUMBER_MODELS[name].make(5).fit(X[:150], y[:150]) for _ in range(2))
    assert np.corrcoef(first.predict(X[150:]), y[150:])[0, 1] > 0.8
    assert first.predict(X[150:]).tobytes() == again.predict(X[150:]).tobytes()
    assert NUMBER_MODELS[name].name == name
