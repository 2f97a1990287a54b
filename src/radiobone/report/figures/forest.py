"""Forest plot: a measure of each subgroup with its interval, beside that of everyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import BLUE, INK, MUTED, new_figure, tidy

ForestRow = tuple[str, float | None, float | None, float | None]


@dataclass(frozen=True)
class Measure:
    """The measure that a forest plot shows.

    Attributes
    ----------
    title : str
        What it is called.
    chance : float or None
        What chance gives, as a dashed line; None if nothing can be said of that.
    least, greatest : float or None
        Where its scale ends; None if it does not.
    nothing : str
        What a model without merit does.
    """

    title: str
    chance: float | None
    least: float | None
    greatest: float | None
    nothing: str = "chance"


AUC = Measure("AUC", 0.5, 0.0, 1.0)


def forest_figure(
    rows: Sequence[ForestRow], *, overall: float, measure: Measure = AUC, line: str = "everyone"
) -> Figure:
    """Draw one row per group.

    Parameters
    ----------
    rows : sequence of (name, value, low, high)
        Measures with their intervals, first row on top; a group without a value has its name alone.
    overall : float
        That of everyone, as a line.
    measure : Measure
    line : str
        What the line is.
    """
    figure = new_figure(0.9 + 0.62 * len(rows))
    ax = figure.subplots()
    if measure.chance is not None:
        ax.axvline(measure.chance, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.axvline(overall, color=INK, linewidth=1)
    for height, (_, value, low, high) in enumerate(rows):
        if low is not None and high is not None:
            ax.plot([low, high], [height, height], color=BLUE, linewidth=2.4, solid_capstyle="butt")
        if value is not None:
            ax.plot(value, height, "s", markersize=7, color=BLUE)
    ax.set_xlim(*_limits(rows, overall, measure))
    dashes = "" if measure.chance is None else f"; dashes: {measure.nothing}"
    ax.set_xlabel(f"{measure.title} (line: {line}{dashes})")
    tidy(ax, grid="x")
    name_rows(ax, [name for name, *_ in rows])
    return figure


def _limits(rows: Sequence[ForestRow], overall: float, measure: Measure) -> tuple[float, float]:
    shown = [overall] + ([] if measure.chance is None else [measure.chance])
    shown += [one for _, *values in rows for one in values if one is not None]
    end = max(shown) if measure.greatest is None else measure.greatest
    room = 0.03 * (1 if measure.least is not None and measure.greatest is not None else end - min(shown))
    left = min(shown) - room
    if measure.greatest is None:
        return (left if measure.least is None else max(left, measure.least)), end + room
    return (left if measure.least is None else max(left, measure.least)), end + 0.01
