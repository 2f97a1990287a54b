"""Mean absolute SHAP value per feature, and how much it varies between folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import BLUE, INK, MUTED, SKY, new_figure, tidy


def importance_figure(names: Sequence[str], fold_means: Sequence[npt.ArrayLike], *, axis: str) -> Figure:
    """Draw bars of the mean over folds, with a whisker of one standard deviation and a dot per fold.

    Parameters
    ----------
    names : sequence of str
        Features, most important first.
    fold_means : sequence of array-like, each of shape (n_folds,)
        Mean absolute SHAP value of each fold, in the axis' unit; zero where a fold did not choose the feature.
    axis : str
        Title of the axis.
    """
    figure = new_figure(0.9 + 0.5 * len(names))
    ax = figure.subplots()
    for row, column in enumerate(fold_means):
        folds = np.asarray(column, dtype=float)
        mean = float(folds.mean())
        ax.barh(row, mean, height=0.34, color=BLUE)
        if len(folds) == 1:
            continue
        spread = float(folds.std(ddof=1))
        ax.plot(folds, np.full(len(folds), row), "|", color=SKY, markersize=7, markeredgewidth=1.1, zorder=2)
        ax.errorbar(
            mean, row, xerr=[[min(spread, mean)], [spread]], color=INK, elinewidth=1.2, capsize=3, zorder=3
        )
    name_rows(ax, names)
    ax.set_xlim(left=0)
    ax.set_xlabel(axis)
    tidy(ax, grid="x")
    ax.spines["left"].set_color(MUTED)
    return figure
