"""One metric with its intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Estimate:
    """One metric.

    Attributes
    ----------
    mean : float or None
        Over the folds in which it can be computed; None if there is none.
    low, high : float or None
        95 % interval of the mean.
    pooled : float or None
        Of all rows of a repeat together, averaged over repeats.
    sd : float or None
        Standard deviation over folds.
    n_folds : int
        Folds in which it could be computed.
    method : str
        How the interval was made.
    t_low, t_high : float or None
        95 % interval of the mean by the corrected resampled t (``resampled_t``), cut to the metric's range; unlike
        ``low`` and ``high``, of models fitted on other training rows too. None in results of older versions.
    """

    mean: float | None
    low: float | None
    high: float | None
    pooled: float | None
    sd: float | None
    n_folds: int
    method: str = ""
    t_low: float | None = None
    t_high: float | None = None


def estimate_of(entry: Mapping[str, Any]) -> Estimate:
    """Return a metric that was saved as plain data; entries of later versions are left out."""
    known = {field.name for field in fields(Estimate)}
    return Estimate(**{key: value for key, value in entry.items() if key in known})
