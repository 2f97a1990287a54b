"""A nomogram: points of each feature's value, and what their total means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from radiobone.explain.nomogram import MOST_POINTS, Nomogram, NomogramLine
from radiobone.explain.weights import LOG_ODDS
from radiobone.report.figures.rows import cut
from radiobone.report.figures.style import INK, MUTED, RULE, SMALL_PT, new_figure
from radiobone.report.numbers import significant

PROBABILITIES = (0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99)
LETTER, GAP = 0.021, 0.015
"""Width of a letter, and least space between two labels, as shares of the width."""


def nomogram_figure(nomogram: Nomogram, *, outcome: str) -> Figure:
    """Draw the nomogram: read each feature's points on the top line, add them, and find the total below.

    Parameters
    ----------
    nomogram : Nomogram
        From ``radiobone.explain.nomogram.nomogram_of``.
    outcome : str
        Title of the last line.
    """
    lines = nomogram.lines
    figure = new_figure(0.3 + 0.56 * (len(lines) + 3))
    ax = figure.subplots()
    _line(ax, 0, "Points", list(np.linspace(0, MOST_POINTS, 6)), lambda value: value / MOST_POINTS)
    for row, line in enumerate(lines, start=1):
        title = cut(line.feature, 44) + (" (in SD)" if line.in_sd else "")
        ticks = _ticks(line.low, line.high)
        _line(ax, row, title, ticks, partial(_place, nomogram, line), (line.low, line.high))
    most = nomogram.most_points or 1.0
    _line(ax, len(lines) + 1, "Total points", _ticks(0, most), lambda value: value / most)
    _line(ax, len(lines) + 2, outcome, _outcomes(nomogram), lambda value: nomogram.total_for(value) / most)
    ax.set_xlim(-0.03, 1.03)
    ax.set_ylim(len(lines) + 2.55, -0.55)
    ax.set_axis_off()
    return figure


def _place(nomogram: Nomogram, line: NomogramLine, value: float) -> float:
    """Return where a feature's value lies, as a share of the width."""
    return nomogram.points(line, value) / MOST_POINTS


def _line(
    ax: Axes,
    row: int,
    title: str,
    ticks: Sequence[float],
    place: Callable[[float], float],
    ends: tuple[float, float] | None = None,
) -> None:
    """Draw one scale with its title above it, from its first tick to its last unless ``ends`` says otherwise.

    Labels that would lie on each other are left out; a scale too short for two has its range written beside it.
    """
    marks = sorted((place(tick), _written(tick)) for tick in ticks)
    first, last = sorted(place(end) for end in ends) if ends else (marks[0][0], marks[-1][0])
    ax.plot([first, last], [row, row], color=INK, linewidth=1.3, solid_capstyle="butt")
    ax.annotate(
        title, (0, row - 0.14), va="bottom", ha="left", fontsize=SMALL_PT, color=INK, parse_math=False
    )
    labelled = _apart(marks)
    beside = ends is not None and len(labelled) < 2
    for x, text in marks:
        told = (x, text) in labelled
        ax.plot([x, x], [row, row + 0.1], color=MUTED if told or beside else RULE, linewidth=1)
        if told and not beside:
            ax.annotate(text, (x, row + 0.13), va="top", ha="center", fontsize=SMALL_PT, color=MUTED)
    if ends is not None and beside:
        low, high = (_written(end) for end in sorted(ends, key=place))
        ax.annotate(
            f"{low} to {high}",
            (last + 0.015, row - 0.06),
            va="top",
            ha="left",
            fontsize=SMALL_PT,
            color=MUTED,
        )


def _written(tick: float) -> str:
    text = f"{tick:.3g}"
    return (significant(tick) if "e" in text else text).replace("-", "−")


def _apart(marks: Sequence[tuple[float, str]]) -> list[tuple[float, str]]:
    """Return the labels, from left to right, that have room beside those before them."""
    found: list[tuple[float, str]] = []
    for x, text in marks:
        if not found or x - found[-1][0] >= GAP + LETTER * (len(text) + len(found[-1][1])) / 2:
            found.append((x, text))
    return found


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from ``low`` to ``high``; both ends where none lies between."""
    if high <= low:
        return [low]
    found = [float(tick) for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
    return found if len(found) > 1 else [low, high]


def _outcomes(nomogram: Nomogram) -> list[float]:
    low, high = sorted((nomogram.outcome(0.0), nomogram.outcome(nomogram.most_points)))
    if nomogram.scale != LOG_ODDS:
        return _ticks(low, high)
    found = [share for share in PROBABILITIES if low <= share <= high]
    return found if len(found) > 1 else [low, high]
