"""The tables of a manuscript. To add one: a function and its place in ``TABLES``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from radiobone.evaluation.contrast import title_of
from radiobone.evaluation.univariate import TESTS
from radiobone.report.data import ResultData
from radiobone.report.drawings.chosen import selection_rates
from radiobone.report.drawings.compared import OF_HEADLINE, external_rows, task_of
from radiobone.report.feature_words import describe
from radiobone.report.journal.table import Column, JournalTable, estimate
from radiobone.report.measures import measure_titles
from radiobone.report.numbers import count, decimals, p_value, percent, places_of, significant, unit_places
from radiobone.report.sections.performance import CALIBRATION, fold_row
from radiobone.report.sections.subgroups import SHOWN
from radiobone.report.sections.univariate import EFFECT, medians_of
from radiobone.report.shap_features import ranked_features
from radiobone.report.validation.data import ValidationData

Judged = ResultData | ValidationData
WHOLE = Column("measure", "Measure")


def _measures(data: Judged, metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    titles, places = measure_titles(task_of(data.metrics)), unit_places(data.metrics)
    keys = [key for key in titles if key in metrics] + sorted(set(metrics) - set(titles))
    return [
        {
            "measure": titles.get(key, key),
            "value": metrics[key],
            "sd": metrics[key].get("sd"),
            "pooled": metrics[key].get("pooled"),
            "places": places_of(key, places),
        }
        for key in keys
    ]


def _measure_columns(rows: list[dict[str, Any]]) -> list[Column]:
    more = [
        Column(key, title, decimals)
        for key, title in (("sd", "SD of folds"), ("pooled", "Pooled"))
        if any(row[key] is not None for row in rows)
    ]
    return [WHOLE, estimate("value", "Value (95 % interval)"), *more]


def _performance(data: Judged) -> JournalTable:
    rows = _measures(data, data.metrics["metrics"])
    how = (
        "of the frozen model in this cohort"
        if isinstance(data, ValidationData)
        else f"in nested cross-validation: mean of {data.n_folds_total} outer folds"
    )
    return JournalTable(
        "performance", f"Performance {how}, with 95 % intervals.", _measure_columns(rows), rows
    )


def _patients(data: Judged) -> JournalTable | None:
    level = data.metrics.get("patients")
    if not level:
        return None
    rows = _measures(data, level["metrics"])
    caption = f"Performance of {count(level['n_patients'])} patients: {level['rule']} of the predictions of each one's rows."
    return JournalTable("performance_of_patients", caption, _measure_columns(rows), rows)


def _calibration(data: Judged) -> JournalTable | None:
    found = data.metrics.get("calibration") or {}
    rows = [
        {"measure": title, "value": {"mean": found[key]["value"], "low": found[key]["low"], "high": found[key]["high"]}}
        for key, title, _ in CALIBRATION
        if key in found
    ]  # fmt: skip
    columns = [WHOLE, estimate("value", "Value (95 % interval)")]
    return JournalTable("calibration", "Calibration, with 95 % intervals.", columns, rows) if rows else None


def _subgroups(data: Judged) -> JournalTable | None:
    found = data.metrics.get("subgroups")
    if found is None:
        return None
    shown, places = SHOWN[task_of(data.metrics)].columns, unit_places(data.metrics)
    rows = [
        {
            "group": f"{one['column']} {one['label']}".strip(),
            "n_patients": one["n_patients"],
            **(one["metrics"] or {}),
        }
        for one in (found["all"], *found["groups"])
    ]
    measures = [estimate(key, title, places_of(key, places)) for key, title in shown]
    columns = [Column("group", "Group"), Column("n_patients", "Patients", count), *measures]
    return JournalTable("subgroups", f"Subgroups, with 95 % intervals: {found['method']}.", columns, rows)


def _folds(data: ResultData) -> JournalTable:
    score = {"binary": "auc"}.get(task_of(data.metrics), "score")
    rows = [
        {**fold_row(fold), "repeat": fold["repeat"] + 1, "fold": fold["fold"] + 1, "score": fold.get(score)}
        for fold in data.folds
    ]
    title = {"binary": "AUC", "ordinal": "Quadratic kappa", "number": "Mean absolute error"}[
        task_of(data.metrics)
    ]
    columns = [
        Column("repeat", "Repeat"), Column("fold", "Fold"), Column("score", title, decimals), Column("n_train", "Training rows"),
        Column("n_test", "Test rows"), Column("n_features", "Features"), Column("model", "Model"), Column("params", "Settings"),
    ]  # fmt: skip
    return JournalTable("folds", "Every outer fold, and what its inner folds chose.", columns, rows)


def _chosen(data: ResultData) -> JournalTable | None:
    clinical = frozenset(data.cohort.get("clinical") or ())
    rows = []
    for name, n in selection_rates(data):
        words = describe(name, clinical)
        rows.append({"feature": name, "words": words.feature, "ibsi": words.code, "family": words.family_title,
                     "image": words.filter_title, "folds": n, "share": n / data.n_folds_total})  # fmt: skip
    columns = [
        Column("feature", "Feature"), Column("words", "In words"), Column("ibsi", "IBSI code"), Column("family", "Family"),
        Column("image", "Measured on"), Column("folds", "Folds"), Column("share", "Share", percent),
    ]  # fmt: skip
    caption = f"Features by the number of the {data.n_folds_total} outer folds that chose them."
    return JournalTable("chosen_features", caption, columns, rows) if rows else None


def _univariate(data: ResultData) -> JournalTable | None:
    table = data.univariate
    if table is None:
        return None
    ordered = table.sort_values(["p_bh", "p", "feature"], na_position="last", kind="stable")
    rows: list[dict[str, Any]] = [
        {
            **{str(key): value for key, value in row.items()},
            "effect": {"mean": row["effect"], "low": _number(row["low"]), "high": _number(row["high"])},
        }
        for row in ordered.to_dict("records")
    ]
    effect = EFFECT.get(task_of(data.metrics))
    columns = [
        Column("feature", "Feature"),
        *(Column(key, title, significant) for key, title in medians_of(data)),
        *([estimate("effect", f"{effect} (95 % interval)")] if effect else []),
        Column("p", "p", p_value), Column("p_bh", "p, FDR", p_value), Column("n_missing", "Missing"),
    ]  # fmt: skip
    caption = (
        f"Every feature by itself on all rows ({TESTS[task_of(data.metrics)]}; FDR: Benjamini and Hochberg). A description; "
        "nothing was chosen by it."
    )
    return JournalTable("univariate", caption, columns, rows)


def _number(value: float) -> float | None:
    return None if value != value else value


def _ablation(data: ResultData) -> JournalTable | None:
    found = data.ablation
    if found is None:
        return None
    rows = [
        {"model": one["name"], "n_features": one["n_features"], "score": one["rows"]}
        for one in found["models"]
    ]
    columns = [
        Column("model", "Learned from"), Column("n_features", "Columns", count), estimate("score", str(found.get("title", "AUC")))
    ]  # fmt: skip
    return JournalTable(
        "ablation", f"Blocks of columns on the same outer folds. {found['method']}.", columns, rows
    )


def _contrast(data: ResultData) -> JournalTable | None:
    found = data.contrast
    if found is None:
        return None
    rows = [{"result": name, "score": one} for name, one in found["results"].items()]
    rows += [
        {
            "result": f"{one['first']} less {one['second']}",
            "score": one["difference"],
            "p_holm": one["p_holm"],
        }
        for one in found["pairs"]
    ]
    columns = [
        Column("result", "Result"), estimate("score", f"{title_of(found)} (95 % interval)", 3), Column("p_holm", "p, Holm", p_value)
    ]  # fmt: skip
    return JournalTable("contrast", f"Results on the same outer folds. {found['method']}.", columns, rows)


def _external(data: ResultData) -> JournalTable | None:
    if not data.external:
        return None
    measure = OF_HEADLINE[task_of(data.metrics)][1].title
    rows = [
        {"cohort": name, "score": {"mean": mean, "low": low, "high": high}}
        for name, mean, low, high in external_rows(data)
    ]
    columns = [Column("cohort", "Cohort"), estimate("score", f"{measure} (95 % interval)")]
    return JournalTable(
        "external", "The frozen model in other cohorts, and nested cross-validation.", columns, rows
    )


def _shap(data: ResultData) -> JournalTable | None:
    rows = [
        {"feature": one.name, "mean": one.mean, "sd": one.sd, "rate": one.rate}
        for one in ranked_features(data)
    ]
    columns = [
        Column("feature", "Feature"), Column("mean", "Mean |SHAP|", significant),
        Column("sd", "SD of folds", significant), Column("rate", "Chosen in", percent),
    ]  # fmt: skip
    caption = "Mean absolute SHAP value on held-out rows; 0 in folds that did not choose the feature."
    return JournalTable("shap", caption, columns, rows) if rows else None


OF_BOTH: tuple[Callable[[Any], JournalTable | None], ...] = (
    _performance,
    _patients,
    _calibration,
    _subgroups,
)
TABLES: tuple[Callable[[Any], JournalTable | None], ...] = (
    *OF_BOTH, _folds, _chosen, _univariate, _ablation, _contrast, _external, _shap
)  # fmt: skip


def tables_of(data: Judged) -> list[JournalTable]:
    """Make every table for which the data have something."""
    makers = OF_BOTH if isinstance(data, ValidationData) else TABLES
    return [table for table in (make(data) for make in makers) if table is not None]
