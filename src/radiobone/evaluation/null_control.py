"""Null control: the whole pipeline on shuffled labels, where an honest estimate is that of chance on average.

It finds steps that look beyond their training rows. Faults of the table it cannot find (a patient under two ids, features that
were chosen beforehand on all rows), since shuffled labels are independent of them: those are the audit's.

Chance is an AUC of 0.5, a quadratic kappa of 0, and for numbers a rank correlation of 0: in a fold, given the training rows,
every exchange of the test labels is as likely, and over all of them these scores have just that mean, whatever is predicted.
R² has no such value: see ``fold_score``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.stats import t as student

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting, TooFewPerClass
from radiobone.core.seeds import rng_for, seed_for
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.fold_score import AUC, FoldScore
from radiobone.evaluation.permutation import PermutationTest, against_shuffles, shuffle_patients
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.evaluation.splits.settings import KFold
from radiobone.evaluation.splits.split import check_learnable
from radiobone.evaluation.splits.strata import strata_of

N_SHUFFLES = 20
LEVEL = 0.99
TRIES = 50
MOST_UNCHANGED = 0.5  # share of rows that shuffles may have to leave as they are
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class NullControl:
    """What the pipeline says of labels that mean nothing.

    Attributes
    ----------
    mean, sd : float
        Of the shuffles' scores, each the mean of its outer folds.
    low, high : float
        Where the mean lies in 99 of 100 honest studies: chance and Student's t times the standard error.
    test : PermutationTest
        The score of the true labels against those of the shuffles, which it lists.
    score : FoldScore
        What is compared.
    """

    mean: float
    sd: float
    low: float
    high: float
    test: PermutationTest
    score: FoldScore = AUC

    @property
    def departs(self) -> bool:
        """Whether the mean lies outside the band."""
        return not self.low - ROUNDING <= self.mean <= self.high + ROUNDING


@dataclass(frozen=True, eq=False)
class Shuffle:
    """A cohort with shuffled labels, its outer folds, and the seed of all that is random in them."""

    cohort: Cohort
    splits: tuple[Split, ...]
    seed: int


def check_n_shuffles(n_shuffles: int) -> None:
    """Refuse so few shuffles that the band would tell nothing.

    Raises
    ------
    BadSetting
    """
    if n_shuffles < N_SHUFFLES:
        raise BadSetting(
            f"The null control is asked for with {n_shuffles} shuffles; at least {N_SHUFFLES} are needed, since their mean "
            "is known too poorly with fewer. Leave the number out to get as many."
        )


def shuffles(
    cohort: Cohort, splits: Sequence[Split], spec: PipelineSpec, n_shuffles: int, *, seed: int, fixed: bool
) -> Iterator[Shuffle]:
    """Yield cohorts whose labels were shuffled between what the splits keep whole (patients).

    Folds that chance drew are drawn anew, balanced for the shuffled labels as they were for the true ones; folds that
    were given, or go by site, time or an external cohort, stay, and labels with which one could not be learned from
    are shuffled again.

    Parameters
    ----------
    cohort, splits, spec
        As they were judged.
    n_shuffles, seed : int
    fixed : bool
        Whether the folds were given.

    Raises
    ------
    BadSetting
        If most patients have nobody to exchange labels with.
    TooFewPerClass
        If no shuffle leaves folds that can be learned from.
    """
    _check_exchangeable(cohort)
    stays = fixed or not isinstance(spec.outer, KFold)
    for number in range(n_shuffles):
        yield _shuffle(cohort, splits if stays else None, spec, seed, number)


def _shuffle(
    cohort: Cohort, splits: Sequence[Split] | None, spec: PipelineSpec, seed: int, number: int
) -> Shuffle:
    own_seed = seed_for(seed, "null control", number)
    for attempt in range(TRIES):
        y = shuffle_patients(cohort.y, cohort.groups, rng_for(own_seed, "labels", attempt))
        shuffled = replace(cohort, y=y)
        try:
            if splits is None:
                return Shuffle(shuffled, outer_splits(shuffled, spec.outer, seed=own_seed), own_seed)
            least = strata_of(shuffled, 0)
            check_learnable(splits, least.codes, cohort.groups, least.names)
            return Shuffle(shuffled, tuple(splits), own_seed)
        except TooFewPerClass:
            continue
    raise TooFewPerClass(
        f"The null control found in {TRIES} shuffles of the labels none whose folds could be learned from: too few patients "
        "of one class. Leave --null-control out, or use fewer folds."
    )


def _check_exchangeable(cohort: Cohort) -> None:
    """Refuse a cohort in which regions of a patient differ in the label and most patients are of a size of their own."""
    _, first, unit, n_rows = np.unique(
        cohort.groups, return_index=True, return_inverse=True, return_counts=True
    )
    if (cohort.y == cohort.y[first][unit]).all():
        return
    sizes, how_many = np.unique(n_rows, return_counts=True)
    alone = int(sizes[how_many == 1].sum())
    if alone > MOST_UNCHANGED * cohort.n_rows:
        raise BadSetting(
            f"The null control cannot shuffle {alone} of {cohort.n_rows} rows: regions of a patient differ in the label, so that "
            "patients exchange the labels of all their rows, and these have nobody with as many rows. Leave --null-control out."
        )


def null_control(observed: float, scores: Sequence[float], score: FoldScore = AUC) -> NullControl:
    """Sum up the scores of shuffled labels.

    Parameters
    ----------
    observed : float
        Score of the true labels, mean of the outer folds.
    scores : sequence of float
        Likewise of each shuffle, two at least.
    score : FoldScore
        What they are.
    """
    values, chance = np.array(scores, dtype=float), score.chance
    sd = float(values.std(ddof=1))
    half = float(student.ppf((1 + LEVEL) / 2, len(values) - 1) * sd / np.sqrt(len(values)))
    return NullControl(
        float(values.mean()), sd, chance - half, chance + half, against_shuffles(observed, scores), score
    )


def null_entry(found: NullControl) -> dict[str, Any]:
    """Return it as plain data for ``metrics.json``."""
    score = found.score
    return {
        "n_shuffles": len(found.test.null),
        "mean": found.mean,
        "sd": found.sd,
        "low": found.low,
        "high": found.high,
        "departs": found.departs,
        "observed": found.test.observed,
        "p": found.test.p,
        "p_low": found.test.p_low,
        "p_high": found.test.p_high,
        score.key: found.test.null.tolist(),
        "method": (
            f"{score.shuffled} shuffled between patients, all of the pipeline repeated; low and high: {score.chance:g} and Student's t times the "
            f"standard error of the mean ({LEVEL:.0%} band); p: share of shuffles, the true {score.shuffled} among them, that do as well"
            + (f". {score.why}" if score.why else "")
        ),
    }


def null_finding(found: NullControl) -> Finding | None:
    """Return a serious finding if the mean departs from chance beyond the band."""
    if not found.departs:
        return None
    score = found.score
    what, name = score.shuffled, score.title
    said = (
        f"With {what} shuffled between patients the same pipeline reached a mean {name} of {found.mean:.3f} in {len(found.test.null)} "
        f"shuffles; {what} that mean nothing give {score.chance:g}, in {LEVEL:.0%} of honest studies between {found.low:.3f} and "
        f"{found.high:.3f}. "
    )
    above = (
        "A step or model learns from rows beyond its training rows, such as one of your own that looks up the whole table. The "
        f"{name} of the true {what} is inflated as well; do not report it before the step is found."
    )
    below = (
        f"Folds that pull against each other do so (very few patients, or patients of very different numbers of rows). The {name} of "
        f"the true {what} is off by as much; use other folds, and find out before it is reported."
    )
    return Finding("NullControlDeparts", "serious", said + (above if found.mean > score.chance else below))
