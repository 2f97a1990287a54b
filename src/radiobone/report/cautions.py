"""What a careful reader should keep in mind besides the verdict, found from the result itself.

To add one: a function that returns a `Caution` or None, and a line in ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from radiobone.report.data import ResultData

WIDE_INTERVAL = 0.2
MANY_FAILED = 0.1
UNSTABLE_RATE = 0.5


@dataclass(frozen=True)
class Caution:
    """A short heading and what it means."""

    heading: str
    text: str


def internal_only(data: ResultData) -> Caution | None:
    """Tell that nobody outside this cohort was tested."""
    if data.external:
        return None
    if data.outer_kind == "external":
        return Caution(
            "One other cohort",
            "Scanners, hospitals and kinds of patients that are not in it may give other numbers.",
        )
    if data.outer_kind == "site":
        return Caution(
            "These sites alone",
            "Each site was tested by models that had not seen it. Sites that are not in this table may still differ more.",
        )
    return Caution(
        "Not tested elsewhere",
        "All numbers come from patients of this cohort, each predicted by models that never saw them. Other "
        "scanners, hospitals and kinds of patients may give other numbers.",
    )


def wide_interval(data: ResultData) -> Caution | None:
    """Tell that the AUC's interval is wide, where there is an AUC."""
    auc = data.metrics["metrics"].get("auc")
    if auc is None or auc["low"] is None or auc["high"] is None or auc["high"] - auc["low"] <= WIDE_INTERVAL:
        return None
    return Caution(
        "Wide interval",
        f"The interval of the AUC spans {auc['high'] - auc['low']:.2f}. Quote the interval, not the AUC alone.",
    )


def more_features_than_cases(data: ResultData) -> Caution | None:
    """Tell that there are more features than cases."""
    n_features, n_rows = data.metrics["n_features"], data.metrics["n_rows"]
    if n_features <= n_rows:
        return None
    return Caution(
        "More features than cases",
        f"{n_features} features were offered for {n_rows} cases. Nested cross-validation keeps the estimate honest, but "
        "the chosen features are one of many sets that would do about as well.",
    )


def too_few_for_so_many(data: ResultData) -> Caution | None:
    """Tell that the patients are too few for the candidate features; None in results of older versions."""
    found = data.metrics.get("sample_size")
    if found is None or found["enough"]:
        return None
    return Caution("Too few patients for so many features", str(found["sentence"]))


def failed_cases(data: ResultData) -> Caution | None:
    """Tell that many regions could not be measured."""
    if data.cases is None or not len(data.cases):
        return None
    n_failed, n = int((data.cases["status"] == "failed").sum()), len(data.cases)
    if n_failed / n < MANY_FAILED:
        return None
    return Caution(
        "Many failed cases",
        f"{n_failed} of {n} regions could not be measured and are missing here. If the failed ones are special "
        "(sicker patients, one scanner), the result holds only for the rest.",
    )


def unstable_selection(data: ResultData) -> Caution | None:
    """Tell that no feature was chosen in most folds."""
    if not len(data.selected) or not data.n_folds_total:
        return None
    most = data.selected.groupby("feature").size().max() / data.n_folds_total
    if most > UNSTABLE_RATE:
        return None
    return Caution(
        "Unstable selection",
        f"No feature was chosen in more than {round(100 * most)} % of the folds. Do not build a story on any one.",
    )


CHECKS: tuple[Callable[[ResultData], Caution | None], ...] = (
    wide_interval,
    unstable_selection,
    more_features_than_cases,
    too_few_for_so_many,
    failed_cases,
    internal_only,
)


def cautions(data: ResultData) -> list[Caution]:
    """List what applies, most serious first."""
    return [found for check in CHECKS if (found := check(data)) is not None]
