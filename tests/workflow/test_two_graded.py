"""Two frozen models of ordered classes, or of a number, on the same rows: scikit-learn, a plain bootstrap, known truth."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import cohen_kappa_score, mean_absolute_error, r2_score, roc_auc_score
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting
from radiobone.core.warnings import collected
from radiobone.evaluation.validation.two_graded import check_comparable

WHO = ("normal", "osteopenia", "osteoporosis")
MODELS = {"number": {"ridge": {"alpha": [1.0]}}, "ordinal": {"proportional_odds": {"C": [1.0]}}}
TASKS = {"number": "number", "ordinal": {"kind": "ordinal", "order": "who"}}
STEPS = {"steps": ["impute", "scale"], "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}
SCORES = {
    "mae": lambda y, p: mean_absolute_error(y, p),
    "r2": lambda y, p: r2_score(y, p),
    "quadratic_kappa": lambda y, p: cohen_kappa_score(y, p, weights="quadratic", labels=[0, 1, 2]),
    "accuracy": lambda y, p: np.mean(y == p),
}
HEADLINE = {"number": "r2", "ordinal": "quadratic_kappa"}


def table(seed, n=70, rows=2):
    """Two clear columns and two that are mostly noise, of patients with a T-score."""
    rng = np.random.default_rng(seed)
    truth, patient = rng.normal(size=n), np.repeat(np.arange(n), rows)
    noise = np.array([0.4, 0.4, 2.5, 2.5])
    X = rng.normal(size=(n * rows, 4)) * noise + truth[patient][:, None]
    frame = pd.DataFrame(X, columns=[f"original_f{k}" for k in range(4)])
    frame.insert(0, "patient_id", [f"P{k:03d}" for k in patient])
    frame.insert(1, "roi", [f"L{k % rows}" for k in range(n * rows)])
    t = np.round(-1.7 + 1.2 * truth[patient], 3)
    return frame, t, np.array(WHO)[np.digitize(-t, [1.0, 2.5])]


def fitted(task, columns):
    frame, t, who = table(0)
    with collected():
        return rb.fit(
            frame[[f"original_f{k}" for k in columns]],
            t if task == "number" else who,
            groups=frame["patient_id"],
            pipeline={"task": TASKS[task], "models": [MODELS[task]], **STEPS},
        )


@pytest.fixture(scope="module", params=["ordinal", "number"])
def task(request):
    return request.param


@pytest.fixture(scope="module")
def pair(task):
    return fitted(task, (0, 1)), fitted(task, (2, 3))


@pytest.fixture(scope="module")
def compared(task, pair):
    frame, t, who = table(1)
    with collected():
        return rb.validate(
            pair[0],
            frame.filter(like="original"),
            t if task == "number" else who,
            groups=frame["patient_id"],
            against=pair[1],
            seed=3,
        )


def keys_of(task):
    return ("mae", "r2") if task == "number" else ("quadratic_kappa", "accuracy")


def test_differences_are_those_of_scikit_learns_scores(task, compared):
    rows, found = compared.predictions, compared.summary["comparison"]
    for key in keys_of(task):
        mine, theirs = (SCORES[key](rows["y"], rows[name]) for name in ("predicted", "against_predicted"))
        assert found["differences"][key]["value"] == pytest.approx(mine - theirs)
    assert found["headline"] == HEADLINE[task]
    assert found["differences"][HEADLINE[task]]["low"] > 0
    if task == "ordinal":
        worst = [
            roc_auc_score(rows["y"] == 2, rows[f"{side}probability_osteoporosis"])
            for side in ("", "against_")
        ]
        assert found["boundaries"][1]["name"] == "osteoporosis"
        assert found["boundaries"][1]["auc"]["difference"] == pytest.approx(worst[0] - worst[1])
        assert "Obuchowski" in found["boundaries"][1]["auc"]["method"]
    else:
        assert found["boundaries"] == []
        assert found["differences"]["mae"]["high"] < 0


def test_the_interval_is_that_of_a_plain_bootstrap_of_patients(task, compared):
    rows, rng = compared.predictions, np.random.default_rng(11)
    key = HEADLINE[task]
    patients = [block for _, block in rows.groupby("patient_id")]
    kinds = np.array([block["y"].max() if task == "ordinal" else 0 for block in patients])
    values = []
    for _ in range(600):
        picked = np.concatenate(
            [rng.choice(np.flatnonzero(kinds == kind), (kinds == kind).sum()) for kind in np.unique(kinds)]
        )
        drawn = pd.concat([patients[k] for k in picked])
        mine, theirs = (SCORES[key](drawn["y"], drawn[name]) for name in ("predicted", "against_predicted"))
        values.append(mine - theirs)
    low, high = np.quantile(values, [0.025, 0.975])
    found = compared.summary["comparison"]["differences"][key]
    assert (found["low"], found["high"]) == pytest.approx((low, high), abs=0.2 * (high - low))


def test_a_model_against_itself_differs_in_nothing(task, pair):
    frame, t, who = table(1)
    with collected():
        found = rb.validate(
            pair[0],
            frame.filter(like="original"),
            t if task == "number" else who,
            groups=frame["patient_id"],
            against=pair[0],
        ).summary["comparison"]
    for one in found["differences"].values():
        assert (one["value"], one["low"], one["high"]) == (0.0, 0.0, 0.0)
    assert all(one["auc"]["p"] is None for one in found["boundaries"])


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.OutsideTrainingRange")
def test_the_page_and_the_terminal_tell_it(task, pair, compared, tmp_path):
    page = compared.report(tmp_path / "v").read_text(encoding="utf-8")
    saved = json.loads((tmp_path / "v" / "metrics.json").read_text())
    keys = re.findall(r'<data data-key="(comparison[^"]+)" value="([^"]+)"', page)
    assert len(keys) >= 3
    for key, value in keys:
        content = saved
        for part in key.split("."):
            content = content[int(part)] if isinstance(content, list) else content[part]
        assert repr(content) == value, key
    frame, t, who = table(1)
    frame.assign(y=t if task == "number" else who).to_csv(tmp_path / "b.csv", index=False)
    files = []
    for number, one in enumerate(pair):
        files.append(str(tmp_path / f"{number}.rbm"))
        one.save(files[-1])
    typed = ["validate", files[0], str(tmp_path / "b.csv"), "-t", "y", "-o", str(tmp_path / "o")]
    shown = CliRunner().invoke(app, [*typed, "--against", files[1]])
    assert shown.exit_code == 0, shown.output
    words = " ".join(shown.output.split())
    assert "Against the other model, this one less the other:" in words
    assert ("AUC of osteoporosis: +" in words) == (task == "ordinal")


def test_models_without_a_score_in_common_are_refused():
    ordinal, number = fitted("ordinal", (0, 1)), fitted("number", (0, 1))
    with pytest.raises(BadSetting, match="difference of two scores of different kinds"):
        check_comparable([ordinal, number])
    frame, t, _ = table(0)
    with collected():
        other = rb.fit(
            frame.filter(like="original"),
            np.digitize(-t, [0.5, 1.5, 2.5]),
            groups=frame["patient_id"],
            pipeline={"task": "ordinal", "models": [MODELS["ordinal"]], **STEPS},
        )
    with pytest.raises(
        BadSetting, match="normal < osteopenia < osteoporosis and the one against it 0 < 1 < 2 < 3"
    ):
        check_comparable([ordinal, other])
