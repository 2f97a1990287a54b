"""Coefficients of linear models, and how much they vary between folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import BLUE, INK, MUTED, SKY, VERMILION, new_figure, tidy


def coefficients_figure(names: Sequence[str], folds: Sequence[npt.ArrayLike], *, axis: str) -> Figure:
    """Draw the mean over folds as a dot, with a whisker of one standard deviation and a tick per fold.

    Parameters
    ----------
    names : sequence of str
        Features, in the order drawn.
    folds : sequence of array-like, each of shape (n_folds_that_chose_it,)
        Coefficient per standard deviation.
    axis : str
        Title of the axis.
    """
    figure = new_figure(0.9 + 0.5 * len(names))
    ax = figure.subplots()
    ax.axvline(0, color=MUTED, linewidth=1)
    for row, column in enumerate(folds):
        values = np.asarray(column, dtype=float)
        mean, spread = float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else 0.0
        ax.plot(
            values, np.full(len(values), row), "|", color=SKY, markersize=8, markeredgewidth=1.2, zorder=2
        )
        ax.errorbar(mean, row, xerr=spread, fmt="o", color=VERMILION if mean > 0 else BLUE, ecolor=INK, elinewidth=1.2,
                    capsize=3, markersize=6, zorder=3)  # fmt: skip
    name_rows(ax, names)
    ax.set_xlabel(axis)
    tidy(ax, grid="x")
    ax.spines["left"].set_visible(False)
    return figure
