"""Copies that were cropped a little: one image is a window of the other, perhaps turned, and of another brightness."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from radiobone.core.progress import Progress
from radiobone.imaging.common_part import looked_at, own_part
from radiobone.imaging.copies import BLOCK, CopyPair
from radiobone.imaging.reduced import PICTURE_TURNS, FloatArray, halved, standardised

DEEPEST = 0.1
MARGINS = ((0.0, 0.0), (0.0, DEEPEST), (DEEPEST, 0.0), (DEEPEST / 2, DEEPEST / 2), (DEEPEST, DEEPEST))
SEARCH_SIDE, FIT_SIDE = 16, 32
SAME_WINDOW = 0.995  # four edges are free to fit, so more is asked than of an image as it is
LIKELY = 0.8  # correlation with the nearest window tried, of pairs that are fitted
LIKELY_OWN = 0.4  # the same once the mean of all images' windows is taken off
MOST_PER_IMAGE = 8
FITTED_AT_ONCE = 256
MOST_VERIFIED_BY = 24
OWN_WINDOW = 0.95  # of what is an image's own, as four edges are free to fit
FIRST_STEPS, MORE_STEPS = 4, 10
HOPEFUL = 0.99  # after the first steps
LEAST_CROPPED = 0.01

Windows = npt.NDArray[np.float64]  # (n, 4): top, bottom, left, right as shares of the image


def cropped_copies(
    images: FloatArray,
    known: Collection[tuple[int, int]] = (),
    threshold: float = SAME_WINDOW,
    tell: Progress = Progress(),  # noqa: B008 - it holds no state
) -> list[CopyPair]:
    """Find pairs of which one is a window of the other, up to about a tenth taken off each side.

    First each image is compared, at 16 × 16 cells and under each turn, with 25 windows of each other one; the eight
    likeliest partners of each image are fitted: the window's four edges are moved by Gauss-Newton steps until the 32 × 32
    cells agree best. Values, or their ranks, then have to correlate by ``threshold``. Among `common_part.FEWEST` images or more
    both looks are at what is an image's own: the mean of the same window of all images is taken off, and what is left has
    to correlate by `OWN_WINDOW`.

    Parameters
    ----------
    images : ndarray of float32, shape (n, 64, 64)
        As ``reduced`` gives them of pictures.
    known : collection of (int, int)
        Pairs, the lower first, that need not be found again.
    threshold : float
        Least correlation of the fitted window.
    tell : Progress
        Told of every window that was looked for, and of every portion that was fitted.

    Returns
    -------
    list of CopyPair
        Ascending.
    """
    if len(images) < 2:
        return []
    candidates = np.array(list(_candidates(images, set(known), tell)), dtype=np.int64).reshape(-1, 4)
    found: dict[tuple[int, int], CopyPair] = {}
    some = images[looked_at(len(images), MOST_VERIFIED_BY)]
    tell.grow(-(-len(candidates) // FITTED_AT_ONCE))
    for start in range(0, len(candidates), FITTED_AT_ONCE):
        part = candidates[start : start + FITTED_AT_ONCE]
        correlations, windows = _fitted(images, part)
        for place in np.flatnonzero(correlations >= HOPEFUL):
            if _is_cropped(windows[place]):
                agreed = _agreed(images, part[place], windows[place], some, threshold)
                if agreed is not None:
                    _keep(found, part[place], agreed)
        tell("windows fitted")
    return [found[pair] for pair in sorted(found)]


def steps(n_images: int) -> int:
    """How often ``cropped_copies`` tells of windows that it looked for."""
    return len(MARGINS) ** 2 * -(-n_images // BLOCK)


def _agreed(
    images: FloatArray,
    candidate: npt.NDArray[np.int64],
    window: npt.NDArray[np.float64],
    some: FloatArray,
    threshold: float,
) -> float | None:
    """Return the correlation of a crop with its window, of values or of ranks; None if they are no copies."""
    crop, whole, turn, _ = (int(value) for value in candidate)
    target = halved(_undone(images[crop], turn)[None], FIT_SIDE).reshape(1, -1)
    shown = np.concatenate([images[whole : whole + 1], some])
    windows = _cut(shown, np.tile(window, (len(shown), 1)), FIT_SIDE).reshape(len(shown), -1)
    for own, others in ((target, windows), (rankdata(target, axis=1), rankdata(windows, axis=1))):
        row, rows = standardised(own), standardised(others)
        correlation = float(row[0] @ rows[0])
        if correlation < threshold:
            continue
        common = rows[1:].mean(axis=0) if len(rows) > 1 else None
        if common is None or float(own_part(row, common)[0] @ own_part(rows[:1], common)[0]) >= OWN_WINDOW:
            return correlation
    return None


def _keep(found: dict[tuple[int, int], CopyPair], row: npt.NDArray[np.int64], correlation: float) -> None:
    crop, whole, turn, _ = (int(value) for value in row)
    pair = min(crop, whole), max(crop, whole)
    if pair not in found or found[pair].correlation < correlation:
        name = PICTURE_TURNS[turn].name
        found[pair] = CopyPair(*pair, "cropped", round(min(correlation, 1.0), 6), name)


def _is_cropped(window: npt.NDArray[np.float64]) -> bool:
    """Whether something was taken off; a window far too small is no crop but chance."""
    height, width = window[1] - window[0], window[3] - window[2]
    return bool(1 - 3 * DEEPEST < min(height, width) < 1 - LEAST_CROPPED)


def _candidates(
    images: FloatArray, known: set[tuple[int, int]], tell: Progress
) -> Iterator[tuple[int, int, int, int]]:
    """Yield (crop, whole, turn of the whole, number of the window) of the likely pairs."""
    rows = standardised(halved(images, SEARCH_SIDE))
    frames = list(product(MARGINS, MARGINS))
    some = images[looked_at(len(images))]
    for start in range(0, len(images), BLOCK):
        wholes = images[start : start + BLOCK]
        best = np.full((len(images), len(wholes)), -1.0, dtype=np.float32)
        which = np.zeros(best.shape, dtype=np.int16)
        for number, frame in enumerate(frames):
            windows, others = (_cut(part, _window(*frame, len(part)), SEARCH_SIDE) for part in (wholes, some))
            for turn_number, turn in enumerate(PICTURE_TURNS):
                found = _likeness(rows, standardised(turn.of(windows)), turn.of(others))
                better = found > best
                best[better] = found[better]
                which[better] = number * len(PICTURE_TURNS) + turn_number
            tell(f"window {number}")
        yield from _likeliest(best, which, start, known, LIKELY_OWN if len(some) else LIKELY)


def _likeness(rows: FloatArray, windows: FloatArray, others: FloatArray) -> FloatArray:
    """Correlate images with windows, in what is their own where there are enough others to tell."""
    if not len(others):
        return np.asarray(rows @ windows.T)
    common = standardised(others).mean(axis=0)
    return np.asarray(own_part(rows, common) @ own_part(windows, common).T)


def _likeliest(
    best: FloatArray,
    which: npt.NDArray[np.int16],
    start: int,
    known: set[tuple[int, int]],
    least: float,
) -> Iterator[tuple[int, int, int, int]]:
    """Pass on the likeliest crops of each whole image of a block."""
    for column in range(best.shape[1]):
        whole = start + column
        scores = best[:, column].copy()
        scores[whole] = -1.0
        for crop in np.argsort(-scores, kind="stable")[: MOST_PER_IMAGE + 1].tolist():
            if scores[crop] < least or (min(crop, whole), max(crop, whole)) in known:
                continue
            window, turn = divmod(int(which[crop, column]), len(PICTURE_TURNS))
            yield crop, whole, turn, window


def _window(vertical: tuple[float, float], horizontal: tuple[float, float], n: int) -> Windows:
    edges = [vertical[0], 1 - vertical[1], horizontal[0], 1 - horizontal[1]]
    return np.tile(np.array(edges), (n, 1))


def _cut(images: FloatArray, windows: Windows, side: int) -> FloatArray:
    """Average a window of each image over ``side`` × ``side`` cells, as products with the shares of each pixel."""
    vertical = _shares(windows[:, 0], windows[:, 1], images.shape[1], side)
    horizontal = _shares(windows[:, 2], windows[:, 3], images.shape[2], side)
    return np.asarray(vertical @ images @ horizontal.transpose(0, 2, 1), dtype=np.float32)


def _shares(
    low: npt.NDArray[np.float64], high: npt.NDArray[np.float64], length: int, side: int
) -> FloatArray:
    """Share of each pixel in each cell, shape (n, side, length); a cell beyond the image takes its edge."""
    edges = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, side + 1)
    edges = np.clip(edges * length, 0, length)[..., None]
    covered = np.clip(edges - np.arange(length), 0, 1)
    shares = np.diff(covered, axis=1)
    total = shares.sum(axis=2, keepdims=True)
    return np.asarray(shares / np.maximum(total, 1e-9), dtype=np.float32)


def _fitted(images: FloatArray, candidates: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float64], Windows]:
    """Move the windows of candidate pairs until they agree best; return correlation and window of each."""
    pairs = list(zip(images[candidates[:, 0]], candidates[:, 2].tolist(), strict=True))
    crops, wholes = np.stack([_undone(crop, turn) for crop, turn in pairs]), images[candidates[:, 1]]
    frames = np.array([_window(*pair, 1)[0] for pair in product(MARGINS, MARGINS)])
    windows = frames[candidates[:, 3]]
    coarse = standardised(halved(crops, SEARCH_SIDE)).astype(np.float64)
    correlations, windows = _improved(halved(wholes, FIT_SIDE), windows, coarse, FIRST_STEPS)
    hopeful = np.flatnonzero(correlations >= HOPEFUL)
    correlations = np.minimum(correlations, HOPEFUL)
    if len(hopeful):
        fine = standardised(halved(crops[hopeful], FIT_SIDE)).astype(np.float64)
        correlations[hopeful], windows[hopeful] = _improved(
            wholes[hopeful], windows[hopeful], fine, MORE_STEPS
        )
    return correlations, windows


def _improved(
    wholes: FloatArray, windows: Windows, target: npt.NDArray[np.float64], n_steps: int
) -> tuple[npt.NDArray[np.float64], Windows]:
    """Take steps that raise the correlation; one that does not is halved."""
    correlations, step = _agreement(wholes, windows, target)
    for _ in range(n_steps):
        tried = np.clip(windows + step, -0.02, 1.02)
        tried_correlations, tried_step = _agreement(wholes, tried, target)
        better = tried_correlations > correlations
        windows = np.where(better[:, None], tried, windows)
        correlations = np.where(better, tried_correlations, correlations)
        step = np.where(better[:, None], tried_step, step / 2)
    return correlations, windows


def _undone(crop: FloatArray, turn: int) -> FloatArray:
    """Turn a crop back, so that it lies in its whole image as that is stored."""
    chosen = PICTURE_TURNS[turn]
    unflipped = np.flip(crop, chosen.flips) if chosen.flips else crop
    return unflipped.transpose(np.argsort(chosen.axes))


def _agreement(
    wholes: FloatArray, windows: Windows, target: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], Windows]:
    """Correlation of each window with its target, and the Gauss-Newton step of its edges."""
    side = int(target.shape[1] ** 0.5)
    cells = _cut(wholes, windows, side).astype(np.float64)
    height, width = windows[:, 1] - windows[:, 0], windows[:, 3] - windows[:, 2]
    along = (np.arange(side) + 0.5) / side
    down = np.gradient(cells, axis=1) * (side / height)[:, None, None]
    right = np.gradient(cells, axis=2) * (side / width)[:, None, None]
    slopes = np.stack(
        [down * (1 - along)[:, None], down * along[:, None], right * (1 - along), right * along], axis=1
    ).reshape(len(cells), 4, -1)
    rows = cells.reshape(len(cells), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    unit = rows / length
    slopes = (slopes - slopes.mean(axis=2, keepdims=True)) / length[:, None]
    slopes = slopes - (slopes @ unit[:, :, None]) * unit[:, None, :]
    correlation = np.einsum("ij,ij->i", unit, target)
    rest = target - correlation[:, None] * unit
    gain = np.maximum(correlation, 0.1)[:, None, None]
    normal = gain**2 * slopes @ slopes.transpose(0, 2, 1) + 1e-9 * np.eye(4)
    step = np.linalg.solve(normal, (gain * slopes) @ rest[:, :, None])[:, :, 0]
    return correlation, np.clip(step, -0.05, 0.05)
