"""Precision-recall curve: the mean of the fold curves, and how much they vary."""

from __future__ import annotations

from matplotlib.figure import Figure

from radiobone.report.curves import Band
from radiobone.report.figures.style import BLUE, INK, MUTED, legend, new_figure, shares, tidy

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
    low, high = (band.mean - band.sd).clip(0, 1), (band.mean + band.sd).clip(0, 1)
    several = band.n_curves > 1
    if several:
        ax.fill_between(band.x, low, high, color=BLUE, alpha=0.16, linewidth=0, label="± 1 SD between folds")
    name = f"Mean of {band.n_curves} folds" if several else "This cohort"
    label = f"{name}, PR-AUC {area_text}" if area_text else name
    ax.plot(band.x, band.mean, color=BLUE, linewidth=2.2, label=label)
    if operating_point is not None:
        x, y = operating_point
        ax.plot(x, y, "o", markersize=8, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=1.6,
                linestyle="none", label="At the threshold used")  # fmt: skip
    ax.set_xlabel("Recall: sensitivity (found)")
    ax.set_ylabel("Precision: PPV (rightly called positive)")
    ax.set_aspect("equal")
    shares(ax)
    tidy(ax)
    legend(ax, "upper right" if prevalence < RARE else "lower left")
    return figure
