"""A feature's value against its SHAP value: in which form the models use it."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from radiobone.report.figures.beeswarm import rank_share
from radiobone.report.figures.rows import cut
from radiobone.report.figures.style import (
    BLUE,
    INK,
    LOW_TO_HIGH,
    MUTED,
    SMALL_PT,
    TEXT_PT,
    new_figure,
    plain,
    tidy,
)

VECTOR_DOTS = 150
LONGEST_NAME = 46


def dependence_figure(
    name: str,
    values: npt.ArrayLike,
    shap: npt.ArrayLike,
    *,
    axis: str,
    partner: str = "",
    partner_values: npt.ArrayLike | None = None,
) -> Figure:
    """Draw one dot per held-out case.

    Parameters
    ----------
    name : str
        The feature.
    values, shap : array-like, shape (n_cases,)
        Its value, and what it added in the axis' unit; cases without a value are left out.
    axis : str
        Title of the vertical axis.
    partner : str
        The feature that colours the dots.
    partner_values : array-like, shape (n_cases,), optional
        Its values; colour follows their rank.
    """
    x, y = np.asarray(values, dtype=float), np.asarray(shap, dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    figure = new_figure(3.9 if partner_values is not None else 3.4)
    ax = figure.subplots()
    ax.axhline(0, color=MUTED, linewidth=1)
    colours: Any = BLUE
    if partner_values is not None:
        colours = _colours(np.asarray(partner_values, dtype=float)[known])
        _colour_bar(figure, ax, partner)
    ax.scatter(
        x[known],
        y[known],
        s=18,
        c=colours,
        alpha=0.75,
        linewidths=0,
        rasterized=bool(known.sum() > VECTOR_DOTS),
    )
    ax.set_xlabel(plain(cut(name, LONGEST_NAME), LONGEST_NAME + 1))
    ax.set_ylabel(axis)
    tidy(ax)
    return figure


def _colours(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    known = np.isfinite(values)
    found = np.full((len(values), 4), (0.6, 0.6, 0.6, 0.85))
    found[known] = LOW_TO_HIGH(rank_share(values[known]))
    return found


def _colour_bar(figure: Figure, ax: Axes, partner: str) -> None:
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, 1), LOW_TO_HIGH), ax=ax, orientation="horizontal", location="top", shrink=0.6,
        aspect=30, pad=0.03,
    )  # fmt: skip
    bar.set_ticks([0, 1], labels=["low", "high"])
    bar.set_label(plain(cut(partner, LONGEST_NAME), LONGEST_NAME + 1), size=TEXT_PT, color=INK)
    bar.ax.tick_params(length=0, labelsize=SMALL_PT, labelcolor=INK)
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
