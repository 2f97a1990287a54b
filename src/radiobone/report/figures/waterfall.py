"""One case: from the mean prediction, feature by feature, to its own."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from radiobone.report.figures.rows import name_rows
from radiobone.report.figures.style import BLUE, INK, MUTED, RULE, SMALL_PT, VERMILION, new_figure, tidy


def waterfall_figure(
    parts: Sequence[tuple[str, float]], *, base: float, total: float, axis: str, changes: Sequence[str] = ()
) -> Figure:
    """Draw one bar per feature, each beginning where the one above it ends.

    Parameters
    ----------
    parts : sequence of (str, float)
        What is written above each bar, and its length, in the order drawn. Lengths and ``base`` add up to ``total``.
    base, total : float
        Where the first bar begins and the last one ends, in the axis' unit.
    axis : str
        Title of the axis.
    changes : sequence of str
        What is written beside each bar.
    """
    figure = new_figure(1.3 + 0.5 * len(parts))
    ax = figure.subplots()
    ax.axvline(base, color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.axvline(total, color=INK, linewidth=1.2)
    here, ends = base, [base, total]
    for row, (_, size) in enumerate(parts):
        ax.barh(row, size, left=here, height=0.36, color=VERMILION if size > 0 else BLUE, zorder=3)
        if row + 1 < len(parts):
            ax.plot([here + size] * 2, [row + 0.18, row + 0.82], color=RULE, linewidth=1, zorder=2)
        text = changes[row] if row < len(changes) else ""
        ends += [here, here + size]
        ax.annotate(text, (max(here, here + size), row), (4, 0), textcoords="offset points", va="center",
                    fontsize=SMALL_PT, color=INK, annotation_clip=False, zorder=5,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
        here += size
    name_rows(ax, [name for name, _ in parts])
    room = 0.04 * (max(ends) - min(ends) or 1.0)
    ax.set_xlim(min(ends) - room, max(ends) + 5 * room)
    ax.set_xlabel(axis)
    tidy(ax, grid="x")
    ax.spines["left"].set_visible(False)
    return figure
