"""What a penalised regression learns: classes by logistic regression, numbers by linear regression."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

from radiobone.core.errors import TooFewPerClass, TooFewRows
from radiobone.selection.labels import two_classes
from radiobone.selection.lasso_path import LassoPath, lasso_path
from radiobone.selection.linear_path import linear_path
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray
from radiobone.selection.scale import centre_and_spread
from radiobone.selection.targets import Numbers, is_number, read_target

FOLD_TOLERANCE = 1e-5  # moves the smallest held-out deviance by about 2e-5 of itself, and is faster
Split = tuple[IntArray, IntArray]


@dataclass(frozen=True, eq=False)
class Problem:
    """A response, and how paths for it are solved and judged.

    Attributes
    ----------
    response : ndarray of bool or float, shape (n_rows,)
        True for the second class; or numbers of mean 0 and standard deviation 1.
    classes : ndarray, shape (2,), or None
        None for numbers.
    solve : callable
        Path from a table, a response and a sequence of λ.
    loss : callable
        Mean loss for each λ from scores, shape (n_rows, n_lambdas), and a response.
    """

    response: BoolArray | FloatArray
    classes: npt.NDArray[Any] | None
    solve: Callable[..., LassoPath]
    loss: Callable[[FloatArray, Any], FloatArray]


def problem_of(y: npt.NDArray[Any], kind: str, l1_ratio: float) -> Problem:
    """Make the problem of a target.

    Parameters
    ----------
    y : ndarray, shape (n_rows,)
    kind : {"auto", "class", "number"}
    l1_ratio : float

    Raises
    ------
    BadSetting, OneClass, NotBinary
    """
    if not is_number(y, kind):
        target = two_classes(y)
        return Problem(target.positive, target.classes, partial(lasso_path, l1_ratio=l1_ratio), _deviance)
    numbers = read_target(y, "number")
    assert isinstance(numbers, Numbers)
    mean, sd = centre_and_spread(numbers.values[:, np.newaxis])
    return Problem(
        (numbers.values - mean) / sd, None, partial(linear_path, l1_ratio=l1_ratio), _squared_error
    )


def _deviance(scores: FloatArray, positive: BoolArray) -> FloatArray:
    sign = np.where(positive, 1.0, -1.0)[:, np.newaxis]
    deviance: FloatArray = 2 * np.logaddexp(0.0, -sign * scores).mean(axis=0)
    return deviance


def _squared_error(scores: FloatArray, values: FloatArray) -> FloatArray:
    error: FloatArray = np.square(scores - values[:, np.newaxis]).mean(axis=0)
    return error


def inner_splits(
    problem: Problem, groups: npt.ArrayLike | None, n_folds: int, random_state: int
) -> list[Split]:
    """Split rows for choosing a penalty; no group is on both sides of a split.

    Parameters
    ----------
    problem : Problem
    groups : array-like or None, shape (n_rows,)
    n_folds : int
        Lowered to the number of rows (or groups) there are, of the rarer class if there are classes.
    random_state : int

    Raises
    ------
    TooFewPerClass, TooFewRows
        If fewer than two splits can be made.
    """
    response = problem.response
    units = np.arange(len(response)) if groups is None else np.unique(groups, return_inverse=True)[1]
    each = "row" if groups is None else "patient"
    if problem.classes is None:
        return _splits_of_numbers(response, units, (n_folds, random_state), each)
    rarer = min(len(np.unique(units[response])), len(np.unique(units[~response.astype(bool)])))
    if rarer < 2:
        raise TooFewPerClass(
            f"The rarer class has {rarer} {each} in the training rows; "
            "choosing a penalty by cross-validation needs at least 2. Use fewer folds, more cases, or a "
            "pipeline without LASSO."
        )
    kind = StratifiedKFold if groups is None else StratifiedGroupKFold
    folds = kind(min(n_folds, rarer), shuffle=True, random_state=random_state)
    splits = list(folds.split(response, response, None if groups is None else units))
    usable = [pair for pair in splits if len(pair[1]) and len(np.unique(response[pair[0]])) == 2]
    if len(usable) < 2:
        raise TooFewPerClass(
            f"Of {len(splits)} inner folds only {len(usable)} can be used: patients of one class are too "
            "few to be in every training part. Use more cases, or a pipeline without LASSO."
        )
    return usable


def _splits_of_numbers(
    response: FloatArray | BoolArray, units: IntArray, folds: tuple[int, int], each: str
) -> list[Split]:
    n_folds, random_state = folds
    n_units = len(np.unique(units))
    splits: list[Split] = []
    if n_units > 1:
        kind = KFold if each == "row" else GroupKFold
        cut = kind(min(n_folds, n_units), shuffle=True, random_state=random_state)
        splits = list(cut.split(response, groups=None if each == "row" else units))
    usable = [pair for pair in splits if len(np.unique(response[pair[0]])) > 1]
    if len(usable) < 2:
        raise TooFewRows(
            f"{n_units} {each}(s) are too few to choose a penalty by cross-validation: {len(usable)} inner folds can be "
            "used, and 2 are needed. Use more cases, or a pipeline without LASSO."
        )
    return usable


def held_out_loss(
    table: FloatArray, problem: Problem, lambdas: FloatArray, splits: list[Split]
) -> tuple[FloatArray, FloatArray]:
    """Loss of held-out rows for every λ: deviance of classes, squared error of standardised numbers.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
    problem : Problem
    lambdas : ndarray, shape (n_lambdas,)
    splits : list of (train, test)
        Row positions.

    Returns
    -------
    mean, standard_error : ndarray, shape (n_lambdas,)
        Per row, over folds weighted by their rows. A fold whose path ends early keeps its last solution.
    """
    folds = np.empty((len(splits), len(lambdas)))
    for row, (train, test) in zip(folds, splits, strict=True):
        path = problem.solve(table[train], problem.response[train], lambdas, tolerance=FOLD_TOLERANCE)
        loss = problem.loss(path.scores(table[test]), problem.response[test])
        row[: len(loss)] = loss
        row[len(loss) :] = loss[-1]
    weight = np.array([len(test) for _, test in splits], dtype=np.float64)
    weight /= weight.sum()
    mean = weight @ folds
    variance = weight @ np.square(folds - mean) / (len(splits) - 1)
    return mean, np.sqrt(variance)
