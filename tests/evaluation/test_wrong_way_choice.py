"""A winner or a threshold chosen on the test rows: what it would have reported, against closed forms and written out."""

from __future__ import annotations

from math import comb, sqrt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score, roc_curve

from radiobone.core.warnings import collected
from radiobone.evaluation.measure_names import AT_THRESHOLD
from radiobone.evaluation.search_space import Candidate
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.threshold import FixedThreshold, SensitivityTarget, Youden
from radiobone.evaluation.wrong_way.cut import cut_entry
from radiobone.evaluation.wrong_way.winner import winner_entry
from radiobone.workflow.control_words import control_lines
from radiobone.workflow.study import evaluate

LARGEST_OF_SIX = 1.26721  # expected largest of six standard normal numbers (Harter 1961, Biometrika 48:151)
SIX = [
    {"nb": {"var_smoothing": [1e-9]}},
    {"knn": {"n_neighbors": [1, 5]}},
    {"lr": {"C": [0.01, 10.0]}},
    {"tree": {"max_depth": [2]}},
]


def spec(models=SIX, threshold="youden", folds=4):
    return load_pipeline(
        {
            "steps": ["impute", "scale"],
            "models": models,
            "outer": {"folds": folds, "repeats": 1},
            "inner": {"folds": 2},
            "threshold": threshold,
        }
    )


def noise(seed, n=64, columns=12):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, columns)), rng.permutation(np.arange(n) % 2)


def metered(seed, pipeline):
    X, y = noise(seed)
    with collected():
        return evaluate(
            X,
            y,
            groups=np.arange(len(y)),
            pipeline=pipeline,
            seed=seed,
            optimism_meter=True,
            show_progress=False,
        ).result


def made_problem(n_candidates):
    found = tuple(Candidate({}, "lr", {"C": float(k)}, {"C": float(k)}) for k in range(n_candidates))
    return SimpleNamespace(candidates=found, task="binary")


def test_the_best_of_six_noise_models_exceeds_chance_as_the_largest_of_six_normal_numbers_does():
    rng, n_folds, each = np.random.default_rng(0), 5, 25  # rows of a class among the test rows of a fold

    def of_noise():
        high, low = rng.random((2, n_folds, 6, each))
        return (
            (high[..., :, None] > low[..., None, :]).mean(axis=(2, 3)).tolist()
        )  # the AUC, by its definition

    drawn = [winner_entry(made_problem(6), [0.5] * n_folds, of_noise()) for _ in range(300)]
    inflation = np.array([one["inflation"] for one in drawn])
    sd_of_mean_auc = sqrt((2 * each + 1) / (12 * each**2)) / sqrt(n_folds)
    error = inflation.std(ddof=1) / sqrt(len(inflation))
    assert inflation.mean() == pytest.approx(LARGEST_OF_SIX * sd_of_mean_auc, abs=4 * error)
    assert np.mean([one["mean_auc_of_all"] for one in drawn]) == pytest.approx(0.5, abs=0.02)


def youden_of_noise(n):
    """Expected largest sensitivity + specificity - 1 of noise in n rows of each class (Gnedenko and Korolyuk 1951)."""
    return sum(comb(2 * n, n - k) / comb(2 * n, n) for k in range(1, n + 1)) / n


def predictions_of_noise(rng, n, n_folds=5):
    fold = pd.DataFrame({"repeat": 0, "y": np.tile(np.repeat([0, 1], n), n_folds)})
    fold["fold"] = np.repeat(np.arange(n_folds), 2 * n)
    fold["probability"] = rng.random(len(fold))
    return fold.assign(predicted=(fold["probability"] >= 0.5).astype(int))


@pytest.mark.parametrize("n", [6, 20])
def test_a_threshold_of_the_test_rows_gives_noise_the_balanced_accuracy_of_the_closed_form(n):
    rng = np.random.default_rng(n)
    drawn = [cut_entry(predictions_of_noise(rng, n), Youden()) for _ in range(60)]
    wrong = np.array([one["wrong_way_balanced_accuracy"] for one in drawn])
    error = wrong.std(ddof=1) / sqrt(len(wrong))
    assert wrong.mean() == pytest.approx(0.5 + youden_of_noise(n) / 2, abs=4 * error)
    honest = np.array([one["honest_balanced_accuracy"] for one in drawn])
    assert honest.mean() == pytest.approx(0.5, abs=4 * honest.std(ddof=1) / sqrt(len(honest)))


def test_a_fixed_threshold_and_folds_of_one_class_have_no_twin():
    table = predictions_of_noise(np.random.default_rng(0), 5)
    assert cut_entry(table, FixedThreshold(value=0.5)) is None
    assert cut_entry(table, None) is None
    assert cut_entry(table[table["y"] == 1], Youden()) is None
    found = cut_entry(table, SensitivityTarget(at_least=0.8))
    assert found["wrong_way_sensitivity"] >= 0.8
    assert found["rule"] == "sensitivity"


def test_one_candidate_is_no_contest():
    assert winner_entry(made_problem(1), [0.5], [[0.6]]) is None
    assert winner_entry(made_problem(2), [None, 0.5], [[0.6, 0.7], None]) is None


@pytest.mark.long
@pytest.mark.slow
def test_on_noise_winner_and_threshold_flatter_where_the_honest_way_does_not():
    found = [metered(seed, spec()).summary["optimism_meter"] for seed in range(4)]
    honest = np.array([one["winner"]["honest_auc"] for one in found])
    assert abs(honest.mean() - 0.5) < 3.3 * honest.std(ddof=1) / sqrt(len(honest))
    assert np.mean([one["winner"]["inflation"] for one in found]) > 0.04
    assert all(one["winner"]["wrong_way_auc"] > one["winner"]["mean_auc_of_all"] for one in found)
    assert [one["winner"]["n_tried"] for one in found] == [6] * 4
    cuts = [one["threshold"] for one in found]
    gained = [one["wrong_way_balanced_accuracy"] - one["honest_balanced_accuracy"] for one in cuts]
    assert min(gained) >= 0
    assert np.mean(gained) > 0.05


def test_the_winner_is_the_best_of_all_written_out():
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    models = [{"nb": {"var_smoothing": [1e-9]}}, {"lr": {"C": [0.01, 10.0]}}]
    found = metered(3, spec(models))
    X, y = noise(3)
    order = [int(name.removeprefix("row")) - 1 for name in found.splits["rows"]]
    X, y = X[order], y[order]
    plain = [
        GaussianNB(priors=[0.5, 0.5]),
        *(LogisticRegression(C=C, max_iter=10_000, tol=1e-8) for C in (0.01, 10.0)),
    ]
    scores = np.zeros((len(plain), len(found.splits["folds"])))
    for place, fold in enumerate(found.splits["folds"]):
        train, test = fold["train"], fold["test"]
        for number, model in enumerate(plain):
            fitted = make_pipeline(StandardScaler(), model).fit(X[train], y[train])
            scores[number, place] = roc_auc_score(y[test], fitted.predict_proba(X[test])[:, 1])
    entry = found.summary["optimism_meter"]["winner"]
    assert entry["wrong_way_auc"] == pytest.approx(scores.mean(axis=1).max(), abs=1e-3)
    assert entry["mean_auc_of_all"] == pytest.approx(scores.mean(), abs=1e-3)
    best = int(scores.mean(axis=1).argmax())
    assert (entry["winner"]["model"], entry["winner"]["params"].get("C")) == [
        ("nb", None),
        ("lr", 0.01),
        ("lr", 10.0),
    ][best]


def test_the_threshold_is_youdens_of_the_test_rows_written_out():
    found = metered(2, spec([{"lr": {"C": [1.0]}}]))
    scores = []
    for _, fold in found.predictions.groupby(["repeat", "fold"]):
        fall_out, sensitivity, cuts = roc_curve(fold["y"], fold["probability"])
        cut = cuts[np.argmax(sensitivity - fall_out)]
        scores.append(balanced_accuracy_score(fold["y"], fold["probability"] >= cut))
    entry = found.summary["optimism_meter"]
    assert entry["threshold"]["wrong_way_balanced_accuracy"] == pytest.approx(np.mean(scores))
    for name in AT_THRESHOLD:
        assert entry["threshold"][f"honest_{name}"] == pytest.approx(found.metrics[name].mean)
    assert "winner" not in entry
    lines = [line for line, _ in control_lines(found.summary)]
    assert sum("WRONG ON PURPOSE" in line for line in lines) == len(lines) == 2
