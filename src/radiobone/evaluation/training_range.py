"""Rows unlike those that a model was trained on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from radiobone.core.warnings import OutsideTrainingRange, warn

TOO_MANY = 0.5  # share of the needed features
AT_LEAST = 2  # one value alone is outside in many a new patient
ADVICE = "the model was not made for such an image, and what it says of it is not to be used"


def unlike_training(outside: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which rows have so many values outside the training range that a score means nothing.

    Parameters
    ----------
    outside : ndarray of bool, shape (n_rows, n_needed)
        Whether a value lies outside.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
        At least two, and half or more of the row; of a model with one feature, that one.
    """
    n_needed = outside.shape[1]
    enough = max(TOO_MANY * n_needed, min(AT_LEAST, n_needed))
    return np.asarray((outside.sum(axis=1) >= enough) & (n_needed > 0), dtype=bool)


def range_notes(outside: npt.NDArray[np.bool_]) -> list[str]:
    """Return for each row why its score is not to be used, or an empty text."""
    n_needed = outside.shape[1]
    return [
        f"{OutsideTrainingRange.code}: {row.sum()} of the {n_needed} features that the model needs lie outside the "
        f"training range: {ADVICE}."
        if unlike
        else ""
        for row, unlike in zip(outside, unlike_training(outside), strict=True)
    ]


def far_notes(
    values: npt.NDArray[np.float64], bounds: npt.NDArray[np.float64], names: Sequence[str]
) -> list[str]:
    """Return for each row which values lie further outside the training range than it is wide, or an empty text.

    One such value is enough to carry a linear model anywhere.

    Parameters
    ----------
    values : numpy.ndarray, shape (n_rows, n_needed)
    bounds : numpy.ndarray, shape (n_needed, 2)
        Least and greatest training value.
    names : sequence of str, length n_needed
    """
    low, high = bounds[:, 0], bounds[:, 1]
    beyond = np.maximum(low - values, values - high)
    far = (beyond > high - low) & (beyond > 0)
    return [_far(np.flatnonzero(row), values[number], bounds, names) for number, row in enumerate(far)]


def _far(
    found: npt.NDArray[np.intp],
    values: npt.NDArray[np.float64],
    bounds: npt.NDArray[np.float64],
    names: Sequence[str],
) -> str:
    if not len(found):
        return ""
    first = int(found[0])
    return (
        f"FarOutsideTrainingRange: {len(found)} feature(s) lie further outside the training range than it is wide, such as "
        f"{names[first]} = {values[first]:.4g} (training {bounds[first, 0]:.4g} to {bounds[first, 1]:.4g})"
    )


def warn_of_range(notes: Sequence[str]) -> None:
    """Warn once of all rows that have a note."""
    told = [note.partition(": ")[2] for note in notes if note]
    if told:
        start = "" if len(notes) == 1 else f"{len(told)} of {len(notes)} rows; the first: "
        warn(f"{start}{told[0]}", OutsideTrainingRange, stacklevel=3)
