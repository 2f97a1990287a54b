"""Flow diagram: what came in at each step, what left there and why, and who was analysed."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from radiobone.report.figures.style import INK, MUTED, SMALL_PT, VERMILION, new_figure, plain

Lost = Sequence[str]
Step = tuple[str, Lost]
LEFT, MIDDLE, RIGHT = 0.02, 0.46, 0.56
ROW_IN, LINE_IN, TEXT_COLUMN, LOST_COLUMN = 0.55, 0.17, 28, 29


def flow_figure(steps: Sequence[Step], final: str, classes: Sequence[str] = ()) -> Figure:
    """Draw boxes from top to bottom, with what was lost beside them.

    Parameters
    ----------
    steps : sequence of (text, lost)
        What there was at each step, and lines of how many left there and why.
    final : str
        Who was analysed.
    classes : sequence of str
        How the analysed are spread over the classes.
    """
    last = "\n".join([final, *classes])
    texts = [_wrapped(text, TEXT_COLUMN) for text, _ in steps] + [_wrapped(last, TEXT_COLUMN)]
    sides = [_wrapped("\n".join(lost), LOST_COLUMN) if lost else "" for _, lost in steps] + [""]
    heights = [
        ROW_IN + LINE_IN * max(text.count("\n"), side.count("\n"))
        for text, side in zip(texts, sides, strict=True)
    ]
    figure = new_figure(sum(heights) + 0.3 * len(heights))
    ax = figure.subplots()
    ax.set_xlim(0, 1)
    ax.axis("off")
    top = 0.0
    for place, (text, side, height) in enumerate(zip(texts, sides, heights, strict=True)):
        middle = top - height / 2
        _box(ax, (LEFT + MIDDLE) / 2, middle, text, bold=place == len(texts) - 1)
        if side:
            ax.annotate(
                "",
                (RIGHT - 0.01, middle),
                (MIDDLE + 0.02, middle),
                arrowprops={"arrowstyle": "->", "color": VERMILION},
            )
            ax.text(RIGHT, middle, side, ha="left", va="center", fontsize=SMALL_PT, color=VERMILION)
        if place < len(texts) - 1:
            below = top - height
            ax.annotate(
                "",
                ((LEFT + MIDDLE) / 2, below - 0.3),
                ((LEFT + MIDDLE) / 2, below),
                arrowprops={"arrowstyle": "->", "color": MUTED},
            )
        top -= height + 0.3
    ax.set_ylim(top + 0.3, 0)
    return figure


def _box(ax: Axes, x: float, y: float, text: str, *, bold: bool) -> None:
    edge = {
        "boxstyle": "round,pad=0.5",
        "facecolor": "white",
        "edgecolor": INK if bold else MUTED,
        "linewidth": 1.6 if bold else 0.9,
    }
    ax.text(x, y, text, ha="center", va="center", fontsize=SMALL_PT, color=INK, bbox=edge)


def _wrapped(text: str, width: int) -> str:
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, width) or [""]]
    return "\n".join(plain(line, width + 1) for line in lines)
