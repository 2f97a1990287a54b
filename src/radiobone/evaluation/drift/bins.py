"""Bins of training values: what a model keeps of their distribution, and how new values fall into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
MOST_BINS = 10
FEWEST_EXPECTED = 5.0
"""Cases that a bin should be expected to hold before a chi-square approximation is trusted (Cochran 1954)."""


@dataclass(frozen=True, eq=False)
class Bins:
    """How training values spread over bins with about the same number of rows each.

    Attributes
    ----------
    cuts : numpy.ndarray of float, shape (n_bins - 1,)
        Ascending; a value that equals a cut lies below it. Each is the middle between two neighbouring training values.
    counts : numpy.ndarray of int, shape (n_bins,)
        Training rows in each bin, at least one.
    n_missing : int
        Training rows without a value.
    alike : float or None
        How alike rows of one patient are: 0 as those of strangers, 1 all in one bin; None where no patient had two rows.
    """

    cuts: FloatArray
    counts: IntArray
    n_missing: int
    alike: float | None

    @property
    def n(self) -> int:
        """Training rows with a value."""
        return int(self.counts.sum())

    def place(self, values: npt.ArrayLike) -> IntArray:
        """Return the bin of each value that is there, shape (n_there,)."""
        given = np.asarray(values, dtype=float)
        return np.asarray(np.searchsorted(self.cuts, given[~np.isnan(given)], side="left"), dtype=np.int64)

    def count(self, values: npt.ArrayLike) -> IntArray:
        """Count new values in each bin, shape (n_bins,); missing ones are in none."""
        return np.bincount(self.place(values), minlength=len(self.counts)).astype(np.int64)

    def as_plain(self) -> dict[str, Any]:
        """Return plain data, which ``from_plain`` reads."""
        return {
            "cuts": self.cuts.tolist(),
            "counts": self.counts.tolist(),
            "n_missing": self.n_missing,
            "alike": self.alike,
        }

    @classmethod
    def from_plain(cls, content: Mapping[str, Any]) -> Bins:
        """Read what ``as_plain`` gave.

        Raises
        ------
        ValueError
            If cuts and counts are no bins.
        """
        cuts = np.array(content["cuts"], dtype=float).reshape(-1)
        counts = np.array(content["counts"], dtype=np.int64).reshape(-1)
        there = len(counts) or len(cuts)  # a column without any value has no bin
        if (there and len(cuts) + 1 != len(counts)) or (np.diff(cuts) <= 0).any() or (counts <= 0).any():
            raise ValueError("cuts and counts are no bins")
        alike = content["alike"]
        return cls(cuts, counts, int(content["n_missing"]), None if alike is None else float(alike))


def training_bins(values: npt.ArrayLike, patients: npt.ArrayLike, *, n_bins: int = MOST_BINS) -> Bins:
    """Divide training values at their quantiles.

    Few different values get a bin each, so that a column of 0 and 1 has two and a constant one has one.

    Parameters
    ----------
    values : array-like of float, shape (n_rows,)
        Missing ones are NaN.
    patients : array-like of str, shape (n_rows,)
        Whose row it is.
    n_bins : int
        At most so many.
    """
    given, whose = np.asarray(values, dtype=float), np.asarray(patients)
    there = ~np.isnan(given)
    known = np.sort(given[there])
    distinct = np.unique(known)
    if len(distinct) == 0:
        return Bins(np.empty(0), np.empty(0, dtype=np.int64), int((~there).sum()), None)
    if len(distinct) <= n_bins:
        below = distinct[:-1]
    else:
        places = (len(known) * np.arange(1, n_bins)) // n_bins - 1
        below = np.unique(known[np.maximum(places, 0)])
    above = np.searchsorted(distinct, below, side="right")
    cuts = np.unique(
        [
            _between(low, distinct[high])
            for low, high in zip(below, above, strict=True)
            if high < len(distinct)
        ]
    )
    place = np.searchsorted(cuts, given[there], side="left")
    counts = np.bincount(place, minlength=len(cuts) + 1).astype(np.int64)
    return Bins(cuts, counts, int((~there).sum()), likeness(place, whose[there]))


def _between(low: float, high: float) -> float:
    """Return the middle of two values, or the lower where floating point has none between them."""
    middle = low / 2 + high / 2
    return float(middle) if low < middle < high else float(low)


def joined(counts: IntArray, shares: FloatArray, n: float) -> IntArray:
    """Tell which neighbouring bins to join so that each is expected to hold enough new cases.

    Parameters
    ----------
    counts : numpy.ndarray of int, shape (n_bins,)
        Training rows.
    shares : numpy.ndarray of float, shape (n_bins,)
        Of the rows that are expected.
    n : float
        New rows, as many as would be independent.

    Returns
    -------
    numpy.ndarray of int, shape (n_bins,)
        New number of each bin, from 0; two are left where there were two.
    """
    group = np.arange(len(counts), dtype=np.int64)
    expected = np.asarray(shares, dtype=float) * n
    while len(expected) > 2 and expected.min() < FEWEST_EXPECTED:
        smallest = int(expected.argmin())
        sides = [side for side in (smallest - 1, smallest + 1) if 0 <= side < len(expected)]
        first = min(smallest, min(sides, key=lambda side: expected[side]))
        expected = np.concatenate(
            [expected[:first], [expected[first] + expected[first + 1]], expected[first + 2 :]]
        )
        group[group > first] -= 1
    return group


def rows_each(patients: npt.ArrayLike) -> float:
    """Mean number of rows of the patient that a row belongs to: 1 where each has one, above 1 where some have several."""
    _, sizes = np.unique(np.asarray(patients), return_counts=True)
    return float((sizes.astype(float) ** 2).sum() / sizes.sum()) if len(sizes) else 1.0


def likeness(place: npt.ArrayLike, patients: npt.ArrayLike) -> float | None:
    """How alike the bins of one patient's rows are, from the design effect of the bin where they are most alike.

    The mean over bins is Rao and Scott's first-order correction (1981), which raises too many alarms where patients are few.

    Parameters
    ----------
    place : array-like of int, shape (n_rows,)
        Bin of each row.
    patients : array-like of str, shape (n_rows,)

    Returns
    -------
    float or None
        Between 0 and 1; None where no patient has two rows, or all rows lie in one bin.
    """
    bins = np.asarray(place, dtype=np.int64)
    _, whose = np.unique(np.asarray(patients), return_inverse=True)
    most = rows_each(whose)
    if most <= 1 or len(np.unique(bins)) < 2:
        return None
    n, n_patients = len(bins), int(whose.max()) + 1
    inside = np.eye(int(bins.max()) + 1)[bins]
    share = inside.mean(axis=0)
    off = np.zeros((n_patients, inside.shape[1]))
    np.add.at(off, whose, inside - share)
    variance = (off**2).sum(axis=0) * n_patients / max(n_patients - 1, 1) / n**2
    used = share > 0  # and below 1, as there are two bins
    effect = float((variance[used] * n / (share[used] * (1 - share[used]))).max())
    return float(np.clip((effect - 1) / (most - 1), 0.0, 1.0))


def design_effect(alike: float | None, rows_per_patient: float) -> float:
    """How many times fewer independent rows there are than rows.

    Parameters
    ----------
    alike : float or None
        As ``Bins.alike``; what is not known counts as 1, so that rows of a patient count as one.
    rows_per_patient : float
        From ``rows_each``.
    """
    return 1.0 + (rows_per_patient - 1.0) * (1.0 if alike is None else alike)
