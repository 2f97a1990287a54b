"""Precision-recall curve: the mean of the fold curves, and how much they vary."""

from __future__ import annotations

from matplotlib.figure import Figure

from radiobone.report.curves import Band
from radiobone.report.figures.band import draw_band
from radiobone.report.figures.style import MUTED, legend, new_figure, shares, tidy

RARE = 0.4
"""Share of positives below which the upper right corner of the figure is free."""


def precision_recall_figure(
    band: Band, *, prevalence: float, operating_point: tuple[float, float] | None = None, area_text: str = ""
) -> Figure:
    """Draw the mean precision-recall curve with a band of one standard deviation between folds.

    Parameters
    ----------
    band : Band
        From ``radiobone.report.curves.pr_band``.
    prevalence : float
        Share of positives, which is what chance gives.
    operating_point : tuple of float, optional
        (sensitivity, PPV) at the threshold that was used.
    area_text : str
        The average precision and its interval, for the legend.
    """
    figure = new_figure(5.0)
    ax = figure.subplots()
    ax.axhline(prevalence, color=MUTED, linewidth=1, linestyle=(0, (4, 3)), label=f"Chance: the share of positives ({prevalence:.2f})")  # fmt: skip
    draw_band(ax, band, measure="PR-AUC", text=area_text, operating_point=operating_point)
    ax.set_xlabel("Recall: sensitivity (found)")
    ax.set_ylabel("Precision: PPV (rightly called positive)")
    ax.set_aspect("equal")
    shares(ax)
    tidy(ax)
    legend(ax, "upper right" if prevalence < RARE else "lower left")
    return figure
