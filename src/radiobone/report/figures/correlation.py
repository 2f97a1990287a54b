"""Correlation map: which chosen features say the same, those alike side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform

from radiobone.report.figures.rows import cut
from radiobone.report.figures.style import BLUE, INK, MUTED, SMALL_PT, TEXT_PT, VERMILION, new_figure

FloatArray = npt.NDArray[np.float64]
MAP = LinearSegmentedColormap.from_list("correlation", [BLUE, "#FFFFFF", VERMILION]).with_extremes(
    bad="#E4E7EB"
)
LONGEST = 50


def clustered_order(correlation: FloatArray) -> list[int]:
    """Order features so that those which correlate, in either direction, lie side by side.

    Average linkage of one less the absolute correlation; the order of the names given settles ties.

    Parameters
    ----------
    correlation : ndarray, shape (n, n)
        Symmetric; NaN where there is none.
    """
    if len(correlation) < 3:
        return list(range(len(correlation)))
    distance = 1 - np.abs(np.nan_to_num(correlation, nan=0.0))
    distance = np.clip((distance + distance.T) / 2, 0, 1)
    np.fill_diagonal(distance, 0.0)
    return [int(one) for one in leaves_list(linkage(squareform(distance, checks=False), "average"))]


def correlation_figure(names: Sequence[str], correlation: npt.ArrayLike) -> Figure:
    """Draw correlations as coloured cells, with numbers for the names that are listed below.

    Parameters
    ----------
    names : sequence of str
        Features.
    correlation : array-like, shape (n, n)
        NaN, in grey, where there is none.
    """
    matrix = np.asarray(correlation, dtype=float)
    order = clustered_order(matrix)
    n = len(order)
    figure = new_figure(5.4 + 0.215 * n)
    upper, lower = figure.subplots(2, 1, height_ratios=[5.4, 0.215 * n])
    image = upper.imshow(matrix[np.ix_(order, order)], cmap=MAP, vmin=-1, vmax=1, interpolation="none")
    numbers = [str(place + 1) for place in range(n)]
    upper.set_xticks(range(n), numbers)
    upper.set_yticks(range(n), numbers)
    upper.tick_params(axis="x", rotation=0 if n <= 16 else 90)
    upper.tick_params(length=0, labelsize=SMALL_PT if n <= 16 else 7.5, labelcolor=MUTED)
    for spine in upper.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(image, ax=upper, orientation="horizontal", location="top", shrink=0.7, aspect=30)
    bar.set_ticks([-1, -0.5, 0, 0.5, 1], labels=["−1", "−0.5", "0", "0.5", "1"])
    bar.set_label("Spearman’s rank correlation", size=TEXT_PT, color=INK)
    bar.ax.tick_params(length=0, labelsize=SMALL_PT, labelcolor=INK)
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
    for place, index in enumerate(order):
        lower.text(0, place, f"{place + 1}  {cut(names[index], LONGEST)}", va="center", fontsize=SMALL_PT,
                   color=INK, parse_math=False)  # fmt: skip
    lower.set_ylim(n - 0.5, -0.5)
    lower.axis("off")
    return figure
