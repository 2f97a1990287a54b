"""Forest plot: the AUC of each subgroup with its interval, above that of everyone."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import BLUE, INK, MUTED, new_figure, tidy

ForestRow = tuple[str, float, float | None, float | None]


def forest_figure(rows: Sequence[ForestRow], *, overall: float) -> Figure:
    """Draw one row per group.

    Parameters
    ----------
    rows : sequence of (name, value, low, high)
        AUCs with their intervals, first row on top.
    overall : float
        AUC of everyone, as a line.
    """
    figure = new_figure(0.9 + 0.62 * len(rows))
    ax = figure.subplots()
    ax.axvline(0.5, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.axvline(overall, color=INK, linewidth=1)
    for height, (_, value, low, high) in enumerate(rows):
        if low is not None and high is not None:
            ax.plot([low, high], [height, height], color=BLUE, linewidth=2.4, solid_capstyle="butt")
        ax.plot(value, height, "s", markersize=7, color=BLUE)
    lowest = min([value if low is None else low for _, value, low, _ in rows] + [0.5])
    ax.set_xlim(max(lowest - 0.03, 0.0), 1.01)
    ax.set_xlabel("AUC (line: everyone; dashes: chance)")
    tidy(ax, grid="x")
    name_rows(ax, [name for name, *_ in rows])
    return figure
