"""What each family of models is, beyond the contract."""

import numpy as np
import pytest
import skops.io
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ParameterGrid
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC
from sklearn.utils._param_validation import InvalidParameterError

from quick_fits import quick_family
from radiobone.models.lr import make_l1, make_l2
from radiobone.models.registry import MODELS
from radiobone.selection.scale import ZScore
from radiobone.testing.contracts import planted_table, scores_of
from radiobone.testing.fitted_state import fitted_state

WEIGHTED = ["lr", "lr_l1", "lr_elasticnet", "svm", "rf", "catboost", "lda", "nb"]
RANDOM = ["rf", "et", "gb", "xgboost", "catboost", "mlp", "vote", "stack"]


def test_the_families_asked_for_are_there():
    assert {"lr", "svm", "rf", "gb", "xgboost", "catboost"} <= set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_the_search_is_small(name):
    assert 2 <= len(ParameterGrid(dict(MODELS[name].space))) <= 9


@pytest.mark.parametrize("name", RANDOM)
def test_another_seed_gives_another_model(name):
    X, y = planted_table()
    make = quick_family(name).make
    first, second = (scores_of(make(seed).fit(X.iloc[:40], y[:40]), X.iloc[40:]) for seed in (0, 1))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("name", [name for name in MODELS if name not in RANDOM and name != "lr_elasticnet"])
def test_a_model_without_chance_takes_any_seed(name):
    X, y = planted_table()
    first, second = (scores_of(MODELS[name].make(seed).fit(X, y), X) for seed in (0, 1))
    np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("name", WEIGHTED)
def test_a_rare_class_is_not_forgotten(name):
    X, y = planted_table(n_rows=400, share=0.06)
    model = MODELS[name].make(0)
    if name == "rf":
        model.set_params(min_samples_leaf=8)
    model.fit(X.iloc[:200], y[:200])
    assert model.predict(X.iloc[200:])[y[200:] == 1].mean() > 0.5


def test_the_support_vector_machine_leaves_probabilities_to_calibration():
    X, y = planted_table()
    assert not hasattr(MODELS["svm"].make(0).fit(X, y), "predict_proba")


@pytest.mark.parametrize("strength", [0.05, 0.3, 1.0])
def test_liblinears_l1_solution_is_sagas(strength):
    X, y = planted_table(n_rows=120, share=0.3)
    scaled = ZScore().fit_transform(X)
    exact = LogisticRegression(
        l1_ratio=1.0, C=strength, solver="saga", tol=1e-8, max_iter=100_000, class_weight="balanced"
    ).fit(scaled, y)
    ours = make_l1(0).set_params(C=strength, tol=1e-8).fit(scaled, y)
    np.testing.assert_allclose(ours.coef_, exact.coef_, atol=0.02)
    np.testing.assert_array_equal(ours.coef_ != 0, exact.coef_ != 0)


def test_logistic_regression_minimises_the_weighted_ridge_loss():
    X, y = planted_table(n_rows=60)
    scaled = ZScore().fit_transform(X)
    model = make_l2(0).set_params(C=0.1, tol=1e-10).fit(scaled, y)
    weight = len(y) / (2 * np.bincount(y))[y]
    residual = weight * (model.predict_proba(scaled)[:, 1] - y)
    np.testing.assert_allclose(0.1 * residual @ scaled, -model.coef_[0], atol=1e-5)
    assert residual.sum() == pytest.approx(0, abs=1e-4)


@pytest.mark.parametrize("name", MODELS)
def test_scores_of_rows_do_not_depend_on_their_company(name):
    X, y = planted_table()
    model = make_pipeline(ZScore(), MODELS[name].make(0)).fit(X, y)
    alone = np.concatenate([scores_of(model, X.iloc[[row]]) for row in range(10)])
    np.testing.assert_allclose(alone, scores_of(model, X)[:10], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_survives_a_file_without_pickle(name):
    X, y = planted_table()
    model = MODELS[name].make(0).fit(X, y)
    content = skops.io.dumps(model)
    restored = skops.io.loads(content, trusted=skops.io.get_untrusted_types(data=content))
    np.testing.assert_array_equal(scores_of(restored, X), scores_of(model, X))
    assert fitted_state(restored) == fitted_state(model)


def test_fewer_rows_than_neighbours_are_all_neighbours():
    X, y = planted_table(n_rows=30)
    few = MODELS["knn"].make(0).set_params(n_neighbors=41).fit(X.iloc[:12], y[:12])
    all_of_them = MODELS["knn"].make(0).set_params(n_neighbors=12).fit(X.iloc[:12], y[:12])
    np.testing.assert_array_equal(few.predict_proba(X), all_of_them.predict_proba(X))


def test_a_vote_is_the_mean_of_its_members_probabilities():
    X, y = planted_table(n_rows=60)
    vote = MODELS["vote"].make(4).set_params(members="lr+lda").fit(X, y)
    each = [MODELS[name].make(0).fit(X, y).predict_proba(X) for name in ("lr", "lda")]
    np.testing.assert_allclose(vote.predict_proba(X), np.mean(each, axis=0), rtol=1e-12)


def test_members_take_parameters_of_their_own():
    X, y = planted_table(n_rows=60)
    vote = MODELS["vote"].make(4).set_params(members="lr(C=0.01) + svm(kernel=linear, C=0.5)").fit(X, y)
    ridge = make_l2(0).set_params(C=0.01).fit(X, y)
    margin = SVC(kernel="linear", C=0.5, class_weight="balanced").fit(X, y).decision_function(X)
    expected = (ridge.predict_proba(X)[:, 1] + 1 / (1 + np.exp(-margin))) / 2
    np.testing.assert_allclose(vote.predict_proba(X)[:, 1], expected, rtol=1e-12)


WRONG = ["lr", "lr+lr", "lr+x", "lr+svm(kernel", "lr+svm(colour=3)", "lr+", "lr+rf(n_estimators)"]


@pytest.mark.parametrize(("name", "members"), [("vote", one) for one in WRONG] + [("stack", "lr+lr")])
def test_an_ensemble_says_what_its_members_may_be(name, members):
    X, y = planted_table(n_rows=40)
    with pytest.raises(InvalidParameterError, match="members"):
        MODELS[name].make(0).set_params(members=members).fit(X, y)


def test_a_stack_learns_its_weights_from_rows_of_patients_that_its_members_have_not_seen():
    X = planted_table(n_rows=60, share=0.5)[0]
    noise = np.random.default_rng(1).integers(0, 2, 30)  # a class that nothing tells, two rows per patient
    patients = np.repeat(np.arange(30), 2)
    twice = np.repeat(X.to_numpy()[:30], 2, axis=0)
    stack = MODELS["stack"].make(0).set_params(members="knn+nb")
    by_patient = np.abs(stack.fit(twice, np.repeat(noise, 2), groups=patients).final_.coef_[0, 0])
    by_row = np.abs(stack.fit(twice, np.repeat(noise, 2)).final_.coef_[0, 0])
    assert (
        by_row > 3 * by_patient
    )  # the nearest neighbour is the same patient: trusted, where patients are parted
