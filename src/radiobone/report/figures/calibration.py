"""Calibration: whether patients given 70 % are positive 70 times in 100."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from radiobone.report.figures.style import (
    BLUE,
    INK,
    MUTED,
    NEGATIVE,
    POSITIVE,
    SMALL_PT,
    legend,
    new_figure,
    plain,
    shares,
    tidy,
    wrapped,
)

SIDE_BY_SIDE = 20
"""Letters of a class name up to which the legend's two entries share a line."""


def calibration_figure(
    binned: Mapping[str, Sequence[float]],
    y: npt.ArrayLike,
    probability: npt.ArrayLike,
    *,
    positive: str,
    negative: str,
) -> Figure:
    """Draw observed against predicted probability, and below it how the predictions spread.

    Parameters
    ----------
    binned : mapping
        ``calibration.binned`` of ``metrics.json``: ``probability``, ``observed``, ``low`` and ``high`` of each group.
    y, probability : array-like, shape (n_rows,)
        Classes and out-of-fold probabilities, for the histogram.
    positive, negative : str
        Names of the classes.
    """
    figure = new_figure(5.3)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[3.4, 1])
    upper.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), label="Perfect calibration")
    predicted_mean, observed, low, high = (
        np.asarray(binned[name], dtype=float) for name in ("probability", "observed", "low", "high")
    )
    errors = np.vstack([observed - low, high - observed])
    upper.errorbar(predicted_mean, observed, yerr=errors, color=BLUE, marker="o", markersize=6, linewidth=1.6,
                   elinewidth=1.2, capsize=3, label="Groups of equal size, 95 % interval")  # fmt: skip
    upper.set_ylabel(wrapped(f"Share that is {positive}", 34))
    shares(upper)
    tidy(upper)
    upper.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        fontsize=SMALL_PT,
        labelcolor=INK,
        handlelength=1.6,
        frameon=False,
    )
    truth, predicted = np.asarray(y), np.asarray(probability, dtype=float)
    edges = np.linspace(0, 1, 21)
    stacks = [predicted[truth == 0], predicted[truth == 1]]
    lower.hist(stacks, bins=edges, stacked=True, color=[NEGATIVE, POSITIVE], alpha=0.85, rwidth=0.88,
               label=[plain(negative, 40), plain(positive, 40)])  # fmt: skip
    lower.set_xlabel(wrapped(f"Predicted probability of {positive}", 46))
    lower.set_ylabel("Cases")
    tidy(lower, grid=None)
    lower.locator_params(axis="y", nbins=3, integer=True)
    columns = 2 if max(len(positive), len(negative)) <= SIDE_BY_SIDE else 1
    lower.set_ylim(top=(1.5 if columns == 2 else 2.4) * lower.get_ylim()[1])
    legend(lower, "upper center", columns=columns)
    return figure
