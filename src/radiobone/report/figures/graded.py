"""Figures of ordered classes and numbers: confusion table, scatter, Bland–Altman plot."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiobone.report.figures.confusion import RIGHT, WRONG
from radiobone.report.figures.style import (
    BLUE,
    INK,
    MUTED,
    SMALL_PT,
    TEXT_PT,
    VERMILION,
    new_figure,
    plain,
    tidy,
    wrapped,
)
from radiobone.report.numbers import decimals

FloatArray = npt.NDArray[np.float64]


def classes_figure(table: Sequence[Sequence[int]], names: Sequence[str]) -> Figure:
    """Draw a confusion table of several classes; each row is a true class and adds up to 100 %.

    Parameters
    ----------
    table : sequence of sequence of int, shape (n_classes, n_classes)
        True classes down, predicted across.
    names : sequence of str
    """
    n = len(names)
    figure = new_figure(0.9 + 0.85 * n)
    ax = figure.subplots()
    for row, counts in enumerate(table):
        total = sum(counts)
        for column, n_cell in enumerate(counts):
            _cell(ax, (row, column), n_cell, n_cell / total if total else 0.0)
    short = [wrapped(name, 14) for name in names]
    middles = [place + 0.5 for place in range(n)]
    ax.set_xticks(middles, short)
    ax.set_yticks(middles, [f"{name}\n(n = {sum(row)})" for name, row in zip(short, table, strict=True)])
    ax.set_xlabel("The model said", fontsize=TEXT_PT, color=INK)
    ax.set_ylabel("In truth", fontsize=TEXT_PT, color=INK)
    ax.tick_params(length=0, labelsize=SMALL_PT, labelcolor=INK)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlim(0, n)
    ax.set_ylim(n, 0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return figure


def _cell(ax: Axes, place: tuple[int, int], count: int, share: float) -> None:
    row, column = place
    colours = RIGHT if row == column else WRONG
    ax.fill([column, column + 1, column + 1, column], [row, row, row + 1, row + 1],
            facecolor=colours(share), edgecolor="white", linewidth=4)  # fmt: skip
    ax.annotate(f"{count}", (column + 0.5, row + 0.5), ha="center", va="bottom", fontsize=15, color=INK)
    ax.annotate(
        f"{100 * share:.0f} %",
        (column + 0.5, row + 0.57),
        ha="center",
        va="top",
        fontsize=SMALL_PT,
        color=INK,
    )


def scatter_figure(measured: FloatArray, predicted: FloatArray, target: str) -> Figure:
    """Draw predicted against measured numbers, with the line on which they agree.

    Parameters
    ----------
    measured, predicted : ndarray, shape (n_rows,)
    target : str
    """
    figure = new_figure(4.4)
    ax = figure.subplots()
    both = np.concatenate([measured, predicted])
    room = 0.03 * (both.max() - both.min())
    ends = (both.min() - room, both.max() + room)
    ax.plot(ends, ends, color=MUTED, linewidth=1.2, linestyle="--")
    ax.scatter(measured, predicted, s=16, color=BLUE, alpha=0.6, linewidths=0)
    ax.set_xlim(ends)
    ax.set_ylim(ends)
    ax.set_xlabel(f"{plain(target)}, measured")
    ax.set_ylabel(f"{plain(target)}, predicted")
    tidy(ax)
    return figure


def bland_altman_figure(
    measured: FloatArray, predicted: FloatArray, limits: tuple[float, float, float], *, places: int = 2
) -> Figure:
    """Draw differences against means, with bias and limits of agreement.

    Parameters
    ----------
    measured, predicted : ndarray, shape (n_rows,)
    limits : tuple of float
        Lower limit, bias, upper limit.
    places : int
        Decimals of their labels.
    """
    figure = new_figure(4.0)
    ax = figure.subplots()
    ax.scatter((measured + predicted) / 2, predicted - measured, s=16, color=BLUE, alpha=0.6, linewidths=0)
    ax.axhline(0.0, color=MUTED, linewidth=1.0)
    for value, style in zip(limits, ("--", "-", "--"), strict=True):
        ax.axhline(value, color=VERMILION, linewidth=1.4, linestyle=style)
        ax.annotate(
            decimals(value, places), (1.0, value), xycoords=("axes fraction", "data"), ha="right",
            va="bottom", fontsize=SMALL_PT, color=INK,
        )  # fmt: skip
    ax.set_xlabel("Mean of measured and predicted")
    ax.set_ylabel("Predicted less measured")
    tidy(ax)
    return figure
