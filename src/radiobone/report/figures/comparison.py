"""Several models on the same folds: their scores, and below them their differences."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiobone.report.figures.forest import ForestRow
from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import BLUE, INK, MUTED, VERMILION, new_figure, tidy

ROW_IN, AXIS_IN = 0.58, 0.75


def comparison_figure(
    scores: Sequence[ForestRow],
    differences: Sequence[ForestRow],
    *,
    title: str,
    chance: float | None,
    best: float | None = 1.0,
) -> Figure:
    """Draw scores with their intervals, and differences with theirs against 0.

    Parameters
    ----------
    scores, differences : sequence of (name, value, low, high)
        First row on top; there may be no differences.
    title : str
        Of the score.
    chance : float or None
        What chance gives, as a dashed line.
    best : float or None
        The score beyond which nothing is drawn.
    """
    heights = [AXIS_IN + ROW_IN * len(rows) for rows in (scores, differences) if rows]
    figure = new_figure(sum(heights))
    panels = figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
    _rows(panels[0], scores, colour=BLUE)
    if chance is not None:
        panels[0].axvline(chance, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    if best is not None:
        panels[0].set_xlim(right=min(best + 0.01, panels[0].get_xlim()[1]))
    panels[0].set_xlabel(title if chance is None else f"{title} (dashes: chance)")
    if differences:
        _rows(panels[1], differences, colour=VERMILION)
        panels[1].axvline(0.0, color=INK, linewidth=1)
        panels[1].set_xlabel(f"Difference of {title} (line: none)")
    return figure


def _rows(ax: Axes, rows: Sequence[ForestRow], *, colour: str) -> None:
    for height, (_, value, low, high) in enumerate(rows):
        if low is not None and high is not None:
            ax.plot([low, high], [height, height], color=colour, linewidth=2.4, solid_capstyle="butt")
        if value is not None:
            ax.plot(value, height, "s", markersize=7, color=colour)
    tidy(ax, grid="x")
    name_rows(ax, [name for name, *_ in rows])
    ax.margins(x=0.06)
