"""How often each feature was chosen."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import BLUE, FAINT, INK, SMALL_PT, new_figure, tidy


def frequency_figure(names: Sequence[str], rates: Sequence[float]) -> Figure:
    """Draw the share of folds that chose each feature, as bars with the name above each.

    Parameters
    ----------
    names : sequence of str
        Features, most frequent first.
    rates : sequence of float
        Share of folds, 0 to 1.
    """
    figure = new_figure(0.9 + 0.46 * len(names))
    ax = figure.subplots()
    rows = range(len(names))
    ax.barh(rows, [1.0] * len(names), height=0.3, color=FAINT)
    ax.barh(rows, rates, height=0.3, color=BLUE)
    for row, rate in zip(rows, rates, strict=True):
        ax.annotate(f"{100 * rate:.0f} %", (1.0, row), (4, 0), textcoords="offset points", va="center",
                    fontsize=SMALL_PT, color=INK, annotation_clip=False)  # fmt: skip
    name_rows(ax, names)
    ax.set_xlim(0, 1.001)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    ax.set_xlabel("Folds in which the feature was chosen (%)")
    tidy(ax, grid=None)
    ax.spines["left"].set_visible(False)
    return figure
