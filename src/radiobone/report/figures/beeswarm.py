"""SHAP values as swarms: one dot per held-out case, coloured by the feature's value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from scipy.stats import rankdata

from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import (
    INK,
    LOW_TO_HIGH,
    MUTED,
    SMALL_PT,
    TEXT_PT,
    new_figure,
    tidy,
    wrapped,
)

FloatArray = npt.NDArray[np.float64]
VECTOR_DOTS = 1200
HALF_HEIGHT = 0.22
MARGIN_LETTERS, MARGIN_LINES = 26, 3
"""Of the words on either side above the swarms."""


def beeswarm_figure(
    names: Sequence[str],
    shap: Sequence[npt.ArrayLike],
    values: Sequence[npt.ArrayLike],
    *,
    axis: str,
    ends: tuple[str, str],
) -> Figure:
    """Draw one swarm per feature.

    Parameters
    ----------
    names : sequence of str
        Features, most important first.
    shap : sequence of array-like, each of shape (n_cases,)
        What the feature added to the prediction, in the axis' unit.
    values : sequence of array-like, each of shape (n_cases,)
        The feature's values; colour follows their rank, missing ones are grey.
    axis : str
        Title of the axis.
    ends : (str, str)
        What lies to the left of 0, and to the right.
    """
    figure = new_figure(1.5 + 0.58 * len(names))
    ax = figure.subplots()
    ax.axvline(0, color=MUTED, linewidth=1)
    points = [np.asarray(column, dtype=float) for column in shap]
    reach = max([float(np.abs(column).max(initial=0.0)) for column in points] or [1.0]) or 1.0
    as_pixels = sum(len(column) for column in points) > VECTOR_DOTS
    for row, (column, value) in enumerate(zip(points, values, strict=True)):
        _swarm(ax, row, column, np.asarray(value, dtype=float), reach, as_pixels=as_pixels)
    name_rows(ax, names)
    ax.set_xlim(-1.06 * reach, 1.06 * reach)
    ax.set_xlabel(axis)
    style: dict[str, Any] = {
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "fontsize": SMALL_PT,
        "color": MUTED,
    }
    left, right = (wrapped(one, MARGIN_LETTERS, MARGIN_LINES) for one in ends)
    ax.annotate(f"← {left}", (0, 1), (0, 2), ha="left", va="bottom", **style)
    ax.annotate(f"{right} →", (1, 1), (0, 2), ha="right", va="bottom", **style)
    tidy(ax, grid="x")
    ax.spines["left"].set_visible(False)
    _colour_bar(figure, ax)
    return figure


def _swarm(ax: Axes, row: int, shap: FloatArray, value: FloatArray, reach: float, *, as_pixels: bool) -> None:
    order = np.lexsort((value, shap))
    shap, value = shap[order], value[order]
    known = np.isfinite(value)
    colours = np.full((len(value), 4), (0.6, 0.6, 0.6, 0.85))
    colours[known] = LOW_TO_HIGH(rank_share(value[known]), alpha=0.85)
    heights = row + 0.05 - swarm_offsets(shap, width=2 * reach / 90) * HALF_HEIGHT
    ax.scatter(shap, heights, s=13, c=colours, linewidths=0, rasterized=as_pixels, zorder=3)


def rank_share(values: FloatArray) -> FloatArray:
    """Ranks from 0 (lowest) to 1 (highest), equal values alike; so that one outlier leaves the rest colour."""
    if len(values) == 0 or np.ptp(values) == 0:
        return np.full(len(values), 0.5)
    ranks = rankdata(values)
    return np.asarray((ranks - ranks.min()) / np.ptp(ranks), dtype=float)


def swarm_offsets(positions: FloatArray, *, width: float) -> FloatArray:
    """Spread dots that would lie on each other; offsets lie within −1 and 1.

    Parameters
    ----------
    positions : ndarray, shape (n,)
        Sorted positions.
    width : float
        Dots nearer than this share a column, which grows from its middle to both sides.
    """
    columns = np.floor(positions / width).astype(int)
    _, start, counts = np.unique(columns, return_index=True, return_counts=True)
    offsets = np.zeros(len(positions))
    step = min(0.35, 2.0 / max(int(counts.max(initial=1)), 1))
    for first, n in zip(start, counts, strict=True):
        place = np.arange(n)
        offsets[first : first + n] = np.where(place % 2 == 0, place // 2, -(place + 1) // 2) * step
    return np.clip(offsets, -1, 1)


def _colour_bar(figure: Figure, ax: Axes) -> None:
    mappable = ScalarMappable(Normalize(0, 1), LOW_TO_HIGH)
    bar = figure.colorbar(
        mappable, ax=ax, orientation="horizontal", location="top", shrink=0.5, aspect=28, pad=0.03
    )
    bar.set_ticks([0, 1], labels=["low", "high"])
    bar.set_label("Value of the feature", size=TEXT_PT, color=INK)
    bar.ax.tick_params(length=0, labelsize=SMALL_PT, labelcolor=INK)
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
