"""Confusion table: what the model called, against what was true."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from radiobone.report.figures.style import INK, SMALL_PT, TEXT_PT, new_figure, wrapped

RIGHT = LinearSegmentedColormap.from_list("right", ["#F3F8FC", "#5BA6D6"])
WRONG = LinearSegmentedColormap.from_list("wrong", ["#FDF6EE", "#EDA35A"])


def confusion_figure(counts: Mapping[str, int], positive: str, negative: str) -> Figure:
    """Draw a two-by-two table; each row is a true class and adds up to 100 %.

    Parameters
    ----------
    counts : mapping
        ``tp``, ``fp``, ``tn``, ``fn``.
    positive, negative : str
        Names of the classes.
    """
    figure = new_figure(3.4)
    ax = figure.subplots()
    cells = (("tp", 0, 0, RIGHT), ("fn", 1, 0, WRONG), ("fp", 0, 1, WRONG), ("tn", 1, 1, RIGHT))
    totals = (counts["tp"] + counts["fn"], counts["fp"] + counts["tn"])
    for key, column, row, colours in cells:
        share = counts[key] / totals[row] if totals[row] else 0.0
        ax.fill([column, column + 1, column + 1, column], [row, row, row + 1, row + 1],
                facecolor=colours(share), edgecolor="white", linewidth=4)  # fmt: skip
        middle = (column + 0.5, row + 0.5)
        ax.annotate(f"{counts[key]}", middle, ha="center", va="bottom", fontsize=18, color=INK)
        ax.annotate(
            f"{100 * share:.0f} %",
            (middle[0], middle[1] + 0.07),
            ha="center",
            va="top",
            fontsize=TEXT_PT,
            color=INK,
        )
    names = [wrapped(positive), wrapped(negative)]
    ax.set_xticks([0.5, 1.5], names)
    ax.set_yticks([0.5, 1.5], [f"{name}\n(n = {total})" for name, total in zip(names, totals, strict=True)])
    ax.set_xlabel("The model said", fontsize=TEXT_PT, color=INK)
    ax.set_ylabel("In truth", fontsize=TEXT_PT, color=INK)
    ax.tick_params(length=0, labelsize=SMALL_PT, labelcolor=INK)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set_xlim(0, 2)
    ax.set_ylim(2, 0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    return figure
