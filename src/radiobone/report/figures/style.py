"""One look for all figures: Okabe and Ito's colours, which every kind of colour vision tells apart."""

from __future__ import annotations

import textwrap
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILION, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9"
INK, MUTED, RULE, FAINT = "#1F2933", "#52606D", "#CBD2D9", "#E4E7EB"
POSITIVE, NEGATIVE = VERMILION, BLUE
LOW_TO_HIGH = LinearSegmentedColormap.from_list("low_to_high", ["#0072B2", "#B8C4CE", "#D55E00"])
TEXT_PT, SMALL_PT = 11.5, 10.5
WIDTH_IN = 5.0


def new_figure(height_in: float, *, width_in: float = WIDTH_IN) -> Figure:
    """Return an empty figure, narrow enough that its text stays legible on a phone."""
    return Figure(figsize=(width_in, height_in), layout="constrained", facecolor="white")


def tidy(ax: Axes, *, grid: str | None = "both") -> None:
    """Quiet the frame, ticks and grid of one pair of axes."""
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        ax.spines[side].set_color(RULE)
    ax.tick_params(colors=MUTED, labelcolor=INK, labelsize=SMALL_PT, length=3)
    ax.xaxis.label.set(size=TEXT_PT, color=INK)
    ax.yaxis.label.set(size=TEXT_PT, color=INK)
    ax.set_axisbelow(True)
    if grid == "both":
        ax.grid(True, color=FAINT, linewidth=0.8)
    elif grid == "x":
        ax.grid(True, axis="x", color=FAINT, linewidth=0.8)


def shares(ax: Axes, *, x: bool = True, y: bool = True) -> None:
    """Scale axes from 0 to 1 with a little room."""
    ticks = [0, 0.2, 0.4, 0.6, 0.8, 1]
    if x:
        ax.set_xlim(-0.02, 1.02)
        ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    if y:
        ax.set_ylim(-0.02, 1.02)
        ax.set_yticks(ticks, [f"{tick:g}" for tick in ticks])


def legend(
    ax: Axes,
    location: Literal["upper left", "upper right", "lower left", "lower right", "upper center"],
    *,
    columns: int = 1,
) -> None:
    """Add a legend on a pale ground."""
    ax.legend(
        loc=location,
        fontsize=SMALL_PT,
        labelcolor=INK,
        handlelength=1.6,
        ncols=columns,
        edgecolor="none",
        framealpha=0.85,
    )


def plain(text: str, longest: int = 20) -> str:
    """Shorten a name and keep matplotlib from reading mathematics, or a hidden legend entry, into it."""
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return (" " if short.startswith("_") else "") + short.replace("$", r"\$")


def wrapped(text: str, width: int = 18, lines: int = 2) -> str:
    """Break a name at its spaces, or within a word that is too long, into a few lines; `plain` each."""
    parts = textwrap.wrap(text, width, max_lines=lines, placeholder="…") or [text]
    return "\n".join(plain(part, width + 1) for part in parts)
