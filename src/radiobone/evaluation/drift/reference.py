"""What a model file keeps of its training rows for later comparison: bins of its features and of its own predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.errors import UntrustedModel
from radiobone.evaluation.drift.bins import Bins, rows_each, training_bins

FloatArray = npt.NDArray[np.float64]
MOST_KINDS = 30


@dataclass(frozen=True, eq=False)
class Reference:
    """Rows that new ones are compared with.

    Attributes
    ----------
    n_rows, n_patients : int
    rows_each : float
        Mean number of rows of the patient that a row belongs to.
    features : dict of str to Bins
        Of each column that the model needs.
    predicted : Bins
        Of the probability of two classes, the expected place of ordered ones, or the number.
    source : str
        What was predicted, in words.
    error_mean, error_sd : float
        Mean and standard deviation of what was measured less what was predicted.
    n_uncertain : int or None
        Of the rows in ``predicted``, those that would get no answer; None where it is not known.
    kinds : dict of str to dict of str to int
        Columns of the table that say how images were made (kernel, kVp, …): rows of each value.
    """

    n_rows: int
    n_patients: int
    rows_each: float
    features: Mapping[str, Bins]
    predicted: Bins
    source: str
    error_mean: float
    error_sd: float
    n_uncertain: int | None
    kinds: Mapping[str, Mapping[str, int]]

    def as_plain(self) -> dict[str, Any]:
        """Return plain data for the model file."""
        return {
            "n_rows": self.n_rows,
            "n_patients": self.n_patients,
            "rows_each": self.rows_each,
            "features": {name: bins.as_plain() for name, bins in self.features.items()},
            "predicted": self.predicted.as_plain(),
            "source": self.source,
            "error_mean": self.error_mean,
            "error_sd": self.error_sd,
            "n_uncertain": self.n_uncertain,
            "kinds": {name: dict(counts) for name, counts in self.kinds.items()},
        }


def make_reference(
    features: pd.DataFrame,
    patients: npt.ArrayLike,
    predicted: npt.ArrayLike,
    measured: npt.ArrayLike,
    predicted_patients: npt.ArrayLike,
    *,
    source: str,
    n_uncertain: int | None = None,
    kinds: Mapping[str, Sequence[str]] | None = None,
) -> Reference:
    """Sum up rows that new ones will be compared with.

    Parameters
    ----------
    features : pandas.DataFrame, shape (n_rows, n_needed)
        The columns that the model needs, as numbers.
    patients : array-like of str, shape (n_rows,)
    predicted : array-like of float, shape (n_predictions,)
        As in ``Reference.predicted``, of rows that were held out.
    measured : array-like of float, shape (n_predictions,)
        The labels, places or numbers of the same rows.
    predicted_patients : array-like of str, shape (n_predictions,)
        Whose predictions they are.
    source : str
        What the predictions are, in words.
    n_uncertain : int, optional
        Of the rows in ``predicted``, those that would get no answer.
    kinds : mapping of str to sequence of str, optional
        Columns that say how images were made, one text per row.
    """
    whose = np.asarray(patients)
    off = np.asarray(measured, dtype=float) - np.asarray(predicted, dtype=float)
    counted = {name: pd.Series(list(cells)) for name, cells in (kinds or {}).items()}
    return Reference(
        len(features), len(np.unique(whose)), rows_each(whose),
        {str(name): training_bins(features[name].to_numpy(dtype=float), whose) for name in features.columns},
        training_bins(predicted, predicted_patients), source, float(off.mean()), float(off.std()),
        n_uncertain,
        {
            name: {str(value): int(n) for value, n in sorted(cells[cells != ""].value_counts().items())}
            for name, cells in counted.items()
            if 0 < cells[cells != ""].nunique() <= MOST_KINDS
        },
    )  # fmt: skip


def read_reference(content: Mapping[str, Any], needed: Sequence[str]) -> Reference:
    """Read what ``Reference.as_plain`` gave.

    Parameters
    ----------
    content : mapping
        From a model file.
    needed : sequence of str
        Columns that the model needs; there must be bins of all.

    Raises
    ------
    UntrustedModel
        If it is not what a model of this program keeps.
    """
    try:
        features = {str(name): Bins.from_plain(content["features"][name]) for name in needed}
        return Reference(
            int(content["n_rows"]), int(content["n_patients"]), float(content["rows_each"]), features,
            Bins.from_plain(content["predicted"]), str(content["source"]), float(content["error_mean"]), float(content["error_sd"]),
            None if content["n_uncertain"] is None else int(content["n_uncertain"]),
            {str(name): {str(one): int(n) for one, n in counts.items()} for name, counts in content["kinds"].items()},
        )  # fmt: skip
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UntrustedModel(
            f"What the model keeps of its training rows cannot be understood ({type(error).__name__}: {error}). The file is not as "
            "this program wrote it. Get it again from whoever made it."
        ) from error


def one_number(output: npt.ArrayLike) -> FloatArray:
    """Return what is predicted as one number per row: of ordered classes, shape (n_rows, n_classes), the expected place."""
    values = np.asarray(output, dtype=float)
    return values if values.ndim == 1 else np.asarray(values @ np.arange(values.shape[1]), dtype=float)
