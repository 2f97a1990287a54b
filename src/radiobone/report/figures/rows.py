"""Rows of a chart with their names above them, so that long names fit a narrow page."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from radiobone.report.figures.style import INK, SMALL_PT

NAME_LIFT = 0.27
LONGEST = 54


def name_rows(ax: Axes, names: Sequence[str]) -> None:
    """Write each name above its row, first row on top, and take the vertical axis' ticks away.

    Parameters
    ----------
    ax : Axes
        Row ``i`` is drawn at height ``i``.
    names : sequence of str
        Names of the rows; one that is too long is cut in its middle.
    """
    for row, name in enumerate(names):
        ax.annotate(cut(name), (0, row - NAME_LIFT), xycoords=("axes fraction", "data"), ha="left", va="bottom",
                    fontsize=SMALL_PT, color=INK, annotation_clip=False, parse_math=False, zorder=4,
                    bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6})  # fmt: skip
    ax.set_yticks([])
    ax.set_ylim(len(names) - 0.5, -0.8)


def cut(name: str, longest: int = LONGEST) -> str:
    """Shorten a name in its middle, where radiomic names carry least."""
    if len(name) <= longest:
        return name
    half = (longest - 1) // 2
    return f"{name[:half]}…{name[-half:]}"
