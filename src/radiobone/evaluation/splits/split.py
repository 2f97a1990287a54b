"""One fold, and what holds for every fold whatever its kind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import DerivedRow, PatientInTrainAndTest, TooFewPerClass

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
LEAST_TO_CHOOSE = 2  # patients of a class, one to learn from and one to choose by


@dataclass(frozen=True, eq=False)
class Split:
    """One fold: positions of the rows to learn from and to test on, both ascending.

    ``name`` says what is tested, such as a site; empty where chance decided.
    """

    repeat: int
    fold: int
    train: IntArray
    test: IntArray
    name: str = ""


def hold_out(
    tested: BoolArray,
    may_train: BoolArray,
    groups: npt.NDArray[np.str_],
    derived: BoolArray | None = None,
    *,
    fold: int = 0,
    repeat: int = 0,
    name: str = "",
) -> Split:
    """Make a fold of rows to test on; whoever is tested is kept out of training with all rows.

    Parameters
    ----------
    tested, may_train : numpy.ndarray of bool, shape (n_rows,)
        Rows to test on, and rows that could be learned from; the former are never learned from.
    groups : numpy.ndarray of str, shape (n_rows,)
        What must be whole.
    derived : numpy.ndarray of bool, shape (n_rows,), optional
        Rows made from other rows: never tested.
    """
    test = tested if derived is None else tested & ~derived
    train = may_train & ~tested & ~np.isin(groups, groups[test])
    return Split(repeat, fold, np.flatnonzero(train), np.flatnonzero(test), name)


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


def check_derived(splits: Iterable[Split], parent: IntArray | None) -> None:
    """Refuse splits that test on a derived row, or learn from one whose parent is not learned from.

    Parameters
    ----------
    splits : iterable of Split
    parent : numpy.ndarray of int, shape (n_rows,), or None
        Position of the row that each was made from; -1 for the others.

    Raises
    ------
    DerivedRow
    """
    if parent is None:
        return
    for split in splits:
        where = f"Repeat {split.repeat}, fold {split.fold}"
        tested = int((parent[split.test] >= 0).sum())
        if tested:
            raise DerivedRow(
                f"{where} tests on {tested} row(s) that were made from other rows. They are no patients, and would make the "
                "score look surer than it is. Leave them out of the test rows."
            )
        made_from = parent[split.train][parent[split.train] >= 0]
        parted = int((~np.isin(made_from, split.train)).sum())
        if parted:
            raise DerivedRow(
                f"{where} learns from {parted} row(s) whose parent is not in training: a copy of a tested case would be "
                "learned from, and scores would be too high. Put a derived row where its parent is."
            )


def check_learnable(
    splits: Iterable[Split],
    y: npt.NDArray[np.int64],
    groups: npt.NDArray[np.str_],
    names: tuple[str, ...] = ("negative", "positive"),
) -> None:
    """Refuse a fold that cannot be learned from, or has nothing to test, before anything is computed.

    Raises
    ------
    TooFewPerClass
    """
    for split in splits:
        named = f"fold {split.fold}" + (f" ({split.name})" if split.name else "")
        learned, whose = y[split.train], groups[split.train]
        counts = {label: len(set(whose[learned == label].tolist())) for label in range(len(names))}
        if min(counts.values()) < LEAST_TO_CHOOSE:
            raise TooFewPerClass(
                f"The training rows of {named} have "
                f"{' and '.join(f'{counts[label]} {names[label]}' for label in reversed(counts))} patients; at least "
                f"{LEAST_TO_CHOOSE} of each are needed, one to learn from and one to choose by. Use another split or add cases."
            )
        if not len(split.test):
            raise TooFewPerClass(f"The {named} has no row to test on. Use another split.")
