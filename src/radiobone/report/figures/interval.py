"""One AUC and its interval on a ruler from 0 to 1."""

from __future__ import annotations

from matplotlib.figure import Figure

from radiobone.report.figures.style import BLUE, INK, MUTED, RULE, SMALL_PT, new_figure


def interval_figure(mean: float, low: float | None, high: float | None) -> Figure:
    """Draw an AUC with its 95 % interval between chance and perfection.

    Parameters
    ----------
    mean : float
        The AUC.
    low, high : float or None
        Its interval.
    """
    figure = new_figure(1.0)
    figure.set_facecolor("none")
    ax = figure.subplots()
    left = 0.0 if min(mean, mean if low is None else low) < 0.4 else 0.4
    ax.plot([left, 1], [0, 0], color=RULE, linewidth=6, solid_capstyle="round")
    if low is not None and high is not None:
        ax.plot([low, high], [0, 0], color=BLUE, linewidth=6, alpha=0.55, solid_capstyle="butt")
    ax.plot(mean, 0, "o", markersize=11, color=BLUE, markeredgecolor="white", markeredgewidth=1.5)
    ax.plot([0.5, 0.5], [-0.5, 0.5], color=INK, linewidth=1.2)
    for x, text in ((0.5, "0.5 chance"), (1.0, "1.0 perfect")):
        ax.text(x, -1.0, text, ha="center" if x < 1 else "right", va="top", fontsize=SMALL_PT, color=MUTED)
    ax.set_xlim(left - 0.02, 1.02)
    ax.set_ylim(-2.2, 0.9)
    ax.axis("off")
    return figure
