"""Finished folds of an evaluation are kept: the next run does the rest, and gives the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.interruption import Interrupted
from radiobone.evaluation import fold_keys as keys_of_folds
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.fold_keys import fold_keys
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline
from radiobone.explain.over_folds import explain_fold, gathered, shap_task
from radiobone.workflow import judging, kept_folds
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.study import evaluate_cohort

RESULT = ("metrics.json", "folds.json", "audit.json", "predictions.parquet", "selected.parquet", "shap.json", "shap.parquet", "coefficients.parquet")  # fmt: skip
SPEC = {
    "steps": ["impute", "constant", "scale", {"mannwhitney": {"max_features": [2, 4]}}],
    "models": ["lr", {"rf": {"n_estimators": [10]}}, {"svm": {"C": [1.0]}}],
    "outer": {"folds": 3, "repeats": 2},
    "inner": {"folds": 2},
}


def table(n: int = 48) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, 6)) + 0.7 * y[:, None] * (np.arange(6) < 2)
    X[3, 0] = np.nan  # imputed, and NaN among the raw values of the SHAP table
    found = pd.DataFrame(X, columns=[f"original_F{i}" for i in range(6)])
    found.insert(0, "y", y)
    found.insert(0, "ID", [f"secret{i:03d}" for i in range(n)])
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write the table."""
    table().to_csv(tmp_path / "t.csv", index=False)
    return tmp_path / "t.csv"


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Record which folds are really fitted (in one process)."""
    seen: list[tuple[int, int]] = []
    original = judging.fit_fold

    def recording(*task: Any) -> Any:
        seen.append((task[4].repeat, task[4].fold))
        return original(*task)

    monkeypatch.setattr(judging, "fit_fold", recording)
    return seen


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.Imputed")
class TestKeptFolds:
    """All of these read the same table."""

    def judged(self, path: Path, out: Path, **more: Any) -> None:
        options = {"pipeline": SPEC, "target": "y", "id": "ID", "show_progress": False, "seed": 5, **more}
        evaluate_table(path, out, **options)

    def content(self, out: Path) -> dict[str, bytes]:
        return {name: (out / name).read_bytes() for name in RESULT}

    def test_interrupted_and_run_again_gives_the_same_bytes(
        self, path: Path, tmp_path: Path, fitted: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.judged(path, tmp_path / "whole")
        assert len(fitted) == 6
        fitted.clear()
        counted = judging.fit_fold

        def stopped(*task: Any) -> Any:
            if len(fitted) == 4:
                raise KeyboardInterrupt
            return counted(*task)

        with monkeypatch.context() as patch:
            patch.setattr(judging, "fit_fold", stopped)
            with pytest.raises(Interrupted, match=r"^4 of 6 folds kept; run the same command again"):
                self.judged(path, tmp_path / "out")
        assert not (tmp_path / "out" / "metrics.json").exists()
        self.judged(path, tmp_path / "out", jobs=1)
        assert len(set(fitted)) == len(fitted) == 6
        assert self.content(tmp_path / "out") == self.content(tmp_path / "whole")

    def test_a_finished_run_is_not_done_again(self, path: Path, tmp_path: Path, fitted: list[Any]) -> None:
        self.judged(path, tmp_path / "out")
        first = self.content(tmp_path / "out")
        fitted.clear()
        self.judged(path, tmp_path / "out", pipeline={**SPEC, "title": "In other words"})
        assert fitted == []
        assert self.content(tmp_path / "out") == first
        entries = sorted((tmp_path / "out" / "fold_cache").rglob("*.json"))
        assert len(entries) == 6
        text = "".join(entry.read_text() for entry in entries)
        assert "secret" not in text
        assert len(text) < 100_000

    def test_kept_folds_equal_plain_nested_cross_validation(self, path: Path, tmp_path: Path) -> None:
        frame = pd.read_csv(path)
        cohort = cohort_from_arrays(frame.filter(like="original_"), frame["y"], groups=frame["ID"])
        spec = load_pipeline(SPEC)
        run = nested_cv(cohort, spec, seed=5, show_progress=False)
        shap = gathered([explain_fold(fit, *shap_task(fit, cohort, 5)) for fit in run.fits])
        for _ in range(2):  # fresh, then from the cache
            found = evaluate_cohort(cohort, spec, seed=5, show_progress=False, cache=tmp_path / "kept")
            pd.testing.assert_frame_equal(found.predictions, run.result.predictions, check_exact=True)
            pd.testing.assert_frame_equal(found.selected, run.result.selected, check_exact=True)
            pd.testing.assert_frame_equal(found.explanation.table, shap.table, check_exact=True)
            assert found.result.folds == run.result.folds
            assert found.metrics == run.result.metrics
            assert found.explanation.folds == shap.folds

    @pytest.mark.parametrize("damage", ["cut", "changed", "foreign"])
    def test_a_damaged_fold_is_done_again(
        self, path: Path, tmp_path: Path, fitted: list[Any], damage: str
    ) -> None:
        self.judged(path, tmp_path / "out")
        first = self.content(tmp_path / "out")
        entries = sorted((tmp_path / "out" / "fold_cache").rglob("*.json"))
        if damage == "cut":
            entries[0].write_bytes(entries[0].read_bytes()[:-40])
        elif damage == "changed":
            entry = json.loads(entries[0].read_text())
            entry["content"]["threshold"] += 0.1
            entries[0].write_text(json.dumps(entry))
        else:
            entries[0].write_bytes(entries[1].read_bytes())
        fitted.clear()
        self.judged(path, tmp_path / "out")
        assert len(fitted) == 1
        assert self.content(tmp_path / "out") == first

    @pytest.mark.slow
    def test_what_workers_keep_serves_one_process(
        self, path: Path, tmp_path: Path, fitted: list[Any]
    ) -> None:
        self.judged(path, tmp_path / "out", jobs=2)
        first = self.content(tmp_path / "out")
        self.judged(path, tmp_path / "out")
        assert fitted == []
        assert self.content(tmp_path / "out") == first
        self.judged(path, tmp_path / "alone")
        assert len(fitted) == 6
        assert self.content(tmp_path / "alone") == first  # SHAP values too, whatever the jobs


def one_value(frame: pd.DataFrame) -> None:
    frame.loc[7, "original_F3"] += 1e-12


def one_class(frame: pd.DataFrame) -> None:
    frame.loc[[6, 7], "y"] = [1, 0]


def one_patient(frame: pd.DataFrame) -> None:
    frame.loc[7, "ID"] = frame.loc[8, "ID"]


def one_name(frame: pd.DataFrame) -> None:
    frame.columns = [*frame.columns[:-1], "original_G"]


def keys(frame: pd.DataFrame, spec: dict[str, Any] = SPEC, seed: int = 0) -> list[str]:
    cohort = cohort_from_arrays(frame.filter(like="original_").fillna(0), frame["y"], groups=frame["ID"])
    plan = judging.plan_folds(cohort, load_pipeline(SPEC), seed=0)
    return fold_keys(cohort, plan.splits, load_pipeline(spec), seed)


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.PatientLevelLeftOut")
@pytest.mark.parametrize("change", [one_value, one_class, one_patient, one_name])
def test_other_data_are_other_folds(change: Callable[[pd.DataFrame], None]) -> None:
    frame = table()
    before = keys(frame)
    change(frame)
    assert len(before) == len(set(before)) == 6
    assert set(before).isdisjoint(keys(frame))


def test_other_work_on_the_same_data_is_other_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(keys(table()))
    assert before.isdisjoint(keys(table(), seed=1))
    assert before.isdisjoint(keys(table(), {**SPEC, "calibration": "none"}))
    assert before == set(keys(table(), {**SPEC, "title": "Only words"}))
    found = keys_of_folds.versions()
    with monkeypatch.context() as patch:
        patch.setattr(keys_of_folds, "versions", lambda: {**found, "scikit-learn": "0"})
        assert before.isdisjoint(keys(table()))
    monkeypatch.setattr(keys_of_folds, "code_digest", lambda _parts: "edited")
    assert before.isdisjoint(keys(table()))


def test_the_order_of_a_grid_decides_its_candidates() -> None:
    def spec(*names: str) -> dict[str, Any]:
        grid = {"C": [0.1, 10.0], "l1_ratio": [0.05, 0.95]}
        model = {"lr_elasticnet": {name: grid[name] for name in names}}
        return {**SPEC, "models": [model], "search": {"kind": "random", "n_iter": 2}}

    one, other = spec("C", "l1_ratio"), spec("l1_ratio", "C")
    drawn = [[found.params for found in candidates(load_pipeline(asked), seed=1)] for asked in (one, other)]
    assert drawn[0] != drawn[1]
    assert set(keys(table(), one)).isdisjoint(keys(table(), other))


def test_a_fold_that_is_no_fold_is_refused() -> None:
    frame = table()
    cohort = cohort_from_arrays(frame.filter(like="original_").fillna(0), frame["y"])
    split = judging.plan_folds(cohort, load_pipeline(SPEC), seed=0).splits[0]
    fit = judging.fit_fold(*judging.fold_task(cohort, split, load_pipeline(SPEC), 0))
    plain = kept_folds.to_plain(fit, judging.explain_fold(fit, *judging.shap_task(split, cohort, 0)))
    assert kept_folds.from_plain(plain, split, cohort).outcome.threshold == fit.threshold
    with pytest.raises(ValueError, match="where 15 were tested"):
        kept_folds.from_plain(plain, replace(split, test=split.test[1:]), cohort)
