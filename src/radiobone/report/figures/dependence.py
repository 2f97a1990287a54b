"""A feature's value against its SHAP value: in which form the models use it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import ScalarFormatter

from radiobone.report.figures.beeswarm import rank_share
from radiobone.report.figures.rows import cut
from radiobone.report.figures.style import (
    BLUE,
    INK,
    LOW_TO_HIGH,
    MUTED,
    SMALL_PT,
    TEXT_PT,
    WIDTH_IN,
    new_figure,
    plain,
    tidy,
)
from radiobone.report.numbers import SUPERSCRIPT

VECTOR_DOTS = 150
LONGEST_PARTNER = 38
LONGEST_NAME = 46
PANEL_GAP_IN = 0.18


class PowerFormatter(ScalarFormatter):
    """Ticks whose common power stands at the end of the axis as ``× 10⁹``."""

    def get_offset(self) -> str:
        """Write the power."""
        mantissa, _, power = super().get_offset().partition("e")
        return f"× 10{power.translate(SUPERSCRIPT)}" if mantissa == "1" and power else super().get_offset()


@dataclass(frozen=True, eq=False)
class Dependence:
    """One feature over the held-out cases.

    Attributes
    ----------
    name : str
        The feature.
    values, shap : array-like, shape (n_cases,)
        Its value, and what it added in the axis' unit; cases without a value are left out.
    partner : str
        The feature that colours the dots.
    partner_values : array-like, shape (n_cases,), optional
        Its values; colour follows their rank.
    """

    name: str
    values: npt.ArrayLike
    shap: npt.ArrayLike
    partner: str = ""
    partner_values: npt.ArrayLike | None = None


def dependence_figure(features: Sequence[Dependence], *, axis: str) -> Figure:
    """Draw one dot per held-out case, a panel per feature and two panels side by side.

    Parameters
    ----------
    features : sequence of Dependence
        At least one.
    axis : str
        Title of the vertical axes.
    """
    columns = min(len(features), 2)
    rows = -(-len(features) // columns)
    height = 3.9 if any(one.partner_values is not None for one in features) else 3.4
    figure = new_figure(height * rows, width_in=WIDTH_IN * columns)
    if rows > 1:  # the name below a panel must not be taken for that of the colour below it
        figure.set_layout_engine("constrained", h_pad=PANEL_GAP_IN)
    panels = np.ravel(figure.subplots(rows, columns, squeeze=False))
    for ax, one in zip(panels, features, strict=False):
        _panel(figure, ax, one, axis)
    for ax in panels[len(features) :]:
        ax.set_axis_off()
    return figure


def _panel(figure: Figure, ax: Axes, one: Dependence, axis: str) -> None:
    x, y = np.asarray(one.values, dtype=float), np.asarray(one.shap, dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    ax.axhline(0, color=MUTED, linewidth=1)
    colours: Any = BLUE
    if one.partner_values is not None:
        colours = _colours(np.asarray(one.partner_values, dtype=float)[known])
        _colour_bar(figure, ax, one.partner)
    as_pixels = bool(known.sum() > VECTOR_DOTS)
    ax.scatter(x[known], y[known], s=18, c=colours, alpha=0.75, linewidths=0, rasterized=as_pixels)
    ax.set_xlabel(plain(cut(one.name, LONGEST_NAME), LONGEST_NAME + 1))
    ax.set_ylabel(axis)
    ax.xaxis.set_major_formatter(PowerFormatter())
    tidy(ax)


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
    name = plain(cut(partner, LONGEST_PARTNER), LONGEST_PARTNER + 1)
    bar.set_label(f"Colour: {name}", size=TEXT_PT, color=INK)
    bar.ax.tick_params(length=0, labelsize=SMALL_PT, labelcolor=INK)
    bar.outline.set_visible(False)
    if bar.solids is not None:
        bar.solids.set_rasterized(True)
