"""Copies among images: near-duplicates, turned, mirrored, and with brightness or contrast changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import rankdata

from radiobone.core.progress import Progress
from radiobone.imaging.common_part import OWN, looked_at, own_part
from radiobone.imaging.reduced import FloatArray, halved, standardised, turns_of

NEAR = 0.99
BLOCK = 512
CHANGED = 0.05  # of the contrast: beyond, brightness or contrast was changed
CopyKind = Literal["same pixels", "near-duplicate", "brightness or contrast changed", "turned", "cropped"]


@dataclass(frozen=True, order=True)
class CopyPair:
    """Two images that are copies of each other.

    Attributes
    ----------
    first, second : int
        Positions, the lower first.
    kind : str
    correlation : float
        Of the reduced images; 1 of the same pixels.
    turn : str
        How the second is turned to lie on the first.
    """

    first: int
    second: int
    kind: CopyKind
    correlation: float
    turn: str = "as it is"


def same_pixels(digests: Sequence[str]) -> list[CopyPair]:
    """Pair every image with the first of the same digest.

    Parameters
    ----------
    digests : sequence of str
        As ``pixel_digest`` gives them.
    """
    first: dict[str, int] = {}
    return [
        CopyPair(first[digest], number, "same pixels", 1.0)
        for number, digest in enumerate(digests)
        if first.setdefault(digest, number) != number
    ]


def near_copies(
    images: FloatArray,
    threshold: float = NEAR,
    tell: Progress = Progress(),  # noqa: B008 - it holds no state
) -> list[CopyPair]:
    """Find pairs whose reduced images correlate, under any turn by quarters and mirroring.

    Pictures are compared at 32 × 32 cells and volumes at 16 × 16 × 16. A pair is found if the correlation of the values,
    or that of their ranks (which no monotone change of the grey scale alters), is at least ``threshold``; and, among
    `common_part.FEWEST` images or more, if they also correlate by `common_part.OWN` once the mean of all is taken off, so that
    images that are merely alike are no copies. Even images correlate with nothing.

    Parameters
    ----------
    images : ndarray of float32, shape (n, side, side) or (n, side, side, side)
        As ``reduced`` gives them.
    threshold : float
    tell : Progress
        Told of each turn that was compared, by values and by ranks.

    Returns
    -------
    list of CopyPair
        Ascending; of each pair the turn that fits best.

    Notes
    -----
    Products of 512 rows at a time with all others, so memory grows with the number of images and not with its square.
    """
    if len(images) < 2:
        return []
    small = halved(images)
    levels = small.reshape(len(small), -1).mean(axis=1), small.reshape(len(small), -1).std(axis=1)
    best: dict[tuple[int, int], tuple[float, int]] = {}
    for values in (small, _ranks(small)):
        for pair, found in _pairs(values, threshold, tell).items():
            if found[0] > best.get(pair, (-1.0, 0))[0] + 1e-6:
                best[pair] = found
    turns = turns_of(small)
    return [
        CopyPair(first, second, _kind(first, second, turn, levels), round(correlation, 6), turns[turn].name)
        for (first, second), (correlation, turn) in sorted(best.items())
    ]


def _ranks(images: FloatArray) -> FloatArray:
    rows = images.reshape(len(images), -1)
    return np.asarray(rankdata(rows, axis=1), dtype=np.float32).reshape(images.shape)


def _pairs(images: FloatArray, threshold: float, tell: Progress) -> dict[tuple[int, int], tuple[float, int]]:
    """Return the largest correlation of each pair with its turn; of equal ones the earlier turn."""
    rows = standardised(images)
    chosen = looked_at(len(rows))
    common = rows[chosen].mean(axis=0) if len(chosen) else None
    best: dict[tuple[int, int], tuple[float, int]] = {}
    for number, turn in enumerate(turns_of(images)):
        turned = standardised(turn.of(images))
        for start in range(0, len(rows), BLOCK):
            found = rows[start : start + BLOCK] @ turned[start:].T
            places = np.argwhere(np.triu(found >= threshold, 1)) + start
            for first, second in places[_are_own(rows, turned, common, places)].tolist():
                pair, value = (first, second), float(found[first - start, second - start])
                if value > best.get(pair, (-1.0, 0))[0] + 1e-6:
                    best[pair] = min(value, 1.0), number
        tell(turn.name)
    return best


def _are_own(
    rows: FloatArray, turned: FloatArray, common: FloatArray | None, places: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Tell which pairs are alike in what all images do not share."""
    if common is None:
        return np.ones(len(places), dtype=np.bool_)
    first, second = (own_part(side[places[:, k]], common) for k, side in enumerate((rows, turned)))
    return np.asarray(np.einsum("ij,ij->i", first, second) >= OWN)


def _kind(
    first: int, second: int, turn: int, levels: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
) -> CopyKind:
    if turn:
        return "turned"
    mean, spread = levels
    shift = abs(float(mean[first] - mean[second])) / max(float(spread[first]), 1e-30)
    ratio = float(spread[second]) / max(float(spread[first]), 1e-30)
    changed = shift > CHANGED or abs(ratio - 1) > CHANGED
    return "brightness or contrast changed" if changed else "near-duplicate"


def groups_of(n_images: int, pairs: Iterable[tuple[int, int]]) -> npt.NDArray[np.int64]:
    """Give images that are linked, however far, one number: the connected components.

    Parameters
    ----------
    n_images : int
    pairs : iterable of (int, int)
        Positions that belong together.

    Returns
    -------
    ndarray of int, shape (n_images,)
        The lowest position of each image's component.
    """
    links = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    matrix = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(n_images, n_images))
    _, part = connected_components(matrix, directed=False)
    _, first = np.unique(part, return_index=True)
    return np.asarray(first[part], dtype=np.int64)
