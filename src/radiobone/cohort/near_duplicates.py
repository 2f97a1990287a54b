"""Rows that agree in all features but a few, to rounding: one case under two names, or copied and changed a little."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
DIGITS = 6  # significant digits that tables are commonly cut to
RTOL = 1e-5
DIFFERENT = 0.1  # share of the telling features that may differ
LEAST_TELLING = 5
AT_ONCE = 2000  # pairs compared at once


def near_duplicates(values: FloatArray) -> list[tuple[int, int]]:
    """Find pairs of rows that agree in at least nine of ten telling features.

    A feature is telling if, to six digits, it has more different values than half of the rows: two patients do not
    share such values by chance. With fewer than five telling features no pair is found.

    The telling features are dealt into one block more than may differ, so that two rows that agree so far agree in
    the whole of some block; rows are compared only where the digest of a block is the same, to six digits. A pair whose
    values differ there by rounding alone can be missed here (``alike_rows`` finds it, by distance).

    Parameters
    ----------
    values : numpy.ndarray of float, shape (n_rows, n_features)
        NaN where missing; missing in both rows counts as the same.

    Returns
    -------
    list of (int, int)
        Positions, the lower first, ascending.
    """
    if len(values) < 2 or not values.size:
        return []
    codes = _codes(values)
    ordered = np.sort(codes, axis=0)
    n_values = 1 + (ordered[1:] != ordered[:-1]).sum(axis=0)
    telling = np.flatnonzero(n_values > len(values) / 2)
    if len(telling) < LEAST_TELLING:
        return []
    may_differ = int(DIFFERENT * len(telling))
    pairs = _candidates(codes[:, telling], may_differ + 1)
    return _verified(values[:, telling], pairs, may_differ)


def _codes(values: FloatArray) -> npt.NDArray[np.uint64]:
    """Return a whole number per cell: the same for values that agree to six significant digits."""
    size = np.where((values == 0) | ~np.isfinite(values), 1.0, np.abs(values))
    unit = 10.0 ** (np.floor(np.log10(size)) - (DIGITS - 1))
    with np.errstate(invalid="ignore"):
        rounded = np.round(values / unit) * unit
    cut = rounded.astype(np.float32)  # forgets the error of the product with a unit
    cut[np.isnan(values)] = np.inf
    return (cut + np.float32(0)).view(np.uint32).astype(np.uint64)


def _candidates(codes: npt.NDArray[np.uint64], n_blocks: int) -> npt.NDArray[np.int64]:
    """Pairs of rows whose digest of a block is the same, shape (n_pairs, 2)."""
    n_rows, n_columns = codes.shape
    factors = np.random.default_rng(0).integers(1, 2**63, n_columns, dtype=np.uint64) | np.uint64(1)
    mixed = (codes + np.uint64(0x9E3779B97F4A7C15)) * factors
    mixed ^= mixed >> np.uint64(29)
    starts = np.arange(n_blocks) * n_columns // n_blocks
    digests = np.add.reduceat(mixed, starts, axis=1)
    keys: list[npt.NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    for block in digests.T:
        order = np.argsort(block, kind="stable")
        begins = np.flatnonzero(np.concatenate([[True], np.diff(block[order]) != 0, [True]]))
        for number in np.flatnonzero(np.diff(begins) > 1):
            run = np.sort(order[begins[number] : begins[number + 1]])
            first, second = np.triu_indices(len(run), 1)
            keys.append(run[first] * n_rows + run[second])
    found = np.unique(np.concatenate(keys))
    return np.column_stack([found // n_rows, found % n_rows])


def _verified(values: FloatArray, pairs: npt.NDArray[np.int64], may_differ: int) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for start in range(0, len(pairs), AT_ONCE):
        part = pairs[start : start + AT_ONCE]
        one, other = values[part[:, 0]], values[part[:, 1]]
        close = np.isclose(one, other, rtol=RTOL, atol=0.0, equal_nan=True)
        kept += [(int(a), int(b)) for a, b in part[(~close).sum(axis=1) <= may_differ]]
    return kept
