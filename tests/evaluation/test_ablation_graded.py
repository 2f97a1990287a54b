"""The ablation table of ordered classes and of numbers, against scikit-learn on the same folds."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import cohen_kappa_score, r2_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import radiobone as rb
from radiobone.evaluation.blocks.ablation import EARLY
from radiobone.report.build import write_report

MEAN = "original_firstorder_Mean"
FOLDS = {"steps": ["impute", "scale"], "outer": {"folds": 3, "repeats": 2}, "inner": {"folds": 3}}
PIPELINES = {
    "number": {**FOLDS, "models": [{"ridge": {"alpha": [1.0]}}]},
    "ordinal": {**FOLDS, "models": [{"proportional_odds": {"C": [1.0]}}]},
}
ALONE = f"{MEAN}, alone"


def table(n=90):
    """Signal in ``emb_0`` alone."""
    rng = np.random.default_rng(0)
    number = rng.normal(size=n)
    X = pd.DataFrame(rng.normal(size=(n, 4)), columns=[MEAN, "original_glcm_F", "emb_0", "age"])
    X["emb_0"] = 2 * number + X["emb_0"]
    return X, {"number": number, "ordinal": np.digitize(number, [-0.5, 0.5])}


@pytest.fixture(scope="module", params=list(PIPELINES))
def judged(request):
    X, targets = table()
    y = targets[request.param]
    how = {
        "groups": range(len(X)), "clinical": ["age"], "pipeline": PIPELINES[request.param], "task": request.param,
        "show_progress": False,
    }  # fmt: skip
    found = rb.ablation(X, y, blocks={"deep": ["emb_0"]}, **how)
    return request.param, X, y, found, rb.evaluate(X, y, **how)


def per_fold(found, name):
    return found.scores["rows"][found.names.index(name)].per_fold


def test_blocks_alone_all_together_and_the_simple_column(judged):
    _, _, _, found, _ = judged
    assert found.names == ("deep", "clinical", "radiomics", EARLY, ALONE)
    assert found.n_features == (1, 1, 2, 4, 1)


def test_all_together_is_what_evaluate_reports(judged):
    _, _, _, found, evaluation = judged
    key = evaluation.result.summary["headline"]
    assert found.scores["rows"][found.names.index(EARLY)].estimate == evaluation.metrics[key]
    blocks = evaluation.predictions.groupby(["repeat", "fold"], sort=True)
    if key == "r2":
        expected = [r2_score(one["y"], one["predicted"]) for _, one in blocks]
    else:
        expected = [cohen_kappa_score(one["y"], one["predicted"], weights="quadratic") for _, one in blocks]
    np.testing.assert_allclose(per_fold(found, EARLY), expected, atol=1e-12)


def test_the_simple_column_of_a_number_is_a_linear_regression_of_it(judged):
    task, X, y, found, evaluation = judged
    if task != "number":
        return
    expected, names = [], sorted(set(evaluation.predictions["row_id"]))
    for _, one in evaluation.predictions.groupby(["repeat", "fold"], sort=True):
        test = np.array([names.index(name) for name in one["row_id"]])
        train = np.setdiff1d(np.arange(len(X)), test)
        model = make_pipeline(StandardScaler(), Ridge(alpha=1.0)).fit(X[[MEAN]].iloc[train], y[train])
        expected.append(r2_score(y[test], model.predict(X[[MEAN]].iloc[test])))
    np.testing.assert_allclose(per_fold(found, ALONE), expected, atol=1e-9)


def test_the_signal_is_found_where_it_is(judged):
    _, _, _, found, evaluation = judged
    key = evaluation.result.summary["headline"]
    rows = found.table.set_index("model")
    assert rows.loc["deep", "minus_baseline_low"] > 0.2
    assert rows.loc["radiomics", "minus_whole_high"] < -0.2
    assert abs(rows.loc[ALONE, key]) < 0.25
    assert "auc" not in rows.columns


def test_the_report_names_the_score(judged, tmp_path):
    task, _, _, found, evaluation = judged
    evaluation.save(tmp_path)
    found.save(tmp_path)
    page = write_report(tmp_path).read_text(encoding="utf-8")
    section = page[page.index('id="ablation"') :].partition("</section>")[0]
    assert f"{'R²' if task == 'number' else 'quadratic kappa'} of rows" in section
    assert "AUC" not in section
    for name, one in list(zip(found.names, found.scores["rows"], strict=True))[:-1]:
        assert f">{name}</th>" in section
        assert f"{abs(one.estimate.high):.2f})" in section
