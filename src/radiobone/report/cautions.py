"""What a careful reader should keep in mind, found from the result itself.

To add one: a function that returns a `Caution` or None, and a line in ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from radiobone.report.data import ResultData
from radiobone.report.reading import brier_reference

SMALL_CLASS = 50
WIDE_INTERVAL = 0.2
SUSPICIOUS_AUC = 0.99
MANY_FAILED = 0.1
UNSTABLE_RATE = 0.5


@dataclass(frozen=True)
class Caution:
    """A short heading and what it means."""

    heading: str
    text: str


def internal_only(data: ResultData) -> Caution | None:
    """Tell that nobody outside this cohort was tested."""
    return Caution(
        "Not tested elsewhere",
        "All numbers come from patients of this cohort, each predicted by models that never saw them. Other "
        "scanners, hospitals and kinds of patients may give other numbers.",
    )


def small_class(data: ResultData) -> Caution | None:
    """Tell that the smaller class has few cases, unless the audit has told so."""
    counts = {
        data.metrics["positive"]: data.metrics["n_positive"],
        data.metrics["negative"]: data.metrics["n_negative"],
    }
    name, n = min(counts.items(), key=lambda item: item[1])
    if n >= SMALL_CLASS or any(found.get("code") == "FewEvents" for found in data.findings or ()):
        return None
    return Caution(
        "Few cases",
        f"Only {n} cases have {name}. With so few, a handful of patients can move every number of this report, and "
        "which features are chosen is partly luck.",
    )


def wide_interval(data: ResultData) -> Caution | None:
    """Tell that the AUC's interval is wide."""
    auc = data.metrics["metrics"]["auc"]
    if auc["low"] is None or auc["high"] is None or auc["high"] - auc["low"] <= WIDE_INTERVAL:
        return None
    return Caution(
        "Wide interval",
        f"The interval of the AUC spans {auc['high'] - auc['low']:.2f}. Quote the interval, not the AUC alone.",
    )


def too_good(data: ResultData) -> Caution | None:
    """Tell that a nearly perfect result is more often a leak than a discovery."""
    auc = data.metrics["metrics"]["auc"]["mean"]
    if auc is None or auc < SUSPICIOUS_AUC:
        return None
    return Caution(
        "Too good to be true?",
        "A nearly perfect AUC is more often a leak than a discovery: a column that was made from the answer, one "
        "class scanned on another machine, one patient under two ids. Look at the features that carry it.",
    )


def more_features_than_cases(data: ResultData) -> Caution | None:
    """Tell that there are more features than cases."""
    n_features, n_rows = data.metrics["n_features"], data.metrics["n_rows"]
    if n_features <= n_rows:
        return None
    return Caution(
        "More features than cases",
        f"{n_features} features were offered for {n_rows} cases. Nested cross-validation keeps the AUC honest, but "
        "the chosen features are one of many sets that would do about as well.",
    )


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


def no_better_than_prevalence(data: ResultData) -> Caution | None:
    """Tell that the probabilities are not worth more than the prevalence."""
    metrics = data.metrics
    brier = metrics["metrics"].get("brier", {}).get("mean")
    if brier is None or brier < brier_reference(metrics["n_positive"] / metrics["n_rows"]):
        return None
    return Caution(
        "Probabilities not usable",
        "The probabilities are no better than always answering the share of positives. Read the model as a "
        "ranking, if at all, not as a risk in percent.",
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
    too_good,
    small_class,
    wide_interval,
    no_better_than_prevalence,
    unstable_selection,
    more_features_than_cases,
    failed_cases,
    internal_only,
)


def cautions(data: ResultData) -> list[Caution]:
    """List what applies, most serious first."""
    return [found for check in CHECKS if (found := check(data)) is not None]
