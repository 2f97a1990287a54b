"""The strongest interactions of pairs of features."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from radiobone.report.figures.rows import cut, name_rows
from radiobone.report.figures.style import BLUE, MUTED, new_figure, tidy

LONGEST_NAME = 26


def pairs_figure(pairs: Sequence[tuple[str, str]], strengths: Sequence[float], *, axis: str) -> Figure:
    """Draw a bar per pair.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Features, strongest first.
    strengths : sequence of float
        Mean absolute interaction over the folds, in the axis' unit.
    axis : str
        Title of the axis.
    """
    figure = new_figure(0.9 + 0.46 * len(pairs))
    ax = figure.subplots()
    ax.barh(range(len(pairs)), list(strengths), height=0.34, color=BLUE)
    name_rows(ax, [f"{cut(first, LONGEST_NAME)} × {cut(second, LONGEST_NAME)}" for first, second in pairs])
    ax.set_xlim(left=0)
    ax.set_xlabel(axis)
    tidy(ax, grid="x")
    ax.spines["left"].set_color(MUTED)
    return figure
