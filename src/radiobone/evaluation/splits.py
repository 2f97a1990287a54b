"""Folds that keep every patient whole and the classes in balance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import PatientInTrainAndTest, TooFewPerClass
from radiobone.core.seeds import rng_for

IntArray = npt.NDArray[np.int64]
TRIES = 50


@dataclass(frozen=True, eq=False)
class Split:
    """One fold: positions of the rows to learn from and to test on, both ascending."""

    repeat: int
    fold: int
    train: IntArray
    test: IntArray


def make_splits(
    y: IntArray, groups: npt.NDArray[np.str_], *, folds: int, repeats: int, seed: int, key: str
) -> tuple[Split, ...]:
    """Make repeated stratified folds that keep groups whole.

    Parameters
    ----------
    y : numpy.ndarray of int, shape (n_rows,)
        Classes 0 and 1.
    groups : numpy.ndarray of str, shape (n_rows,)
        Patient of each row.
    folds, repeats : int
        Number of folds, and how often they are drawn anew.
    seed : int
        The user's seed.
    key : str
        What the splits are for.

    Raises
    ------
    TooFewPerClass
        If a class has fewer patients than folds.
    PatientInTrainAndTest
        If a patient were on both sides; checked after each split.
    """
    _, codes = np.unique(groups, return_inverse=True)
    rarer = smallest_class(y, groups)
    if rarer < folds:
        counts = {label: len(set(groups[y == label].tolist())) for label in (0, 1)}
        raise TooFewPerClass(
            f"{counts[1]} patients are positive and {counts[0]} negative, and {folds} folds need at least {folds} of "
            f"each, one per fold. Add cases, or set outer: {{folds: {max(2, rarer)}}} in the pipeline."
        )
    found = []
    for repeat in range(repeats):
        assigned = _assign(y, codes, folds, seed, f"{key}/{repeat}")
        for fold in range(folds):
            held_out = assigned == fold
            found.append(Split(repeat, fold, np.flatnonzero(~held_out), np.flatnonzero(held_out)))
    check_groups_whole(found, groups)
    return tuple(found)


def smallest_class(y: IntArray, groups: npt.NDArray[np.str_]) -> int:
    """Return the number of patients with rows of the rarer class."""
    return min(len(set(groups[y == label].tolist())) for label in (0, 1))


def check_groups_whole(splits: Iterable[Split], groups: npt.NDArray[np.str_]) -> None:
    """Refuse splits that have a patient on both sides.

    Raises
    ------
    PatientInTrainAndTest
    """
    for split in splits:
        both = sorted(set(groups[split.train].tolist()) & set(groups[split.test].tolist()))
        if both:
            shown = ", ".join(both[:3]) + (", …" if len(both) > 3 else "")
            raise PatientInTrainAndTest(
                f"Repeat {split.repeat}, fold {split.fold}: {len(both)} patient(s) are in both train and test: {shown}. "
                "Scores would be too high. Make the split by patient."
            )


def _assign(y: IntArray, codes: IntArray, folds: int, seed: int, key: str) -> IntArray:
    """Return the fold of each row; of several drawings the first whose folds all have both classes.

    A fold may end up without a class (it then has no AUC); its training rows may not.
    """
    sizes = np.zeros((codes.max() + 1, 2))
    np.add.at(sizes, (codes, y), 1.0)
    for attempt in range(TRIES):
        of_group = _deal(sizes, folds, rng_for(seed, "splits", key, attempt))
        per_fold = np.zeros((folds, 2))
        np.add.at(per_fold, of_group, sizes)
        if (per_fold > 0).all():
            break
    if (per_fold == per_fold.sum(axis=0)).any():
        raise TooFewPerClass(
            f"In {TRIES} drawings of {folds} folds all rows of one class came to lie in one fold, so that a model "
            "would be trained without it: too few patients have rows of that class. Add cases, or use fewer folds."
        )
    return of_group[codes]


def _deal(sizes: npt.NDArray[np.float64], folds: int, rng: np.random.Generator) -> IntArray:
    """Deal groups to folds, the largest first, each to where it upsets the balance least.

    ``sizes`` has a row per group and a column per class. Where folds are equal, chance decides.
    """
    totals = sizes.sum(axis=0)
    shuffled = rng.permutation(len(sizes))
    order = shuffled[np.argsort(-(sizes[shuffled] / totals).sum(axis=1), kind="stable")]
    counts = np.zeros((folds, 2))
    of_group = np.zeros(len(sizes), dtype=np.int64)
    luck = rng.permutation(folds)
    for group in order:
        after = ((counts + sizes[group]) / totals) ** 2 - (counts / totals) ** 2
        cost = np.round(after.sum(axis=1), 12)
        best = np.lexsort((luck, counts.sum(axis=1), cost))[0]
        of_group[group] = best
        counts[best] += sizes[group]
    return of_group
