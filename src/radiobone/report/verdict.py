"""How far the result can be believed: a stated rule, and every reason in plain words.

`BAD` (red): the result does not show that the model works, because the audit found something serious or the
interval of the AUC does not lie wholly above 0.5. `CAREFUL` (amber): it lies above 0.5, and a check of `CHECKS`
objects. `GOOD` (green): no check objects.

To add one: a function that returns a `Reason` or None, and a line in ``CHECKS``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from radiobone.core.counting import counted
from radiobone.report.data import ResultData
from radiobone.report.reading import belief, brier_reference

Level = Literal["bad", "careful", "good"]
BAD: Level = "bad"
CAREFUL: Level = "careful"
GOOD: Level = "good"
TITLES: dict[Level, str] = {
    BAD: "Does not show that the model works",
    CAREFUL: "Better than {nothing}, with reservations",
    GOOD: "Better than {nothing} in this cohort",
}

FEWEST_PATIENTS = 50
"""With fewer, even a plain share of all of them, such as that of positives, is known to ±14 percentage points at best."""

FEWEST_OF_A_CLASS = 30
"""Patients, as in the audit. With 30, a sensitivity of 80 % is known to about ±14 percentage points (Wilson's interval:
63 to 90 %); with 10 it cannot be told from guessing (49 to 94 %). Guidance asks for far more: at least 100 of each class
to judge a model (Collins et al., Stat Med 35, 2016), and a size worked out for the question (Riley et al., BMJ 368,
2020; TRIPOD)."""

FEWEST_IN_A_FOLD = 5
"""Patients of a class. With fewer, a single one can move the AUC of its fold by a quarter or more."""

POOLED_GAP = 0.05
"""Between pooled and mean AUC: as large as the gains that studies report."""

SUSPICIOUS_AUC = 0.99


RULE = (
    "Red: the audit found something serious, or the interval of the AUC does not lie wholly above 0.5.",
    f"Amber: the interval lies above 0.5, but there are fewer than {FEWEST_PATIENTS} patients, or {FEWEST_OF_A_CLASS} of "
    f"the smaller class, or {FEWEST_IN_A_FOLD} of a class in a test fold; the mean and the pooled AUC differ by more than "
    f"{POOLED_GAP}; the Brier score is no better than that of the share of positives; the AUC is {SUSPICIOUS_AUC} or "
    "more; or the audit gave a warning or was not run.",
    "Green: none of these. It says nothing of other hospitals.",
)


@dataclass(frozen=True)
class Reason:
    """Why the result is not to be taken at face value.

    Attributes
    ----------
    level : {"bad", "careful"}
        How much hangs on it.
    heading, text : str
        In plain words.
    """

    level: Level
    heading: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """Level, title and reasons, the worst first; ``nothing`` is what a model without merit does."""

    level: Level
    reasons: tuple[Reason, ...]
    nothing: str = "chance"

    @property
    def title(self) -> str:
        """The level in words."""
        return TITLES[self.level].format(nothing=self.nothing)


def verdict(data: ResultData) -> Verdict:
    """Apply the rule to a result."""
    return judged(data, CHECKS)


def judged(
    data: ResultData, checks: Sequence[Callable[[ResultData], Reason | None]], nothing: str = "chance"
) -> Verdict:
    """Ask every check, and order what they object to by level."""
    found = [reason for check in checks if (reason := check(data)) is not None]
    reasons = tuple(sorted(found, key=lambda reason: reason.level != BAD))
    return Verdict(reasons[0].level if reasons else GOOD, reasons, nothing)


def serious_findings(data: ResultData) -> Reason | None:
    """Object if the audit found something serious."""
    codes = sorted({str(one["code"]) for one in data.findings or () if one.get("severity") == "serious"})
    if not codes:
        return None
    return Reason(
        BAD,
        "The audit found something serious",
        f"{', '.join(codes)}. The numbers may come from a fault of the table, not from the disease.",
    )


def not_above_chance(data: ResultData) -> Reason | None:
    """Object if the interval of the AUC does not lie wholly above 0.5."""
    auc = data.metrics["metrics"]["auc"]
    level, sentence = belief(auc)
    headings = {
        "unclear": "Chance is not ruled out",
        "worse": "Worse than chance",
        "unknown": "No interval",
    }
    return Reason(BAD, headings[level], sentence) if level in headings else None


def warnings_of_the_audit(
    data: ResultData, few: Callable[[ResultData], Reason | None] | None = None
) -> Reason | None:
    """Object if the audit gave a warning, or was not run; ``few`` is the task's own check of the number of patients.

    Where that objects, the audit's finding of the same is not told again.
    """
    if data.findings is None:
        return Reason(CAREFUL, "No audit", "The table was not checked for leaks.")
    said = {"FewEvents"} if (few or few_patients)(data) is not None else set()
    codes = sorted({str(one["code"]) for one in data.findings if one.get("severity") == "warning"} - said)
    if not codes:
        return None
    return Reason(CAREFUL, "The audit warns", f"{', '.join(codes)}: see what it found, below.")


def few_patients(data: ResultData) -> Reason | None:
    """Object to fewer than 50 patients, or 30 of the smaller class."""
    about = data.metrics
    patients = data.predictions.groupby("y")["patient_id"].nunique()
    sizes = {about["positive"]: int(patients.get(1, 0)), about["negative"]: int(patients.get(0, 0))}
    name, n = min(sizes.items(), key=lambda item: item[1])
    tested = data.n_patients_tested
    if tested >= FEWEST_PATIENTS and n >= FEWEST_OF_A_CLASS:
        return None
    return Reason(
        CAREFUL,
        "Few patients",
        f"{counted(tested, 'patient')}{' tested' if tested < about['n_patients'] else ''}, of whom {n} with {name}. Below {FEWEST_PATIENTS} patients or "
        f"{FEWEST_OF_A_CLASS} of the smaller class a handful of them moves every number here. Guidance for judging a "
        "model (Collins 2016, Riley 2020, TRIPOD) asks for about 100 of each class.",
    )


def small_folds(data: ResultData) -> Reason | None:
    """Object to folds that test on fewer than 5 of a class."""
    patients = data.predictions.groupby(["repeat", "fold", "y"])["patient_id"].nunique()
    counts = patients.unstack("y", fill_value=0)
    fewest = int(counts.reindex(columns=[0, 1], fill_value=0).to_numpy().min())
    if fewest >= FEWEST_IN_A_FOLD:
        return None
    return Reason(
        CAREFUL,
        "Tiny test folds",
        f"The smallest fold was tested on {fewest} of a class, fewer than {FEWEST_IN_A_FOLD}. The AUC of so few jumps "
        "with one patient, and the mean of such AUCs is unsteady.",
    )


def pooled_differs(data: ResultData) -> Reason | None:
    """Object if the AUC of all predictions together is far from the mean of the folds."""
    auc = data.metrics["metrics"]["auc"]
    if auc["mean"] is None or auc["pooled"] is None or abs(auc["mean"] - auc["pooled"]) <= POOLED_GAP:
        return None
    return Reason(
        CAREFUL,
        "Mean and pooled AUC differ",
        f"The mean of the folds is {auc['mean']:.2f}, all predictions together give {auc['pooled']:.2f}. The models of "
        "different folds do not agree on a scale, or the folds are too small to judge.",
    )


def no_better_than_prevalence(data: ResultData) -> Reason | None:
    """Object if the probabilities are not worth more than the share of positives."""
    brier = data.metrics["metrics"].get("brier", {}).get("mean")
    reference = brier_reference(data.share_of_positives)
    if brier is None or brier < reference:
        return None
    return Reason(
        CAREFUL,
        "Probabilities not usable",
        f"Their Brier score, {brier:.2f}, is no better than that of always answering the share of positives, "
        f"{reference:.2f}. Read the model as a ranking, if at all, not as a risk in percent.",
    )


def too_good(data: ResultData) -> Reason | None:
    """Object to a nearly perfect result, which is more often a leak than a discovery."""
    auc = data.metrics["metrics"]["auc"]
    if auc["mean"] is None or auc["mean"] < SUSPICIOUS_AUC:
        return None
    return Reason(
        CAREFUL,
        "Too good to be true?",
        "A nearly perfect AUC is more often a leak than a discovery: a column made from the answer, one class scanned "
        "on another machine, one patient under two ids. Look at the features that carry it.",
    )


CHECKS: tuple[Callable[[ResultData], Reason | None], ...] = (
    serious_findings,
    not_above_chance,
    too_good,
    few_patients,
    small_folds,
    pooled_differs,
    no_better_than_prevalence,
    warnings_of_the_audit,
)
