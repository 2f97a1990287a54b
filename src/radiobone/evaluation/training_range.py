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


def warn_of_range(notes: Sequence[str]) -> None:
    """Warn once of all rows that have a note."""
    told = [note.partition(": ")[2] for note in notes if note]
    if told:
        start = "" if len(notes) == 1 else f"{len(told)} of {len(notes)} rows; the first: "
        warn(f"{start}{told[0]}", OutsideTrainingRange, stacklevel=3)
