"""Rows of different patients that lie closer together than chance brings the rows of a table: copies, changed a little."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Pair = tuple[int, int]
LEAST_TELLING = 5  # columns below which nothing is looked for
MOST_SHARED = (
    0.05  # share of pairs of rows with the same value, above which a column does not tell patients apart
)
MOST_MISSING = 0.25  # share of a row's values, above which it is not compared
LEAST_VARIANCE = 0.3  # of a principal component, in variances of one column
AXES = (10, 40)  # few, which copies of few cases need, and many, which tell more rows apart
REFERENCE = 1000  # rows that axes and chance are learned from, in tables of more
NEAR, FAR = 0.1, 0.4  # shares of pairs between whose distances the law of chance is read off
LEAST_NEIGHBOURS = 10.0
UNSURE = 2.0  # how far the dimension may be off, times the root of the number of rows
COPIES = 1e-3  # pairs as close that chance gives a table of this size, below which rows are copies
DOUBTFUL = 2e-2
MOST_RATIO = 0.6  # of the distance to usual neighbours
LEAST_SPREAD = 0.02  # of the logarithm of distances, where all rows are as far from each other
AT_ONCE = 500  # rows compared with all others at once


@dataclass(frozen=True)
class AlikeRows:
    """Pairs of positions, the lower first, ascending.

    Attributes
    ----------
    copies : tuple of (int, int)
        As close as chance brings a pair together in fewer than one of 1,000 tables.
    doubtful : tuple of (int, int)
        In fewer than one of 50.
    """

    copies: tuple[Pair, ...] = ()
    doubtful: tuple[Pair, ...] = ()


@dataclass(frozen=True, eq=False)
class _Chance:
    """Pairs whose distance, over that to usual neighbours, is below ``ratio``: ``pairs * (ratio / near) ** dimension``."""

    usual: FloatArray
    near: float
    dimension: float
    pairs: float

    def ratio(self, expected: float) -> float:
        """Ratio below which chance gives so many pairs."""
        return min(MOST_RATIO, self.near * float((expected / self.pairs) ** (1 / self.dimension)))


def alike_rows(values: FloatArray, groups: npt.NDArray[np.str_]) -> AlikeRows:
    """Find rows of different groups that are far closer than the rows of this table are to their neighbours.

    Columns of a radiomics table are so correlated that unrelated rows often look alike in most of them. Distances are
    therefore taken along up to 40 principal components of the robustly standardised columns, each with the same weight,
    and divided by the distance to usual neighbours (the nearest tenth). How the number of pairs falls with the distance
    (its power law between the nearest 10 % and 40 % of pairs: the correlation dimension) gives how many pairs chance
    would bring as close; the law is too generous at small distances, so that fewer are found by chance. Labels are not
    used.

    What it cannot see: copies that were changed by more than the columns allow. In tables like the null cohorts of the
    tests, nearly all copies with noise of 0.3 standard deviations in every column are found from about 100 columns on, of 0.1
    from 20, of 0.01 from 10; with five columns those of 0.001. Copies of which a part was changed much are found by
    ``near_duplicates`` alone. A case with copies in more than a tenth of the rows counts as a kind of its own.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (n_rows, n_features)
        Image features; NaN where missing. Rows that lack more than a quarter are not compared.
    groups : numpy.ndarray of str, shape (n_rows,)
        Only pairs of different groups are looked at: rows of one patient are alike by nature.

    References
    ----------
    Grassberger and Procaccia 1983, Physica D 9, 189-208 (the correlation integral).
    """
    columns = _telling(values)
    if len(columns) < LEAST_TELLING:
        return AlikeRows()
    told = values[:, columns]
    rows = np.flatnonzero(np.isnan(told).mean(axis=1) <= MOST_MISSING)
    whose = np.unique(groups[rows], return_inverse=True)[1]
    if not len(rows) or whose.max() < LEAST_TELLING:
        return AlikeRows()
    places = _uncorrelated(_standardised(told[rows]))
    copies: set[Pair] = set()
    doubtful: set[Pair] = set()
    for n_axes in sorted({min(number, places.shape[1]) for number in AXES}):
        sure, unsure = _closer(places[:, -n_axes:], whose, rows)
        copies, doubtful = copies | sure, doubtful | unsure
    return AlikeRows(tuple(sorted(copies)), tuple(sorted(doubtful - copies)))


def _reference(n_rows: int) -> IntArray:
    """Positions of up to a thousand rows, evenly spread."""
    return np.unique(np.linspace(0, n_rows - 1, min(n_rows, REFERENCE)).astype(np.int64))


def _telling(values: FloatArray) -> IntArray:
    """Columns in which two rows seldom have the same value, identical rows counted once."""
    first = {hashlib.blake2b(row.tobytes()).digest(): number for number, row in enumerate(values + 0.0)}
    once = values[sorted(first.values())]
    once = once[_reference(len(once))]
    n_pairs = max(1, len(once) * (len(once) - 1))
    shared = [_pairs_shared(column) / n_pairs for column in once.T]
    return np.flatnonzero(np.array(shared) <= MOST_SHARED) if len(once) > 1 else np.empty(0, dtype=np.int64)


def _pairs_shared(column: FloatArray) -> int:
    counts = np.unique(column, return_counts=True)[1]
    return int((counts * (counts - 1)).sum())


def _standardised(values: FloatArray) -> FloatArray:
    """Columns about 0 with variance 1, long tails drawn in; missing values at the median."""
    low, middle, high = np.nanquantile(values[_reference(len(values))], [0.25, 0.5, 0.75], axis=0)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        scaled = (values - middle) / ((high - low) / 1.349)
    np.arcsinh(scaled, out=scaled)
    np.nan_to_num(scaled, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
    scaled -= scaled.mean(axis=0)
    spread = scaled.std(axis=0)
    varies = spread > 0
    scaled /= np.where(varies, spread, 1.0)
    return scaled if varies.all() else np.asarray(scaled[:, varies])


def _uncorrelated(scaled: FloatArray) -> FloatArray:
    """Rows along the principal components that hold more than noise, each with variance 1, the largest last."""
    known = scaled[_reference(len(scaled))]
    n_known, n_columns = known.shape
    wide = n_known < n_columns
    product = known @ known.T if wide else known.T @ known
    most = min(max(AXES), len(product), max(2, len(scaled) // 3))
    variances, axes = eigh(product, subset_by_index=(len(product) - most, len(product) - 1))
    kept = variances >= min(LEAST_VARIANCE * n_known, variances[-1])
    axes = known.T @ axes[:, kept] if wide else axes[:, kept]
    places = scaled @ axes
    return np.asarray(places / places.std(axis=0))


def _squares(some: FloatArray, others: FloatArray) -> FloatArray:
    """Squared distances of some rows to others."""
    found = some @ others.T
    found *= -2.0
    found += (some**2).sum(axis=1)[:, np.newaxis]
    found += (others**2).sum(axis=1)
    return np.maximum(found, 0.0, out=found)


def _chance(places: FloatArray, whose: IntArray) -> _Chance | None:
    """Read off how close chance brings rows of different groups; None where most rows lie in one place."""
    known = _reference(len(places))
    apart = whose[:, np.newaxis] != whose[known]
    distances = np.sqrt(_squares(places, places[known]))
    distances[~apart] = np.inf
    share = max(NEAR, min(0.25, LEAST_NEIGHBOURS / len(places)))
    place = (share * apart.sum(axis=1)).astype(np.int64)
    usual = np.take_along_axis(np.sort(distances, axis=1), place[:, np.newaxis], axis=1)[:, 0]
    usual[~np.isfinite(usual)] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = distances[known] / np.sqrt(np.outer(usual[known], usual[known]))
    ratios = ratios[np.triu(apart[known], 1) & np.isfinite(ratios)]
    if not len(ratios):
        return None
    near, far = np.quantile(ratios, [NEAR, FAR])
    if near <= 0:
        return None
    spread = max(LEAST_SPREAD, float(np.log(far / near)))
    sizes = np.bincount(whose)
    n_pairs = (len(places) ** 2 - int((sizes**2).sum())) / 2
    dimension = float(np.log(FAR / NEAR)) / spread * (1 - UNSURE / np.sqrt(len(known)))
    return _Chance(usual, float(near), dimension, n_pairs * NEAR)


def _closer(places: FloatArray, whose: IntArray, rows: IntArray) -> tuple[set[Pair], set[Pair]]:
    """Pairs that are copies, and doubtful ones."""
    chance = _chance(places, whose)
    sure: set[Pair] = set()
    unsure: set[Pair] = set()
    if chance is None:
        return sure, unsure
    copies, doubtful = chance.ratio(COPIES), chance.ratio(DOUBTFUL)
    for start in range(0, len(places), AT_ONCE):
        part = slice(start, start + AT_ONCE)
        squares = _squares(places[part], places[start:])
        scale = chance.usual[part, np.newaxis] * chance.usual[start:]
        one, other = np.nonzero(squares < doubtful**2 * scale)
        met = (one < other) & (whose[start + one] != whose[start + other])
        one, other = one[met], other[met]
        close = squares[one, other] < copies**2 * scale[one, other]
        for first, second, is_copy in zip(rows[start + one], rows[start + other], close, strict=True):
            (sure if is_copy else unsure).add((int(first), int(second)))
    return sure, unsure
