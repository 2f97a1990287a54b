"""The outline of a region in a single image, along the edges of its pixels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.imaging.flat_image import BoolArray

Corner = tuple[int, int]


def outlines(mask: BoolArray) -> list[npt.NDArray[np.int64]]:
    """Walk round a region and its holes.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_rows, n_columns)

    Returns
    -------
    list of ndarray of int, shape (n_corners, 2)
        Corners (row, column) of pixels, closed (the last is the first), where pixel [0, 0] lies between corners 0 and 1
        of either axis. Pixels of the region are on the right of the way, so outer outlines run clockwise on a screen and
        those of holes the other way; the longest comes first. Pixels that touch at a corner have outlines of their own.
    """
    following = _edges(np.pad(mask, 1))
    found = []
    while following:
        start = min(following)
        way, here, came = [start], start, None
        while True:
            ahead = following[here]
            step = ahead.pop(_right_turn(here, ahead, came))
            if not ahead:
                del following[here]
            came, here = here, step
            way.append(here)
            if here == start:
                break
        found.append(np.array(way, dtype=np.int64) - 1)
    return sorted(found, key=lambda way: (-len(way), way[0].tolist()))


def _edges(padded: BoolArray) -> dict[Corner, list[Corner]]:
    """From each corner, where the edges of the region lead that begin there."""
    found: dict[Corner, list[Corner]] = {}
    for (down, right), (begin, end) in {
        (-1, 0): ((0, 0), (0, 1)),  # nothing above: along the upper edge, to the right
        (0, 1): ((0, 1), (1, 1)),
        (1, 0): ((1, 1), (1, 0)),
        (0, -1): ((1, 0), (0, 0)),
    }.items():
        open_side = padded & ~np.roll(padded, (-down, -right), axis=(0, 1))
        for row, column in np.argwhere(open_side).tolist():
            found.setdefault((row + begin[0], column + begin[1]), []).append((row + end[0], column + end[1]))
    return found


def _right_turn(here: Corner, ahead: list[Corner], came: Corner | None) -> int:
    """Which of the edges ahead turns right: it stays with the same pixel."""
    if len(ahead) == 1 or came is None:
        return 0
    down, right = here[0] - came[0], here[1] - came[1]
    turned = (here[0] + right, here[1] - down)
    return ahead.index(turned)


def enclosed_area(way: npt.NDArray[np.integer]) -> float:
    """Area inside a closed outline, in pixels; that of a hole is negative."""
    rows, columns = way[:, 0].astype(float), way[:, 1].astype(float)
    return float((columns[:-1] * rows[1:] - columns[1:] * rows[:-1]).sum() / 2)


def largest_part(mask: BoolArray) -> BoolArray:
    """Return the largest connected part of a region (sides, not corners), its holes filled; the first of equal ones."""
    from scipy.ndimage import binary_fill_holes, label  # slow to import

    parts, n_parts = label(mask)
    if n_parts == 0:
        return np.zeros_like(mask)
    sizes = np.bincount(parts.ravel())[1:]
    filled: BoolArray = binary_fill_holes(parts == int(sizes.argmax()) + 1)
    return filled
