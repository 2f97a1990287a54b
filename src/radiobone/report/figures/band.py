"""What ROC and precision-recall curves share: a mean over folds with its band, and the operating point."""

from __future__ import annotations

from matplotlib.axes import Axes

from radiobone.report.curves import Band
from radiobone.report.figures.style import BLUE, INK


def draw_band(
    ax: Axes, band: Band, *, measure: str, text: str, operating_point: tuple[float, float] | None
) -> None:
    """Draw the mean of the fold curves with one standard deviation to either side, and where the threshold lies.

    Parameters
    ----------
    ax : Axes
    band : Band
        Of one fold or cohort it has no width.
    measure, text : str
        Name of the area under the curve and its value with interval, for the legend; nothing where ``text`` is empty.
    operating_point : tuple of float or None
        At the threshold that was used.
    """
    several = band.n_curves > 1
    if several:
        low, high = (band.mean - band.sd).clip(0, 1), (band.mean + band.sd).clip(0, 1)
        ax.fill_between(band.x, low, high, color=BLUE, alpha=0.16, linewidth=0, label="± 1 SD between folds")
    name = f"Mean of {band.n_curves} folds" if several else "This cohort"
    label = f"{name}, {measure} {text}" if text else name
    ax.plot(band.x, band.mean, color=BLUE, linewidth=2.2, label=label)
    if operating_point is not None:
        x, y = operating_point
        ax.plot(x, y, "o", markersize=8, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=1.6,
                linestyle="none", label="At the threshold used")  # fmt: skip
