"""Nested cross-validation in the benchmark: the same work on both sides, and no speed where predictions differ."""

from __future__ import annotations

import json

import pytest

from radiobone.core.errors import BadSetting
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.models.scores import raw_scores
from radiobone.testing.search_work import PAIRS, SEARCHES, SEED, SearchWork, by_radiobone
from radiobone.workflow.bench.plan import Plan, searches_of
from radiobone.workflow.bench.run import run_bench
from radiobone.workflow.bench.searching import OURS, PLAIN, compare_search, search_table

SMALL = SearchWork(rows=60, columns=24, outer_folds=2, inner_folds=2)


def told(seconds: float, scores: dict[str, float]) -> str:
    return f"finish(time.time(), {seconds}, {scores})"


def test_both_sides_predict_the_same_for_every_row() -> None:
    ours, plain = (search(SMALL.cohort(), SMALL.spec(), 1) for search in SEARCHES.values())
    assert list(SEARCHES) == [OURS, PLAIN]
    assert sorted(ours) == list(range(60))
    assert plain == pytest.approx(ours, rel=1e-9)
    assert len(set(ours.values())) > 30


def test_what_is_timed_is_nested_cross_validation() -> None:
    cohort, spec = SMALL.cohort(), SMALL.spec()
    scores = {}
    for fit in nested_cv(cohort, spec, seed=SEED, show_progress=False).fits:
        found = raw_scores(fit.model, fit.steps.transform(cohort.X.iloc[fit.test]))
        scores |= dict(zip(fit.test.tolist(), found.tolist(), strict=True))
    assert scores == by_radiobone(cohort, spec, 1)


def test_speed_is_the_ratio_of_medians() -> None:
    script = "seconds = arguments[0]['rows'] / {}\nfinish(time.time(), seconds, {{'0': 0.5, '1': -2.0}})"
    sides = {OURS: script.format(60), PLAIN: script.format(15)}
    said: list[str] = []
    found = compare_search(SMALL, rounds=2, sides=sides, tell=said.append)
    assert found.seconds == {OURS: 1.0, PLAIN: 4.0}
    assert found.times_faster == 4.0
    assert said == [f"mannwhitney:lr, {side}" for side in (OURS, PLAIN)] * 2  # by turns
    table = search_table([found])
    assert table.rows == (("mannwhitney:lr", "60 × 24", "2 × 2", "1", "4.0", "1.00", "4.00"),)
    assert "agree" in table.notes[-1]


@pytest.mark.parametrize("other", [{"0": 0.5, "1": -2.00001}, {"0": 0.5}, {"0": 0.5, "2": -2.0}])
def test_no_speed_is_stated_where_predictions_differ(other: dict[str, float]) -> None:
    sides = {OURS: told(1.25, other), PLAIN: told(7.5, {"0": 0.5, "1": -2.0})}
    table = search_table([compare_search(SMALL, rounds=1, sides=sides)])
    figures = table.figures["mannwhitney:lr"]
    assert figures["same_predictions"] is False
    assert figures["times_faster"] is None
    assert figures["seconds"] is None
    text = "\n".join(table.lines())
    assert "DIFFER" in text
    assert "agree" not in text
    assert not [number for number in ("1.25", "7.5", "6.0") if number in text]
    json.dumps(table.figures, allow_nan=False)


def test_pairs_and_sizes_are_checked_before_anything_is_timed() -> None:
    assert searches_of(None, {"rows": None}) == (SearchWork(),)
    two = searches_of("mrmr:lr, lasso:svm", {"rows": 90, "jobs": None})
    assert [(one.pair, one.rows, one.jobs) for one in two] == [("mrmr:lr", 90, 1), ("lasso:svm", 90, 1)]
    with pytest.raises(BadSetting, match="no pair 'mrmr:tree'; a pair is selector:model, with mannwhitney"):
        searches_of("mrmr:lr,mrmr:tree", {})
    with pytest.raises(BadSetting, match="'rows' = 20 must be at least 60"):
        searches_of(None, {"rows": 20})


@pytest.mark.parametrize("pair", PAIRS)
def test_every_pair_is_a_pipeline(pair: str) -> None:
    selector, model = pair.split(":")
    spec = SMALL.model_copy(update={"pair": pair}).spec()
    assert [step.name for step in spec.steps] == ["scale", selector]
    assert [one.name for one in spec.models] == [model]


@pytest.mark.slow
@pytest.mark.long
def test_nested_cv_is_timed_in_processes(tmp_path) -> None:
    said: list[str] = []
    target = tmp_path / "bench.json"
    plan = Plan(only=("nested_cv",), rounds=1, searches=(SMALL.model_copy(update={"jobs": 2}),))
    run_bench(plan, target, show_progress=False, say=said.append)
    content = json.loads(target.read_text())
    figures = content["tables"]["nested_cv"]["mannwhitney:lr"]
    assert list(content["tables"]) == ["nested_cv"]
    assert figures["same_predictions"] is True
    assert figures["seconds"][OURS] > 0
    assert figures["times_faster"] == pytest.approx(figures["seconds"][PLAIN] / figures["seconds"][OURS])
    assert "by radiobone and by scikit-learn" in said[0]
