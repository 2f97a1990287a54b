"""Scores of shuffled labels beside that of the true ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from radiobone.evaluation.fold_score import FoldScore
from radiobone.report.figures.style import BLUE, FAINT, INK, MUTED, SMALL_PT, VERMILION, new_figure, tidy


def null_figure(found: Mapping[str, Any], score: FoldScore) -> Figure:
    """Draw the score of every shuffle, their mean with the band that it must lie in, and the score of the true labels.

    Parameters
    ----------
    found : mapping
        ``null_control`` of ``metrics.json``.
    score : FoldScore
        What was compared.
    """
    figure = new_figure(2.0)
    ax = figure.subplots()
    values = np.sort(np.asarray(found[score.key], dtype=float))
    ax.axvspan(found["low"], found["high"], color=FAINT)
    ax.axvline(score.chance, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.plot(values, np.linspace(0.15, 0.65, len(values)), "o", markersize=5, color=MUTED, alpha=0.7)
    colour = VERMILION if found["departs"] else INK
    ax.plot([found["mean"]] * 2, [0, 0.8], color=colour, linewidth=2)
    ax.plot(found["observed"], 0.4, "D", markersize=8, color=BLUE)
    ax.annotate(
        "mean of shuffles", (found["mean"], 0.82), ha="center", va="bottom", fontsize=SMALL_PT, color=colour
    )
    ax.annotate(
        f"true {score.shuffled}",
        (found["observed"], 0.5),
        ha="center",
        va="bottom",
        fontsize=SMALL_PT,
        color=BLUE,
    )
    ax.set_ylim(0, 1.1)
    ax.set_yticks([])
    everything = (*values, found["observed"])
    ax.set_xlim(min(score.chance - 0.2, *everything) - 0.05, max(score.chance + 0.2, *everything) + 0.05)
    ax.set_xlabel(score.title)
    tidy(ax, grid=None)
    ax.spines["left"].set_visible(False)
    return figure
