"""The rule behind the colour of the first screen: each reason alone, and what the page shows of them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from radiobone.report.build import render
from radiobone.report.data import ResultData, read_result
from radiobone.report.verdict import BAD, CAREFUL, CHECKS, GOOD, verdict


@pytest.fixture(scope="module")
def sound(make_result) -> ResultData:
    """A result that no check objects to."""
    data = read_result(make_result(n=120, images=False, shap=False))
    auc = {**data.metrics["metrics"]["auc"], "mean": 0.8, "pooled": 0.79, "low": 0.72, "high": 0.87}
    brier = {**data.metrics["metrics"]["brier"], "mean": 0.05}
    metrics = {**data.metrics, "metrics": {**data.metrics["metrics"], "auc": auc, "brier": brier}}
    return replace(data, metrics=metrics, findings=[])


def with_metric(data: ResultData, name: str, **changes: float | None) -> ResultData:
    metrics = data.metrics["metrics"]
    return replace(data, metrics={**data.metrics, "metrics": {**metrics, name: {**metrics[name], **changes}}})


def with_patients(data: ResultData, n_positive: int, n_negative: int, folds: int = 1) -> ResultData:
    y = [1] * n_positive + [0] * n_negative
    rows = pd.DataFrame(
        {"patient_id": [f"p{i}" for i in range(len(y))], "y": y, "repeat": 0, "probability": 0.5}
    )
    rows["fold"] = rows.groupby("y").cumcount() % folds
    counts = {"n_patients": len(y), "n_rows": len(y), "n_positive": n_positive, "n_negative": n_negative}
    return replace(data, predictions=rows, metrics={**data.metrics, **counts})


def found(code: str, severity: str) -> list[dict[str, str]]:
    return [{"code": code, "severity": severity, "message": f"{code} was found."}]


def test_without_objections_it_is_green(sound):
    assert verdict(sound).level == GOOD
    assert verdict(sound).reasons == ()
    assert verdict(with_patients(sound, 30, 30, folds=5)).level == GOOD


FAULTS = {
    "The audit found something serious": (
        BAD,
        lambda d: replace(d, findings=found("SuspectedLeak", "serious")),
    ),
    "Chance is not ruled out": (BAD, lambda d: with_metric(d, "auc", low=0.49)),
    "Worse than chance": (BAD, lambda d: with_metric(d, "auc", mean=0.4, pooled=0.4, low=0.3, high=0.48)),
    "No interval": (BAD, lambda d: with_metric(d, "auc", low=None, high=None)),
    "Too good to be true?": (CAREFUL, lambda d: with_metric(d, "auc", mean=0.995, pooled=0.99, high=1.0)),
    "Few patients": (CAREFUL, lambda d: with_patients(d, 29, 200)),
    "Tiny test folds": (CAREFUL, lambda d: with_patients(d, 30, 100, folds=7)),
    "Mean and pooled AUC differ": (CAREFUL, lambda d: with_metric(d, "auc", pooled=0.74)),
    "Probabilities not usable": (CAREFUL, lambda d: with_metric(d, "brier", mean=0.26)),
    "The audit warns": (CAREFUL, lambda d: replace(d, findings=found("NoPatientIds", "warning"))),
    "No audit": (CAREFUL, lambda d: replace(d, findings=None)),
}


@pytest.mark.parametrize("heading", FAULTS)
def test_each_reason_alone_sets_the_level_and_is_named(sound, heading):
    level, make = FAULTS[heading]
    judged = verdict(make(sound))
    assert judged.level == level
    assert [reason.heading for reason in judged.reasons] == [heading]


def test_every_check_has_a_case_here(sound):
    objecting = {check.__name__ for _, make in FAULTS.values() for check in CHECKS if check(make(sound))}
    assert objecting == {check.__name__ for check in CHECKS}


def test_49_patients_are_few_even_if_all_have_regions_of_both_classes(sound):
    for n, few in ((49, True), (50, False)):
        rows = with_patients(sound, n, n)
        both = rows.predictions.assign(patient_id=[f"p{i % n}" for i in range(2 * n)])
        data = replace(rows, predictions=both, metrics={**rows.metrics, "n_patients": n})
        assert [one.heading for one in verdict(data).reasons] == ["Few patients"] * few


def test_a_warning_of_few_independent_groups_counts_where_patients_are_many(sound):
    """Patients of 10 hospitals that stay together: 120 patients, and few events that are independent."""
    warned = replace(sound, findings=found("FewEvents", "warning"))
    judged = verdict(warned)
    assert judged.level == CAREFUL
    assert [reason.heading for reason in judged.reasons] == ["The audit warns"]
    assert "FewEvents" in judged.reasons[0].text
    few = replace(with_patients(sound, 29, 200), findings=found("FewEvents", "warning"))
    assert [reason.heading for reason in verdict(few).reasons] == ["Few patients"]  # said once


def test_several_regions_of_a_patient_count_once(sound):
    rows = with_patients(sound, 15, 60)
    twice = pd.concat([rows.predictions, rows.predictions], ignore_index=True)
    assert "15 with" in verdict(replace(rows, predictions=twice)).reasons[0].text


def test_the_worst_reason_leads(sound):
    data = replace(with_patients(sound, 7, 7, folds=3), findings=found("SuspectedLeak", "serious"))
    judged = verdict(with_metric(data, "auc", mean=0.83, pooled=0.63))
    assert judged.level == BAD
    assert judged.reasons[0].heading == "The audit found something serious"
    assert {"Few patients", "Tiny test folds", "Mean and pooled AUC differ"} <= {
        r.heading for r in judged.reasons
    }


def test_a_serious_finding_stands_before_the_auc_and_the_colour_is_not_green(sound):
    page = render(replace(sound, findings=found("SuspectedLeak", "serious")))
    assert page.index("SuspectedLeak was found.") < page.index("AUC on unseen patients")
    assert "answer is-bad" in page
    assert "answer is-good" not in page
    assert page.partition('id="performance"')[0].count("SuspectedLeak was found.") == 1
    assert "answer is-good" in render(sound)


def test_no_error_is_no_certainty(sound):
    page = render(with_metric(sound, "auc", mean=1.0, pooled=1.0, low=0.79, high=1.0))
    assert "No error was seen in 120 patients; that is not certainty." in page
    assert "An AUC as low as 0.79 would fit these patients too." in page
    assert "that is not certainty" not in render(sound)


def test_a_heading_that_asks_gets_no_full_stop(sound):
    page = render(with_metric(sound, "auc", mean=0.995, high=1.0))
    assert "<strong>Too good to be true?</strong>" in page
    assert "?." not in page
