"""Whether probabilities are calibrated is chosen by inner folds to which the curve was not fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import log_loss
from sklearn.model_selection import PredefinedSplit

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.evaluation.blocks.late import learn
from radiobone.evaluation.calibration import calibrated, curve_helps, fit_sigmoid
from radiobone.evaluation.inner_rows import InnerRows
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits import Split
from radiobone.testing.tables import Design, planted_cohort

FOLDS = {"outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 3}}


def held_out(factor: float, seed: int, n: int = 300, parts: int = 5) -> InnerRows:
    """Scores that are ``factor`` times the log odds by which the classes were drawn."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0, 1.5, n)
    y = (rng.random(n) < expit(log_odds)).astype(np.int64)
    of_row = np.arange(n) % parts
    splits = [
        Split(0, part, np.flatnonzero(of_row != part), np.flatnonzero(of_row == part))
        for part in range(parts)
    ]
    row = np.concatenate([split.test for split in splits])
    return InnerRows(factor * log_odds[row], y[row], row, splits)


@pytest.mark.parametrize("factor", [0.2, 4.0])
@pytest.mark.parametrize("seed", range(5))
def test_probabilities_that_are_too_bold_or_too_shy_get_the_curve(factor: float, seed: int) -> None:
    rows = held_out(factor, seed)
    found = calibrated(rows, "choose", are_log_odds=True)
    assert found == fit_sigmoid(rows.scores, rows.y)
    assert found.slope / found.scale == pytest.approx(1 / factor, rel=0.4)


def test_probabilities_that_are_right_are_mostly_left_alone() -> None:
    left = [calibrated(held_out(1.0, seed), "choose", are_log_odds=True) is None for seed in range(60)]
    assert (
        np.mean(left) > 0.6
    )  # a curve of two parameters costs about one unit of deviance, and gains by luck at times


def test_scores_that_are_no_log_odds_always_get_the_curve() -> None:
    rows = held_out(1.0, 1)
    for kind in ("none", "sigmoid", "choose"):
        assert calibrated(rows, kind, are_log_odds=False) == fit_sigmoid(rows.scores, rows.y)
    assert calibrated(rows, "none", are_log_odds=True) is None


@pytest.mark.parametrize("seed", range(20))
def test_it_is_the_log_loss_of_folds_left_out(seed: int) -> None:
    rows = held_out(1.4, seed, n=60, parts=3)
    part = PredefinedSplit(rows.row % 3)
    curved = np.empty(60)
    for train, test in part.split():
        curved[test] = fit_sigmoid(rows.scores[train], rows.y[train]).predict(rows.scores[test])
    assert curve_helps(rows) == (log_loss(rows.y, curved) < log_loss(rows.y, expit(rows.scores)))


def test_a_row_that_comes_again_in_another_repeat_is_left_out_of_both() -> None:
    once = held_out(1.0, 3, n=40, parts=4)
    again = InnerRows(
        np.concatenate([once.scores, -once.scores]),
        np.concatenate([once.y, once.y]),
        np.concatenate([once.row, once.row]),
        [*once.splits, *once.splits],
    )
    curved = np.empty(80)
    for place, row in enumerate(again.row):
        others = again.row % 4 != row % 4
        curved[place] = fit_sigmoid(again.scores[others], again.y[others]).predict(again.scores[place])
    assert curve_helps(again) == (log_loss(again.y, curved) < log_loss(again.y, expit(again.scores)))


def of_pipeline(**more: Any) -> Any:
    made = planted_cohort(
        Design(n_patients=180, n_features=12, n_informative=4, block_size=3), auc=0.9, seed=3
    )
    cohort = cohort_from_arrays(made.X, made.y, groups=made.patient)
    content = {
        "steps": ["impute", "scale"],
        "models": [{"lr": {"C": 3e-3}}],
        "calibration": "choose",
        **FOLDS,
    }
    return cohort, load_pipeline({**content, **more})


def test_a_model_that_was_shrunk_far_is_calibrated_in_nested_cross_validation() -> None:
    cohort, spec = of_pipeline()
    chosen, curve, bare = (
        nested_cv(
            cohort, load_pipeline({**spec.model_dump(), "calibration": kind}), seed=0
        ).result.predictions
        for kind in ("choose", "sigmoid", "none")
    )
    np.testing.assert_array_equal(chosen["probability"], curve["probability"])
    assert 1.5 * np.ptp(bare["probability"]) < np.ptp(curve["probability"])


def test_late_fusion_chooses_for_members_and_for_what_they_say_together() -> None:
    cohort, _ = of_pipeline()
    names = list(cohort.X.columns)
    _, spec = of_pipeline(blocks={"a": {"columns": names[:6]}, "b": {"columns": names[6:]}}, fusion="late")
    loss = {}
    for kind in ("choose", "sigmoid", "none"):
        fitted = learn(
            cohort.X,
            cohort.y,
            cohort.groups,
            load_pipeline({**spec.model_dump(), "calibration": kind}),
            seed=0,
        )
        loss[kind] = log_loss(cohort.y[fitted.unseen_row], fitted.unseen)
    assert loss["choose"] == pytest.approx(loss["sigmoid"], abs=0.02)
    assert loss["choose"] < loss["none"] - 0.1
