"""The ablation table, on cohorts whose truth is known."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from scipy.stats import t as student
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import radiobone as rb
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import MissingColumn
from radiobone.evaluation.blocks.ablation import EARLY, LATE, ablate
from radiobone.evaluation.blocks.ablation_table import forget_ablation
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline

MEAN = "original_firstorder_Mean"
PLAIN = {
    "steps": ["impute", "scale"],
    "models": [{"lr": {"C": [1.0]}}],
    "outer": {"folds": 3, "repeats": 2},
    "inner": {"folds": 3},
}
BLOCKS = {"deep": "emb_*"}


def cohort(n_patients=60, views=1, *, shift=1.5, seed=0):
    """Signal in the block ``deep`` alone, of distance ``shift``; the mean HU, the texture and age are noise."""
    rng = np.random.default_rng(seed)
    y = np.repeat(rng.permutation(np.arange(n_patients) % 2), views)
    names = [MEAN, "original_glcm_F0", "original_glcm_F1", "emb_0", "emb_1", "age"]
    X = pd.DataFrame(rng.normal(size=(len(y), 6)), columns=names)
    X["emb_0"] += shift * y
    return cohort_from_arrays(X, y, groups=np.repeat(np.arange(n_patients), views), clinical=["age"])


@pytest.fixture(scope="module")
def found():
    return ablate(cohort(views=2), load_pipeline({**PLAIN, "blocks": BLOCKS}), show_progress=False)


def test_one_row_for_each_block_for_all_and_for_the_simple_column(found):
    assert found.names == ("deep", "clinical", "radiomics", EARLY, LATE, f"{MEAN}, alone")
    assert found.n_features == (2, 1, 3, 6, 6, 1)
    assert list(found.table["model"]) == list(found.names)


def test_all_together_is_what_evaluate_reports(found):
    for fusion, name in (("early", EARLY), ("late", LATE)):
        spec = load_pipeline({**PLAIN, "blocks": BLOCKS, "fusion": fusion})
        result = nested_cv(cohort(views=2), spec, show_progress=False).result
        number = found.names.index(name)
        assert found.scores["rows"][number].estimate == result.metrics["auc"]
        assert found.scores["patients"][number].estimate == result.patients.metrics["auc"]


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("deep", ["emb_0", "emb_1"]),
        ("radiomics", [MEAN, "original_glcm_F0", "original_glcm_F1"]),
        (f"{MEAN}, alone", [MEAN]),
    ],
)
def test_a_block_alone_is_its_columns_alone_on_the_same_folds(found, name, columns):
    whole = cohort(views=2)
    splits = nested_cv(whole, load_pipeline(PLAIN), show_progress=False).fits
    expected = []
    for split in splits:
        model = make_pipeline(
            StandardScaler(), LogisticRegression(C=1.0, class_weight="balanced", max_iter=5000)
        )
        model.fit(whole.X[columns].iloc[split.train], whole.y[split.train])
        scores = model.decision_function(whole.X[columns].iloc[split.test])
        expected.append(roc_auc_score(whole.y[split.test], scores))
    np.testing.assert_allclose(found.scores["rows"][found.names.index(name)].per_fold, expected, atol=1e-9)


def test_differences_are_by_the_corrected_t_and_holm_over_all_that_were_made(found):
    n_variants = len(found.names)
    for level in ("rows", "patients"):
        made = found.differences[level]
        assert len(made) == (n_variants - 1) + (
            n_variants - 2
        )  # to the baseline, and of the others to the whole
        for one in made:
            a, b = (
                np.array(found.scores[level][found.names.index(name)].per_fold)
                for name in (one.first, one.second)
            )
            difference = a - b
            error = difference.std(ddof=1) * math.sqrt(1 / 6 + 1 / 2)  # six folds, a third tested
            assert one.difference.mean == pytest.approx(difference.mean())
            assert one.difference.high == pytest.approx(difference.mean() + student.ppf(0.975, 5) * error)
            assert one.difference.p == pytest.approx(2 * student.sf(abs(difference.mean()) / error, 5))
        p = sorted(one.difference.p for one in made)
        smallest = min(made, key=lambda one: one.difference.p)
        assert smallest.p_holm == pytest.approx(min(1.0, p[0] * len(made)))


def test_the_table_says_what_the_differences_say(found):
    table = found.table.set_index("model")
    assert pd.isna(table.loc[f"{MEAN}, alone", "minus_baseline"])
    assert pd.isna(table.loc[EARLY, "minus_whole"])
    for prefix in ("", "patient_"):
        assert table.loc["deep", f"{prefix}minus_baseline"] == pytest.approx(
            table.loc["deep", f"{prefix}auc"] - table.loc[f"{MEAN}, alone", f"{prefix}auc"]
        )


def test_files_hold_all_of_it_and_go_when_they_are_of_another_run(found, tmp_path):
    found.save(tmp_path)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "ablation.csv"), found.table, check_dtype=False)
    plain = json.loads((tmp_path / "ablation.json").read_text())
    assert [model["name"] for model in plain["models"]] == list(found.names)
    assert len(plain["differences"]["patients"]) == 9
    forget_ablation(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_jobs_change_no_bit():
    spec = load_pipeline({**PLAIN, "blocks": BLOCKS, "outer": {"folds": 3, "repeats": 1}})
    tables = [ablate(cohort(40), spec, jobs=jobs, show_progress=False).table for jobs in (1, 2)]
    pd.testing.assert_frame_equal(*tables, check_exact=True)


class TestTheBaseline:
    def test_it_may_be_another_column_or_none(self):
        spec = load_pipeline({**PLAIN, "outer": {"folds": 3, "repeats": 1}})
        assert ablate(cohort(30), spec, baseline="age", show_progress=False).baseline == "age, alone"
        without = ablate(cohort(30), spec, baseline="none", show_progress=False)
        assert without.baseline is None
        assert {one.second for one in without.differences["rows"]} == {EARLY}

    def test_a_column_that_is_not_there(self):
        with pytest.raises(MissingColumn, match="Did you mean 'age'"):
            ablate(cohort(30), load_pipeline(PLAIN), baseline="agee", show_progress=False)

    def test_one_block_is_the_whole(self):
        spec = load_pipeline({**PLAIN, "blocks": {"all": "*"}, "outer": {"folds": 3, "repeats": 1}})
        found = ablate(cohort(30), spec, show_progress=False)
        assert found.names == ("all", f"{MEAN}, alone")
        assert found.whole == "all"


@pytest.mark.slow
@pytest.mark.long
def test_signal_in_one_block_is_found_there_and_nowhere_else():
    """In one column of distance d the AUC is Φ(d / √2); noise beside it takes a little away, and noise alone has 0.5."""
    found = {}
    for seed in range(4):
        whole = cohort(300, seed=seed)
        table = rb.ablation(
            whole.X, whole.y, groups=whole.patient, clinical=["age"], blocks=BLOCKS, show_progress=False,
            pipeline={**PLAIN, "outer": {"folds": 5, "repeats": 1}},
        ).table  # fmt: skip
        for row in table.itertuples():
            found.setdefault(row.model, []).append(row.auc)
        separate = table.set_index("model")
        assert separate.loc["deep", "minus_baseline_low"] > 0
        assert separate.loc["clinical", "minus_whole_high"] < 0
    best = norm.cdf(1.5 / math.sqrt(2))
    means = {name: np.mean(values) for name, values in found.items()}
    assert means["deep"] == pytest.approx(best, abs=0.025)  # 1200 patients: standard error 0.010
    assert means[EARLY] == pytest.approx(best, abs=0.03)
    for name in ("clinical", "radiomics", f"{MEAN}, alone"):
        assert means[name] == pytest.approx(0.5, abs=0.05)
