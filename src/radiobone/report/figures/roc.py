"""ROC curve: the mean of the fold curves, and how much they vary."""

from __future__ import annotations

from matplotlib.figure import Figure

from radiobone.report.curves import Band
from radiobone.report.figures.band import draw_band
from radiobone.report.figures.style import MUTED, legend, new_figure, shares, tidy


def roc_figure(
    band: Band, *, operating_point: tuple[float, float] | None = None, auc_text: str = ""
) -> Figure:
    """Draw the mean ROC curve with a band of one standard deviation between folds.

    Parameters
    ----------
    band : Band
        From ``radiobone.report.curves.roc_band``.
    operating_point : tuple of float, optional
        (1 − specificity, sensitivity) at the threshold that was used.
    auc_text : str
        The AUC and its interval, for the legend.
    """
    figure = new_figure(5.0)
    ax = figure.subplots()
    ax.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=(0, (4, 3)), label="Chance (AUC 0.50)")
    draw_band(ax, band, measure="AUC", text=auc_text, operating_point=operating_point)
    ax.set_xlabel("1 − specificity (false alarms)")
    ax.set_ylabel("Sensitivity (found)")
    ax.set_aspect("equal")
    shares(ax)
    tidy(ax)
    legend(ax, "lower right")
    return figure
