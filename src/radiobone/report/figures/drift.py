"""How new cases differ from those of training: one small figure per measure over time, and the columns that moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import (
    BLUE,
    INK,
    MUTED,
    ORANGE,
    SMALL_PT,
    VERMILION,
    new_figure,
    plain,
    tidy,
)

MARKS = {"fine": (BLUE, "o"), "watch": (ORANGE, "^"), "act": (VERMILION, "s"), "too few": (MUTED, "x")}
"""Colour and shape of each level: neither alone tells them apart."""
SIDES: dict[str, Literal["top", "bottom", "center"]] = {"watch": "top", "act": "bottom"}
MOST_TICKS = 7
Values = Sequence[float | None]


def trend_figure(
    names: Sequence[str],
    values: Values,
    levels: Sequence[str],
    *,
    axis: str,
    bars: tuple[Values, Values] | None = None,
    lines: Mapping[str, float] | None = None,
    second: Values | None = None,
    from_zero: bool = False,
) -> Figure:
    """Draw one measure over windows.

    Parameters
    ----------
    names : sequence of str
        Of the windows, in their order.
    values : sequence of float or None, shape (n_windows,)
    levels : sequence of str
        Of each window, which its mark shows.
    axis : str
        What is measured.
    bars : pair of sequences, optional
        Lower and upper ends of intervals.
    lines : dict of str to float, optional
        Limits, by what they are called.
    second : sequence of float or None, optional
        Another curve, in grey.
    from_zero : bool
        Whether the axis begins at 0.
    """
    figure = new_figure(2.3)
    ax = figure.subplots()
    places = np.arange(len(names))
    known = _numbers(values)
    if second is not None:
        ax.plot(places, _numbers(second), color=MUTED, linewidth=1.6)
    ax.plot(places, known, color=BLUE, linewidth=1.3, alpha=0.7)
    if bars is not None:
        ends = np.abs(np.vstack([known - _numbers(bars[0]), _numbers(bars[1]) - known]))
        ax.errorbar(places, known, yerr=ends, fmt="none", ecolor=MUTED, elinewidth=1, capsize=2)
    marked = known if second is None else np.maximum(known, _numbers(second))
    for level, (colour, mark) in MARKS.items():
        here = np.array([one == level for one in levels], dtype=bool)
        ax.plot(places[here], marked[here], mark, color=colour, markersize=6, zorder=4, clip_on=False)
    _limits(ax, lines or {}, len(names))
    _ticks(ax, names)
    ax.set_ylabel(axis)
    tidy(ax)
    ax.margins(y=0.15)
    if from_zero:
        ax.set_ylim(bottom=0)
    return figure


def _numbers(values: Values) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([np.nan if one is None else one for one in values], dtype=float)


def _limits(ax: Axes, lines: Mapping[str, float], n_windows: int) -> None:
    for name, at in lines.items():
        colour = {"watch": ORANGE, "act": VERMILION}.get(name, MUTED)
        side: Literal["top", "bottom", "center"] = SIDES.get(
            name, "center"
        )  # apart even where the scale is large
        ax.axhline(at, color=colour, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        ax.annotate(name, (1.0, at), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
                    fontsize=SMALL_PT - 1.5, color=INK, va=side, annotation_clip=False)  # fmt: skip
    ax.set_xlim(-0.5, max(n_windows - 0.5, 0.5))


def _ticks(ax: Axes, names: Sequence[str]) -> None:
    step = max(1, int(np.ceil(len(names) / MOST_TICKS)))
    shown = list(range(0, len(names), step))
    ax.set_xticks(shown, [plain(names[place], 12) for place in shown], rotation=30, ha="right")


def moved_figure(entries: Sequence[Mapping[str, Any]], lines: Mapping[str, float]) -> Figure:
    """Draw the PSI of columns less what chance alone gives, the largest first, with the limits.

    Parameters
    ----------
    entries : sequence of mapping
        ``name``, ``psi_excess`` and ``level``; those without a PSI are not to be among them.
    lines : dict of str to float
        Limits, by what they are called.
    """
    figure = new_figure(0.9 + 0.42 * len(entries))
    ax = figure.subplots()
    for row, one in enumerate(entries):
        colour, mark = MARKS[one["level"]]
        ax.plot([0, one["psi_excess"]], [row, row], color=colour, linewidth=3, solid_capstyle="butt")
        ax.plot(one["psi_excess"], row, mark, color=colour, markersize=7, zorder=3)
    for name, at in lines.items():
        ax.axvline(at, color=ORANGE if name == "watch" else VERMILION, linewidth=1, linestyle=(0, (4, 3)))
    name_rows(ax, [one["name"] for one in entries])
    most = max([*(one["psi_excess"] for one in entries), *lines.values()])
    ax.set_xlim(-0.02 * most, 1.08 * most)
    ax.set_xlabel("PSI, less what chance alone gives")
    tidy(ax, grid="x")
    return figure
