"""ROC curve: the mean of the fold curves, and how much they vary."""

from __future__ import annotations

from matplotlib.figure import Figure

from radiobone.report.curves import Band
from radiobone.report.figures.style import BLUE, INK, MUTED, legend, new_figure, shares, tidy


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
    low, high = (band.mean - band.sd).clip(0, 1), (band.mean + band.sd).clip(0, 1)
    several = band.n_curves > 1
    if several:
        ax.fill_between(band.x, low, high, color=BLUE, alpha=0.16, linewidth=0, label="± 1 SD between folds")
    name = f"Mean of {band.n_curves} folds" if several else "This cohort"
    ax.plot(
        band.x, band.mean, color=BLUE, linewidth=2.2, label=f"{name}, AUC {auc_text}" if auc_text else name
    )
    if operating_point is not None:
        x, y = operating_point
        ax.plot(x, y, "o", markersize=8, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=1.6,
                linestyle="none", label="At the threshold used")  # fmt: skip
    ax.set_xlabel("1 − specificity (false alarms)")
    ax.set_ylabel("Sensitivity (found)")
    ax.set_aspect("equal")
    shares(ax)
    tidy(ax)
    legend(ax, "lower right")
    return figure
