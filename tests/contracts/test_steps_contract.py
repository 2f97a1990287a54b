"""Every registered step and resampler keeps scikit-learn's promises and ours."""

from functools import partial

import numpy as np
import pytest
from imblearn.utils.estimator_checks import estimator_checks_generator
from sklearn.utils.estimator_checks import parametrize_with_checks

from quick_fits import STEP_SETTINGS
from radiobone.core.errors import TooFewPerClass
from radiobone.selection.lasso import LassoSelector
from radiobone.selection.mannwhitney import MannWhitneyFilter
from radiobone.selection.mrmr import MRMRSelector
from radiobone.selection.registry import RESAMPLERS, STEPS
from radiobone.selection.resampling import SafeSMOTE
from radiobone.testing.contracts import (
    RESAMPLER_CHECKS,
    STEP_CHECKS,
    check_step_learns_in_fit_alone,
    planted_table,
)

REGISTERED = [step(**STEP_SETTINGS.get(name, {})) for name, step in STEPS.items()]
VARIANTS = [
    *REGISTERED,
    STEPS["correlation"](method="spearman"),
    MannWhitneyFilter(correction="bonferroni", max_features=2),
    MRMRSelector(scheme="miq", n_features=3),
    MRMRSelector(scheme="fcq", n_features=3),
    LassoSelector(rule="1se", max_features=4),
]


@pytest.mark.filterwarnings("ignore:SCIPY_ARRAY_API:sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(REGISTERED)
def test_scikit_learn(estimator, check):
    check(estimator)


# A resampler neither transforms nor predicts: of scikit-learn's checks it is given those of every estimator, and
# imbalanced-learn's own of samplers for the rest.
@pytest.mark.filterwarnings("ignore:SCIPY_ARRAY_API:sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([make() for make in RESAMPLERS.values()])
def test_scikit_learn_on_resamplers(estimator, check):
    check(estimator)


def short_name(part):
    return part.func.__name__ if isinstance(part, partial) else type(part).__name__


SAMPLER_CHECKS = [pair for make in RESAMPLERS.values() for pair in estimator_checks_generator(make())]


@pytest.mark.parametrize(("estimator", "check"), SAMPLER_CHECKS, ids=short_name)
def test_imbalanced_learn(estimator, check):
    check(estimator)


@pytest.mark.parametrize("check", STEP_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("step", VARIANTS, ids=repr)
def test_step(step, check):
    check(step)


@pytest.mark.parametrize("check", RESAMPLER_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", RESAMPLERS)
def test_resampler(name, check):
    check(RESAMPLERS[name]())


def test_a_step_that_learns_from_new_rows_is_caught():
    class Leaky(STEPS["scale"]):
        def transform(self, X):
            self.mean_ = np.asarray(X).mean(axis=0)
            return super().transform(X)

    with pytest.raises(AssertionError):
        check_step_learns_in_fit_alone(Leaky())


@pytest.mark.parametrize(("n_positive", "neighbours"), [(3, 2), (10, 5)])
def test_smote_lowers_its_neighbours_to_what_the_class_allows(n_positive, neighbours):
    X, y = planted_table(n_rows=40, share=n_positive / 40)
    smote = SafeSMOTE()
    _, new_y = smote.fit_resample(X, y)
    assert smote.k_neighbors_ == neighbours
    assert np.bincount(new_y).tolist() == [40 - n_positive, 40 - n_positive]


def test_smote_of_one_row_is_a_named_error():
    X, y = planted_table(n_rows=20, share=1 / 20)
    with pytest.raises(TooFewPerClass, match="1 row"):
        SafeSMOTE().fit_resample(X, y)


def test_smote_interpolates_between_rows_of_the_rarer_class():
    X, y = planted_table(n_rows=40, share=0.2)
    X[y == 1] = X[y == 1].clip(lower=5.0, upper=6.0)
    new_X, new_y = SafeSMOTE().fit_resample(X, y)
    made = new_X.iloc[40:].to_numpy()
    assert (new_y[40:] == 1).all()
    assert ((made >= 5.0) & (made <= 6.0)).all()
