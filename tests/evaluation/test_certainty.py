"""Intervals keep what they promise on draws whose truth is known, and what a model leaves open is harder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.warnings import OutsideTrainingRange
from radiobone.evaluation.calibration import fit_sigmoid
from radiobone.evaluation.certainty import from_plain, to_plain
from radiobone.evaluation.conformal import fit_classes, fit_number, reached
from radiobone.evaluation.final_model import Model, fit_model, load_model
from radiobone.evaluation.probability_interval import fit_probability
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.venn_abers import MOST_LEVELS, fit_venn_abers

ONES = np.ones
FAST = {
    "name": "fast",
    "title": "For tests",
    "steps": ["scale"],
    "models": ["lr"],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 5},
}


def refitted(scores: np.ndarray, y: np.ndarray, weights: np.ndarray, new: float, label: int) -> float:
    """Another program's isotonic regression with the new row among the others."""
    curve = IsotonicRegression(y_min=0, y_max=1)
    curve.fit(np.append(scores, new), np.append(y, label), sample_weight=np.append(weights, 1.0))
    return float(curve.predict([new])[0])


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 1)), min_size=1, max_size=40),
    st.sampled_from([1.0, 0.5, 0.25]),
)
def test_both_probabilities_are_those_of_a_fit_with_the_new_row(
    rows: list[tuple[int, int]], w: float
) -> None:
    scores, y = np.array(rows, dtype=float).T / [[13.0], [1.0]]
    weights = np.full(len(y), w)
    steps = fit_venn_abers(scores, y, weights)
    for new in (*np.unique(scores), *(np.arange(-1, 13) + 0.5) / 13):
        low, high = (float(one) for one in steps.predict(new))
        assert low == pytest.approx(refitted(scores, y, weights, new, 0), abs=1e-9)
        assert high == pytest.approx(refitted(scores, y, weights, new, 1), abs=1e-9)
        assert low <= high


def test_one_of_the_two_is_calibrated_whatever_the_curve() -> None:
    """Vovk and Petej's theorem: the probability that belongs to the true class is met by as many positives."""
    rng = np.random.default_rng(0)
    widths = []
    for n_rows in (60, 240):
        told, positive, width = [], [], []
        for _ in range(400):
            score = rng.uniform(size=n_rows + 50)
            truth = np.where(score < 0.5, 0.15, 0.15 + 1.4 * (score - 0.5))  # no sigmoid
            y = (rng.uniform(size=len(score)) < truth).astype(int)
            low, high = fit_venn_abers(score[:n_rows], y[:n_rows], ONES(n_rows)).predict(score[n_rows:])
            positive.append(y[n_rows:])
            told.append(np.where(y[n_rows:] == 1, high, low))
            width.append(high - low)
        probability, y, by = np.concatenate(told), np.concatenate(positive), np.linspace(0, 1, 6)
        part = np.clip(np.digitize(probability, by) - 1, 0, 4)
        n, met, expected = (np.bincount(part, w, 5) for w in (ONES(len(y)), y, probability))
        assert (np.abs(met / n - expected / n) < 0.035).all()
        widths.append(np.mean(width))
    assert widths[1] < 0.6 * widths[0]  # more patients, less doubt


@pytest.mark.parametrize(("slope", "shift"), [(1.5, 0.0), (0.4, 0.3), (5.0, -3.0)])
@pytest.mark.parametrize("n_patients", [40, 200])
def test_intervals_hold_the_true_probability(slope: float, shift: float, n_patients: int) -> None:
    """Two rows per patient with one class: counted as patients of their own they would promise too much."""
    rng = np.random.default_rng(n_patients)
    held = []
    for _ in range(150):
        own = np.repeat(rng.normal(size=n_patients), 2)
        old, new = own + 1e-6 * rng.normal(size=len(own)), rng.normal(size=100)
        y = np.repeat((rng.uniform(size=n_patients) < expit(slope * own[::2] + shift)).astype(int), 2)
        curve = fit_sigmoid(old, y)
        interval = fit_probability(curve.predict(old), y, ONES(len(y)) / 2)
        low, high = interval.predict(curve.predict(new))
        truth = expit(slope * new + shift)
        held.append(np.mean((low <= truth) & (truth <= high)))
    assert np.mean(held) > 0.93


@pytest.mark.parametrize("score", [0.0, 0.5, 1.0])
def test_scores_that_say_nothing_still_have_an_interval(score: float) -> None:
    interval = fit_probability(np.full(20, score), np.arange(20) % 2, ONES(20))
    low, high = interval.predict(np.array([score, 0.5]))
    assert (low <= 0.5).all()
    assert (high >= 0.5).all()
    assert np.isfinite([low, high]).all()


def test_many_scores_make_few_steps_and_patients_with_many_rows_count_once() -> None:
    rng = np.random.default_rng(1)
    score = rng.uniform(size=3000)
    y = (rng.uniform(size=3000) < score).astype(int)
    steps = fit_venn_abers(score, y, ONES(3000))
    assert len(steps.starts) <= 2 * MOST_LEVELS + 1
    exact = [
        (refitted(score, y, ONES(3000), one, 0), refitted(score, y, ONES(3000), one, 1)) for one in (0.2, 0.7)
    ]
    for new, (low, high) in zip((0.2, 0.7), exact, strict=True):
        found = [float(one) for one in steps.predict(new)]
        assert found == pytest.approx([low, high], abs=0.03)
    once = fit_venn_abers(score[:80], y[:80], ONES(80))
    thrice = fit_venn_abers(np.repeat(score[:80], 3), np.repeat(y[:80], 3), ONES(240) / 3)
    assert thrice.predict(score) == pytest.approx(np.array(once.predict(score)), abs=1e-9)


@pytest.mark.parametrize("n_patients", [12, 40, 150])
def test_number_intervals_hold_the_promised_share_of_new_patients(n_patients: int) -> None:
    """Rows of one patient err alike; counted as patients of their own they would make the interval too narrow."""
    rng = np.random.default_rng(n_patients)
    hits = []
    for _ in range(400):
        rows = rng.integers(1, 6, size=n_patients + 1)
        patient = np.repeat(np.arange(n_patients + 1), rows)
        error = rng.standard_t(4, size=n_patients + 1)[patient] + 0.1 * rng.normal(size=len(patient))
        old = patient < n_patients
        weights = 1.0 / rows[patient]
        interval = fit_number(np.zeros(old.sum()), error[old], weights[old])
        low, high = interval.predict(np.zeros(1))
        hits.append(low[0] <= error[-1] <= high[0])
    assert 0.86 < np.mean(hits) < 0.97


def test_too_few_patients_have_no_interval() -> None:
    assert fit_number(np.zeros(8), np.arange(8.0), ONES(8)).half_width is None
    assert fit_number(np.zeros(9), np.arange(9.0), ONES(9)).half_width == 8.0
    assert reached(np.arange(19.0), ONES(19), 0.9) == 17.0
    nothing_known = fit_classes(np.full((3, 3), 1 / 3), np.array([0, 1, 2]), ONES(3))
    assert nothing_known.least_probability == 0.0


def test_runs_of_classes_hold_the_promised_share_and_have_no_gap() -> None:
    rng = np.random.default_rng(3)
    probability = rng.dirichlet([1.2, 0.5, 1.2], size=4000)
    truth = np.array([rng.choice(3, p=one) for one in probability])
    hits, widths = [], []
    for start in range(0, 3000, 100):
        run = fit_classes(probability[start : start + 60], truth[start : start + 60], ONES(60))
        new, code = probability[3000:].copy(), truth[3000:]
        low, high = run.predict(new, new.argmax(axis=1))
        assert ((low <= new.argmax(axis=1)) & (new.argmax(axis=1) <= high)).all()
        hits.append(np.mean((low <= code) & (code <= high)))
        widths.append(np.mean(high - low))
    assert 0.89 < np.mean(hits) < 0.985  # whole runs hold more than sets with gaps
    assert np.mean(widths) < 1.9


def drawn(n_rows: int, seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(n_rows, 3)), columns=list("abc"))
    return table, (rng.uniform(size=n_rows) < expit(2.5 * table["a"])).astype(int).to_numpy()


@pytest.fixture(scope="module")
def binary() -> Model:
    X, y = drawn(150, 0)
    return fit_model(cohort_from_arrays(X, y), PipelineSpec.model_validate(FAST))


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.OutsideTrainingRange")
def test_what_is_left_open_is_wrong_more_often(binary: Model) -> None:
    X, y = drawn(3000, 1)
    scores = binary.predict(X)
    open_ = (scores["answer"] == "uncertain").to_numpy()
    wrong = (scores["predicted"] != y).to_numpy()
    assert 0.02 < open_.mean() < 0.5
    assert wrong[open_].mean() > 1.5 * wrong[~open_].mean()
    assert (scores["interval_low"] <= scores["probability"]).all()
    assert (scores["probability"] <= scores["interval_high"]).all()
    decided = scores[~open_]
    assert (decided["answer"] == decided["predicted_class"]).all()
    assert (decided["uncertain"] == "").all()
    held = scores["uncertain"].str.contains("IntervalHoldsThreshold", regex=False)
    cut = binary.threshold
    assert (held == (scores["interval_low"] < cut) & (cut <= scores["interval_high"])).all()


def test_a_grey_zone_and_values_far_away_are_left_open(binary: Model) -> None:
    X, _ = drawn(200, 2)
    plain = binary.predict(X)
    low, high = plain["interval_low"].min(), 0.3
    zoned = binary.predict(X, grey_zone=(low, high))
    grey = zoned["uncertain"].str.contains("GreyZone", regex=False)
    assert (grey == plain["probability"].between(low, high)).all()
    far = X.iloc[:1].assign(a=99.0)
    scored = binary.predict(far).iloc[0]
    assert scored["answer"] == "uncertain"
    assert "FarOutsideTrainingRange: 1 feature(s)" in scored["uncertain"]
    assert "a = 99" in scored["uncertain"]
    with pytest.warns(OutsideTrainingRange):
        several = binary.predict(far.assign(b=-99.0)).iloc[0]
    assert several["uncertain"].startswith("OutsideTrainingRange: 2 of the 3")


def test_a_saved_model_is_as_sure_as_before_and_an_older_one_says_nothing(
    binary: Model, tmp_path: Path
) -> None:
    X, _ = drawn(50, 3)
    binary.save(tmp_path / "m.rbm")
    again = load_model(tmp_path / "m.rbm")
    assert again.certainty == binary.certainty
    pd.testing.assert_frame_equal(again.predict(X), binary.predict(X))
    older = replace(binary, certainty=None).predict(X)
    assert older["interval_low"].isna().all()
    assert (older["answer"] == older["predicted_class"]).all()


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.OutsideTrainingRange")
@pytest.mark.parametrize("kind", ["regression", "ordinal"])
def test_other_tasks_have_intervals_too(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    X = pd.DataFrame(rng.normal(size=(400, 2)), columns=["a", "b"])
    number = 2 * X["a"].to_numpy() + rng.normal(size=400)
    names = np.array(["low", "mid", "normal"])
    y = number if kind == "regression" else names[np.digitize(number, [-1, 1])]
    task = {"kind": "number"} if kind == "regression" else {"kind": "ordinal", "order": list(names)}
    spec = PipelineSpec.model_validate(
        {**FAST, "models": ["ridge" if kind == "regression" else "proportional_odds"], "task": task}
    )
    model = fit_model(cohort_from_arrays(X[:120], y[:120], task=spec.task), spec)
    model.save(tmp_path / "m.rbm")
    scores = load_model(tmp_path / "m.rbm").predict(X[120:])
    if kind == "regression":
        inside = (scores["interval_low"] <= y[120:]) & (y[120:] <= scores["interval_high"])
        assert "answer" not in scores
    else:
        place = {name: code for code, name in enumerate(names)}
        low, high, truth = (
            pd.Series(one).map(place) for one in (scores["interval_low"], scores["interval_high"], y[120:])
        )
        inside = (low.to_numpy() <= truth.to_numpy()) & (truth.to_numpy() <= high.to_numpy())
    assert 0.84 < inside.mean() < 0.99


@pytest.mark.parametrize(
    "change",
    [
        {"steps": {"low": [0.1]}},
        {"steps": {"starts": [], "low": [], "high": []}},
        {"steps": {"starts": [1.0], "low": [0.9], "high": [0.1]}},
        {"steps": {"starts": [1.0], "low": [-3.0], "high": [0.1]}},
        {"steps": {"starts": ["a"], "low": [0.1], "high": [0.1]}},
        {"band": {"covariance": [1.0]}},
        {"band": {"slope": float("nan")}},
        {"band": {"slope": None}},
        {"band": {"reach": -1.0}},
        {"band": {"unknown": 1}},
    ],
)
def test_a_forged_interval_is_not_taken_for_one(binary: Model, change: dict[str, dict[str, object]]) -> None:
    plain = to_plain(binary.certainty)
    assert plain is not None
    assert from_plain("binary", plain) == binary.certainty
    forged = {name: {**part, **change.get(name, {})} for name, part in plain.items()}
    with pytest.raises(
        (ValueError, TypeError, LookupError, AttributeError)
    ):  # which loading names UntrustedModel
        from_plain("binary", forged)
