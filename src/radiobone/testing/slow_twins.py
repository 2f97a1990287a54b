"""Slow, plain versions of fast functions: the same definition written once more, one value at a time.

Tests hold the two together. Nothing here is used by the product.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

Column = Sequence[float]


def mean_and_sd(column: Column) -> tuple[float, float]:
    """Mean, and standard deviation with divisor n."""
    mean = math.fsum(column) / len(column)
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in column) / len(column))


def cut_in_three(column: Column, width_sd: float = 1.0) -> list[int]:
    """Bin of each value: -1, 0 or 1 for low, middle, high; a value on an edge lies outside."""
    if min(column) == max(column):
        return [0] * len(column)
    mean, sd = mean_and_sd(column)
    reach = width_sd * sd * (1 - 1e-9)
    return [1 if value - mean >= reach else -1 if value - mean <= -reach else 0 for value in column]


def mutual_information(first: Sequence[object], second: Sequence[object]) -> float:
    """Mutual information of two discrete variables, in nats."""
    n = len(first)
    joint, of_first, of_second = Counter(zip(first, second, strict=True)), Counter(first), Counter(second)
    return math.fsum(
        count / n * math.log(count * n / (of_first[a] * of_second[b])) for (a, b), count in joint.items()
    )


def absolute_correlation(first: Column, second: Column) -> float:
    """Absolute Pearson correlation; 0 if a column is constant."""
    if min(first) == max(first) or min(second) == max(second):
        return 0.0
    (mean_1, sd_1), (mean_2, sd_2) = mean_and_sd(first), mean_and_sd(second)
    products = [(a - mean_1) * (b - mean_2) for a, b in zip(first, second, strict=True)]
    return abs(math.fsum(products)) / (len(first) * sd_1 * sd_2)


def f_statistic(column: Column, positive: Sequence[bool]) -> float:
    """F statistic of the one-way analysis of variance between two classes; 0 for a constant column, or without difference."""
    if min(column) == max(column):
        return 0.0
    mean, _ = mean_and_sd(column)
    between = within = 0.0
    for label in (False, True):
        part = [value for value, is_positive in zip(column, positive, strict=True) if is_positive == label]
        part_mean, part_sd = mean_and_sd(part)
        between += len(part) * (part_mean - mean) ** 2
        within += len(part) * part_sd**2
    if between < 1e-28 * (between + within):
        return 0.0
    return (len(column) - 2) * between / within if within > 1e-12 * (between + within) else math.inf


def mrmr(
    columns: Sequence[Column], positive: Sequence[bool], n_chosen: int, scheme: str, width_sd: float = 1.0
) -> list[int]:
    """Choose columns by minimum redundancy and maximum relevance, every pair anew at every step.

    Parameters
    ----------
    columns : sequence of columns
    positive : sequence of bool
    n_chosen : int
    scheme : {"mid", "miq", "fcq"}
    width_sd : float

    Returns
    -------
    list of int
        Positions in the order chosen; the first of those that tie.
    """
    binned = [cut_in_three(column, width_sd) for column in columns]
    chosen: list[int] = []
    while len(chosen) < n_chosen:
        scores = {}
        for candidate in range(len(columns)):
            if candidate in chosen:
                continue
            if scheme == "fcq":
                relevance = f_statistic(columns[candidate], positive)
                if relevance == 0:
                    continue
                shared = [
                    max(absolute_correlation(columns[candidate], columns[other]), 1e-3) for other in chosen
                ]
            else:
                relevance = mutual_information(binned[candidate], positive)
                shared = [mutual_information(binned[candidate], binned[other]) for other in chosen]
            scores[candidate] = mrmr_score(relevance, shared, scheme)
        if not scores:  # without any relevance left
            return chosen or [0]
        best = max(scores.values())
        near = best if math.isinf(best) else best - 1e-10 * max(abs(best), 1.0)
        chosen.append(min(at for at, score in scores.items() if score >= near))
    return chosen


def mrmr_score(relevance: float, shared: Sequence[float], scheme: str) -> float:
    """Score of a candidate, from its relevance and what it shares with each column chosen so far."""
    if not shared:
        return relevance
    mean = math.fsum(shared) / len(shared)
    if scheme == "mid":
        return relevance - mean
    if scheme == "miq":
        return relevance / max(mean, 1e-4)
    return 0.0 if mean > 1 - 1e-12 else relevance / mean


def first_of_each_group(columns: Sequence[Column], threshold: float) -> list[int]:
    """Positions of columns that correlate at most ``threshold`` with every column kept before."""
    kept: list[int] = []
    for position, column in enumerate(columns):
        if all(absolute_correlation(column, columns[other]) <= threshold + 1e-12 for other in kept):
            kept.append(position)
    return kept
