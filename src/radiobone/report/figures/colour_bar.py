"""The scale of colours that the maps of a feature share."""

from __future__ import annotations

from typing import Literal

import numpy as np
from matplotlib.figure import Figure

from radiobone.report.figures.style import RULE, SMALL_PT, TEXT_PT, new_figure, plain
from radiobone.report.numbers import significant

TICKS = 4
LONGEST_UNIT = 60


def colour_bar_figure(
    low: float, high: float, unit: str, *, goes_below: bool = False, goes_beyond: bool = False
) -> Figure:
    """Draw viridis from one value to another.

    Parameters
    ----------
    low, high : float
        Values at the ends.
    unit : str
        Written below; "no unit" if empty.
    goes_below, goes_beyond : bool
        Whether values lie outside, which have the colours of the ends: told by ≤ and ≥.
    """
    figure = new_figure(0.75)
    ax = figure.subplots()
    ax.imshow(np.linspace(0, 1, 256)[np.newaxis], aspect="auto", cmap="viridis", extent=(0.0, 1.0, 0.0, 1.0))
    shares = np.linspace(0, 1, TICKS) if high > low else np.array([0.0])
    texts = [significant(low + share * (high - low)) for share in shares]
    texts[0] = f"≤ {texts[0]}" if goes_below else texts[0]
    texts[-1] = f"≥ {texts[-1]}" if goes_beyond else texts[-1]
    ax.set_xticks(shares, texts, size=SMALL_PT)
    ax.set_yticks([])
    ends: tuple[tuple[int, Literal["left", "right"]], ...] = ((0, "left"), (-1, "right"))
    for place, side in ends:
        ax.get_xticklabels()[place].set_horizontalalignment(side)
    ax.set_xlabel(plain(unit or "no unit", LONGEST_UNIT), size=TEXT_PT)
    for spine in ax.spines.values():
        spine.set_color(RULE)
    return figure
