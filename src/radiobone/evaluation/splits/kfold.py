"""Folds that keep every patient whole and the classes in balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import TooFewPerClass
from radiobone.core.seeds import rng_for
from radiobone.evaluation.splits.split import BoolArray, IntArray, Split, check_groups_whole, hold_out

TRIES = 50


def make_splits(
    y: IntArray,
    groups: npt.NDArray[np.str_],
    *,
    folds: int,
    repeats: int,
    seed: int,
    key: str,
    derived: BoolArray | None = None,
    names: tuple[str, ...] = ("negative", "positive"),
) -> tuple[Split, ...]:
    """Make repeated stratified folds that keep groups whole.

    Parameters
    ----------
    y : numpy.ndarray of int, shape (n_rows,)
        Classes 0 and 1, or other strata from 0.
    groups : numpy.ndarray of str, shape (n_rows,)
        Patient of each row.
    folds, repeats : int
        Number of folds, and how often they are drawn anew.
    seed : int
        The user's seed.
    key : str
        What the splits are for.
    derived : numpy.ndarray of bool, shape (n_rows,), optional
        Rows made from others of their group: they do not count, and are never tested.
    names : tuple of str
        What a message calls each class.

    Raises
    ------
    TooFewPerClass
        If a class has fewer patients than folds.
    PatientInTrainAndTest
        If a patient were on both sides; checked after each split.
    """
    own = np.ones(len(y), dtype=bool) if derived is None else ~derived
    rarer = smallest_class(y[own], groups[own], len(names))
    if rarer < folds:
        counts = {label: len(set(groups[own & (y == label)].tolist())) for label in range(len(names))}
        raise TooFewPerClass(
            f"{_counted(counts, names)}, and {folds} folds need at least {folds} of "
            f"each, one per fold. Add cases, or set outer: {{folds: {max(2, rarer)}}} in the pipeline."
        )
    whole, codes = np.unique(groups, return_inverse=True)
    sizes = np.zeros((len(whole), len(names)))
    np.add.at(sizes, (codes[own], y[own]), 1.0)
    everyone = np.ones(len(y), dtype=bool)
    found = []
    for repeat in range(repeats):
        assigned = _assign(sizes, folds, seed, f"{key}/{repeat}")[codes]
        found += [
            hold_out(assigned == fold, everyone, groups, derived, fold=fold, repeat=repeat)
            for fold in range(folds)
        ]
    check_groups_whole(found, groups)
    return tuple(found)


def _counted(counts: Mapping[int, int], names: Sequence[str]) -> str:
    """Say how many patients each class has, the last class first."""
    first, *rest = reversed(counts)
    others = [f"{counts[label]} {names[label]}" for label in rest]
    return f"{counts[first]} patients are {names[first]}" + "".join(f" and {other}" for other in others)


def smallest_class(y: IntArray, groups: npt.NDArray[np.str_], n_classes: int = 2) -> int:
    """Return the number of patients with rows of the rarer class."""
    return min(len(set(groups[y == label].tolist())) for label in range(n_classes))


def _assign(sizes: npt.NDArray[np.float64], folds: int, seed: int, key: str) -> IntArray:
    """Return the fold of each group; of several drawings the first whose folds all have both classes.

    A fold may end up without a class (it then has no AUC); its training rows may not.
    """
    for attempt in range(TRIES):
        of_group = _deal(sizes, folds, rng_for(seed, "splits", key, attempt))
        per_fold = np.zeros((folds, sizes.shape[1]))
        np.add.at(per_fold, of_group, sizes)
        if (per_fold > 0).all():
            break
    if (per_fold == per_fold.sum(axis=0)).any():
        raise TooFewPerClass(
            f"In {TRIES} drawings of {folds} folds all rows of one class came to lie in one fold, so that a model "
            "would be trained without it: too few patients have rows of that class. Add cases, or use fewer folds."
        )
    return of_group


def _deal(sizes: npt.NDArray[np.float64], folds: int, rng: np.random.Generator) -> IntArray:
    """Deal groups to folds, the largest first, each to where it upsets the balance least.

    ``sizes`` has a row per group and a column per class. Where folds are equal, chance decides.
    """
    totals = sizes.sum(axis=0)
    shuffled = rng.permutation(len(sizes))
    order = shuffled[np.argsort(-(sizes[shuffled] / totals).sum(axis=1), kind="stable")]
    counts = np.zeros((folds, sizes.shape[1]))
    of_group = np.zeros(len(sizes), dtype=np.int64)
    luck = rng.permutation(folds)
    for group in order:
        after = ((counts + sizes[group]) / totals) ** 2 - (counts / totals) ** 2
        cost = np.round(after.sum(axis=1), 12)
        best = np.lexsort((luck, counts.sum(axis=1), cost))[0]
        of_group[group] = best
        counts[best] += sizes[group]
    return of_group
