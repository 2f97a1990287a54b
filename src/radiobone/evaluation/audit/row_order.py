"""Rows that lie in the table by class, and features that drift along it."""

from __future__ import annotations

import math

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import rng_for
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.units import IntArray, means_of, ranks_within, shuffled_within, units_of

CHANCE = 0.001
DRIFT_CHANCE = 0.01
N_PERMUTATIONS = 199


def row_order(cohort: Cohort) -> list[Finding]:
    """Find a table in whose rows the classes lie in blocks; worse where features follow the order within a class too."""
    number, classes = units_of(cohort.y, cohort.groups)
    place = np.asarray(cohort.provenance.get("order", np.arange(cohort.n_rows)), dtype=np.int64)
    first = np.full(len(classes), place.max() + 1, dtype=np.int64)
    np.minimum.at(first, number, place)
    in_order = classes[np.argsort(first, kind="stable")]
    chance = chance_of_few_runs(in_order)
    if chance > CHANCE:
        return []
    runs = 1 + int((np.diff(in_order) != 0).sum())
    found = (
        f"The classes of '{cohort.target}' lie in blocks in the table: {runs} runs of one class over {len(in_order)} patients, "
        f"which chance gives with probability {chance:.1g}. "
    )
    column, p_value = _drift(cohort, number, classes, first)
    if p_value > DRIFT_CHANCE:
        advice = (
            "The order is not used for learning, and no feature follows it. If cases were scanned or measured in that order, "
            "say so; leave out columns of running numbers."
        )
        return [Finding("RowOrder", "note", found + advice)]
    advice = (
        f"Features follow the order within the classes as well, most of all {cohort.X.columns[column]} (p {p_value:.2g}): "
        "patients were likely scanned, segmented or measured in batches, and a model can learn the batch. Find out what changed "
        "along the table, measure in mixed order, or test on later patients (--outer temporal)."
    )
    return [Finding("RowOrder", "warning", found + advice)]


def chance_of_few_runs(classes: IntArray) -> float:
    """Return the probability of as few runs of one class or fewer, if all orders were as likely (Wald and Wolfowitz 1940).

    Parameters
    ----------
    classes : numpy.ndarray of int, shape (n,)
        0 and 1, in order.
    """
    n, m = int((classes == 1).sum()), int((classes == 0).sum())
    if not n or not m:
        return 1.0
    runs = 1 + int((np.diff(classes) != 0).sum())
    ways = sum(_arrangements(number, n, m) for number in range(2, runs + 1))
    return ways / math.comb(n + m, n)


def _arrangements(runs: int, n: int, m: int) -> int:
    """How many orders of n and m have this number of runs."""
    half, odd = divmod(runs, 2)
    if not odd:
        return 2 * math.comb(n - 1, half - 1) * math.comb(m - 1, half - 1)
    return math.comb(n - 1, half) * math.comb(m - 1, half - 1) + math.comb(n - 1, half - 1) * math.comb(
        m - 1, half
    )


def _drift(cohort: Cohort, number: IntArray, classes: IntArray, first: IntArray) -> tuple[int, float]:
    """Feature that follows the order most within the classes, and how often chance gives one that does so as well."""
    features = ranks_within(means_of(cohort.X.to_numpy(dtype=float), number), classes)
    order = ranks_within(first[:, np.newaxis].astype(float), classes)[:, 0]
    rng = rng_for(0, "audit", "RowOrder")
    drawn = np.column_stack([order, *(shuffled_within(order, classes, rng) for _ in range(N_PERMUTATIONS))])
    agreement = np.abs(features.T @ drawn)
    best = agreement.max(axis=0)
    as_good = 1 + int((best[1:] >= best[0] * (1 - 1e-12)).sum())
    return int(np.argmax(np.round(agreement[:, 0], 12))), as_good / (N_PERMUTATIONS + 1)
