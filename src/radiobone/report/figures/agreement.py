"""How far folds agree, pair by pair, as a heat map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from radiobone.report.figures.style import INK, SMALL_PT, TEXT_PT, new_figure, tidy

AGREEMENT = LinearSegmentedColormap.from_list("agreement", ["#D55E00", "#F5F7FA", "#0072B2"]).with_extremes(
    bad="#CBD2D9"
)


def agreement_figure(rank: npt.ArrayLike) -> Figure:
    """Draw a square of one field per pair of folds.

    Parameters
    ----------
    rank : array-like, shape (n_folds, n_folds)
        Correlations, −1 to 1; grey where not defined.
    """
    square = np.ma.masked_invalid(np.asarray(rank, dtype=float))
    figure = new_figure(4.6)
    ax = figure.subplots()
    image = ax.imshow(square, cmap=AGREEMENT, vmin=-1, vmax=1, interpolation="nearest")
    step = max(1, -(-len(square) // 10))
    places = np.arange(0, len(square), step)
    ax.set_xticks(places, [str(place + 1) for place in places])
    ax.set_yticks(places, [str(place + 1) for place in places])
    ax.set_xlabel("Fold")
    ax.set_ylabel("Fold")
    tidy(ax, grid=None)
    bar = figure.colorbar(
        image, ax=ax, orientation="horizontal", location="top", shrink=0.7, aspect=28, pad=0.03
    )
    bar.set_ticks([-1, 0, 1], labels=["−1 reverse", "0 none", "1 the same"])
    bar.set_label("Rank correlation", size=TEXT_PT, color=INK)
    bar.ax.tick_params(length=0, labelsize=SMALL_PT, labelcolor=INK)
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
    return figure
