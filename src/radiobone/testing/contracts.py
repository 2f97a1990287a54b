"""What every step, resampler and model promises, as checks that any of them can be put through.

Each check takes what a registry holds and raises ``AssertionError`` with the broken promise. A new selector or
model is checked by being in its registry; one of your own, by calling the checks.

>>> from radiobone.selection.registry import STEPS
>>> for check in STEP_CHECKS:
...     check(STEPS["scale"]())
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import joblib
import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import ParameterGrid

from radiobone.core.errors import TooFewPerClass
from radiobone.core.seeds import rng_for
from radiobone.models.family import ModelFamily
from radiobone.testing.fitted_state import fitted_state

Labels = npt.NDArray[np.intp]
THREAD_ARGUMENTS = ("n_jobs", "nthread", "thread_count")


def planted_table(
    n_rows: int = 80, n_columns: int = 12, n_informative: int = 3, *, share: float = 0.4, seed: int = 0
) -> tuple[pd.DataFrame, Labels]:
    """Columns of noise, the first few shifted between two classes.

    Parameters
    ----------
    n_rows, n_columns, n_informative : int
    share : float
        Of positive rows.
    seed : int

    Returns
    -------
    X : DataFrame, shape (n_rows, n_columns)
        Named as features are; the shift is 1.5 standard deviations.
    y : ndarray of int, shape (n_rows,)
        0 and 1, mixed.
    """
    rng = rng_for(seed, "planted_table", n_rows, n_columns)
    y = rng.permutation((np.arange(n_rows) < round(share * n_rows)).astype(np.intp))
    values = rng.normal(size=(n_rows, n_columns))
    values[:, :n_informative] += 1.5 * y[:, np.newaxis]
    names = [f"wavelet-LLH_glcm_Feature{number:03d}" for number in range(n_columns)]
    return pd.DataFrame(values, columns=names), y


def _same(first: Any, second: Any) -> bool:
    return fitted_state(first) == fitted_state(second)


def _through_joblib(estimator: BaseEstimator) -> BaseEstimator:
    buffer = io.BytesIO()
    joblib.dump(estimator, buffer)
    buffer.seek(0)
    return joblib.load(buffer)


def check_step_refits_the_same(step: BaseEstimator) -> None:
    """Two fits on the same rows agree to the last bit, and a second fit forgets the first."""
    X, y = planted_table()
    other_X, other_y = planted_table(seed=1)
    once = clone(step).fit(X, y)
    again = clone(step).fit(other_X, other_y).fit(X, y)
    assert _same(once, clone(step).fit(X, y)), "two fits on the same rows differ"
    assert _same(once, again), "a second fit remembers the first"


def check_step_ignores_row_order(step: BaseEstimator) -> None:
    """Rows in another order select the same columns, unless the step draws random folds."""
    if "random_state" in step.get_params():
        return
    X, y = planted_table()
    order = rng_for(0, "row order").permutation(len(X))
    fitted, shuffled = clone(step).fit(X, y), clone(step).fit(X.iloc[order], y[order])
    names = list(fitted.get_feature_names_out())
    assert names == list(shuffled.get_feature_names_out()), "columns depend on the order of rows"
    np.testing.assert_allclose(fitted.transform(X), shuffled.transform(X), rtol=1e-10, atol=1e-12)


def check_step_keeps_names(step: BaseEstimator) -> None:
    """Names out are names in, in their order, or all new; one for each column; data frames come out on request."""
    X, y = planted_table()
    fitted = clone(step).set_output(transform="pandas").fit(X, y)
    names = list(fitted.get_feature_names_out())
    out = fitted.transform(X)
    assert list(fitted.feature_names_in_) == list(X.columns), "names were not kept"
    if getattr(step, "makes_columns", False):
        assert not set(names) & set(X.columns), "a new column is named like an old one"
        assert len(set(names)) == len(names), "two columns have one name"
    else:
        assert names == [name for name in X.columns if name in set(names)], "names are new or out of order"
    assert list(out.columns) == names, "columns and names differ"
    assert out.index.equals(X.index), "the index was lost"


def check_step_takes_arrays_and_frames(step: BaseEstimator) -> None:
    """Arrays give the same numbers as data frames."""
    X, y = planted_table()
    from_frame = clone(step).fit(X, y).transform(X)
    from_array = clone(step).fit(X.to_numpy(), y).transform(X.to_numpy())
    np.testing.assert_array_equal(from_frame, from_array)


def check_step_takes_any_two_labels(step: BaseEstimator) -> None:
    """Words do for labels, and change nothing."""
    X, y = planted_table()
    words = np.where(y == 1, "yes", "no")
    np.testing.assert_array_equal(clone(step).fit(X, y).transform(X), clone(step).fit(X, words).transform(X))


def check_step_never_returns_nothing(step: BaseEstimator) -> None:
    """Noise, and columns that are all constant, still leave a column."""
    noise, y = planted_table(n_rows=24, n_informative=0, seed=3)
    constant = noise * 0.0 + 7.0
    for table in (noise, constant, noise.iloc[:, :1]):
        out = clone(step).fit(table, y).transform(table)
        assert out.shape[0] == len(table), "rows were lost"
        assert out.shape[1] >= 1, "no column is left"
        assert np.isfinite(out).all(), "finite numbers became infinite or NaN"


def check_step_learns_in_fit_alone(step: BaseEstimator) -> None:
    """Learn nothing from rows to transform, change no input, treat each row by itself."""
    X, y = planted_table()
    train, rest = X.iloc[:60].copy(), X.iloc[60:] * 1e6
    fitted = clone(step).fit(train, y[:60])
    before = fitted_state(fitted)
    together = np.asarray(fitted.transform(rest))
    one_by_one = np.vstack([fitted.transform(rest.iloc[[row]]) for row in range(len(rest))])
    assert fitted_state(fitted) == before, "transform changed what fit had learned"
    np.testing.assert_array_equal(together, one_by_one)
    pd.testing.assert_frame_equal(train, X.iloc[:60])


def check_step_clones_and_pickles(step: BaseEstimator) -> None:
    """Clones have the parameters and nothing learned; joblib gives back the same state and numbers."""
    X, y = planted_table()
    fitted = clone(step).fit(X, y)
    assert _same(clone(fitted), clone(step)), "a clone remembers"
    restored = _through_joblib(fitted)
    assert _same(restored, fitted), "the state changed on the way through joblib"
    np.testing.assert_array_equal(restored.transform(X), fitted.transform(X))


STEP_CHECKS: tuple[Callable[[BaseEstimator], None], ...] = (
    check_step_refits_the_same,
    check_step_ignores_row_order,
    check_step_keeps_names,
    check_step_takes_arrays_and_frames,
    check_step_takes_any_two_labels,
    check_step_never_returns_nothing,
    check_step_learns_in_fit_alone,
    check_step_clones_and_pickles,
)


def check_resampler_repeats(resampler: BaseEstimator) -> None:
    """Two runs agree, also without a seed given; the input stays as it is."""
    X, y = planted_table(share=0.25)
    copy = X.copy()
    first, second = clone(resampler).fit_resample(X, y), clone(resampler).fit_resample(X, y)
    pd.testing.assert_frame_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    pd.testing.assert_frame_equal(X, copy)


def check_resampler_keeps_names_and_classes(resampler: BaseEstimator) -> None:
    """Columns keep their names, labels stay labels, and the classes come no further apart in size."""
    X, y = planted_table(share=0.25)
    new_X, new_y = clone(resampler).fit_resample(X, y)
    assert list(new_X.columns) == list(X.columns), "names were lost"
    assert len(new_X) == len(new_y), "rows and labels differ in number"
    assert set(new_y) == {0, 1}, "classes were lost or made up"
    assert abs(new_y.mean() - 0.5) <= abs(y.mean() - 0.5), "the classes are less balanced than before"


def check_resampler_bears_tiny_classes(resampler: BaseEstimator) -> None:
    """With few rows in a class it works, or says TooFewPerClass; nothing else."""
    for n_positive in (1, 2, 3, 5):
        X, y = planted_table(n_rows=20, share=n_positive / 20, seed=n_positive)
        try:
            _, new_y = clone(resampler).fit_resample(X, y)
        except TooFewPerClass:
            continue
        assert set(new_y) == {0, 1}, f"a class of {n_positive} was lost"


RESAMPLER_CHECKS: tuple[Callable[[BaseEstimator], None], ...] = (
    check_resampler_repeats,
    check_resampler_keeps_names_and_classes,
    check_resampler_bears_tiny_classes,
)


def scores_of(model: BaseEstimator, X: Any) -> npt.NDArray[np.float64]:
    """Score of the positive class, shape (n_rows,): log odds or margin if the model has one, or chance."""
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(X), dtype=np.float64)
    return np.asarray(model.predict_proba(X)[:, 1], dtype=np.float64)


def check_model_refits_the_same(family: ModelFamily) -> None:
    """One seed gives one model, to the last bit; predicting teaches nothing."""
    X, y = planted_table()
    first, second = family.make(7).fit(X, y), family.make(7).fit(X, y)
    assert _same(first, second), "two fits with one seed differ"
    np.testing.assert_array_equal(scores_of(first, X), scores_of(second, X))
    assert _same(first, second), "predicting changed the model"


def check_model_searches_its_space(family: ModelFamily) -> None:
    """Every point of the grid fits without a warning, and gives one finite score per row."""
    X, y = planted_table(n_rows=50)
    for point in ParameterGrid(dict(family.space)):
        scores = scores_of(clone(family.make(0)).set_params(**point).fit(X, y), X)
        assert scores.shape == (50,), f"{point}: {scores.shape} scores for 50 rows"
        assert np.isfinite(scores).all(), f"{point}: scores are not finite"


def check_model_learns(family: ModelFamily) -> None:
    """Find a planted signal in new rows; a higher score means the second class."""
    X, y = planted_table(n_rows=160)
    area = roc_auc_score(y[80:], scores_of(family.make(0).fit(X.iloc[:80], y[:80]), X.iloc[80:]))
    assert area > 0.8, f"AUC {area:.2f} where an ideal model has about 0.97, and a single tree 0.85"


def check_model_takes_arrays_and_frames(family: ModelFamily) -> None:
    """Arrays give the same scores as data frames."""
    X, y = planted_table()
    from_frame = scores_of(family.make(0).fit(X, y), X)
    np.testing.assert_array_equal(from_frame, scores_of(family.make(0).fit(X.to_numpy(), y), X.to_numpy()))


def check_model_clones_and_pickles(family: ModelFamily) -> None:
    """Clones have the parameters and nothing learned; joblib gives back the same state and scores."""
    X, y = planted_table()
    fitted = family.make(5).fit(X, y)
    assert _same(clone(fitted), family.make(5)), "a clone remembers"
    restored = _through_joblib(fitted)
    assert _same(restored, fitted), "the state changed on the way through joblib"
    np.testing.assert_array_equal(scores_of(restored, X), scores_of(fitted, X))


def check_model_uses_one_thread(family: ModelFamily) -> None:
    """No argument asks for threads; workers of the nested cross-validation share the machine already."""
    parameters = family.make(0).get_params()
    asked = {name: parameters[name] for name in THREAD_ARGUMENTS if parameters.get(name) not in (None, 1)}
    assert not asked, f"more than one thread: {asked}"


MODEL_CHECKS: tuple[Callable[[ModelFamily], None], ...] = (
    check_model_refits_the_same,
    check_model_searches_its_space,
    check_model_learns,
    check_model_takes_arrays_and_frames,
    check_model_clones_and_pickles,
    check_model_uses_one_thread,
)
