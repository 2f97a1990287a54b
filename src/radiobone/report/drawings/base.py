"""A figure of the report: its name, title, caption, and how it is drawn from what a folder holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from markupsafe import Markup
from matplotlib.figure import Figure

from radiobone.report.figures.svg import to_svg
from radiobone.report.numbers import traced

D = TypeVar("D")


@dataclass(frozen=True, eq=False)
class Drawn:
    """A figure and what a screen reader says of it."""

    figure: Figure
    description: str


@dataclass(frozen=True, eq=False)
class Shown:
    """A figure as the page shows it; the caption may hold markup."""

    name: str
    title: str
    svg: Markup
    caption: str


@dataclass(frozen=True)
class Drawing(Generic[D]):
    """One figure of the report.

    Attributes
    ----------
    name : str
        By which it is asked for, and what its files are called; letters alone.
    title : str or callable
        Heading; a callable makes it from the data.
    caption : str or callable
        What stands below it.
    draw : callable
        Makes it from the data; None where they have nothing to draw.
    """

    name: str
    title: str | Callable[[D], str]
    caption: str | Callable[[D], str]
    draw: Callable[[D], Drawn | None]

    def title_of(self, data: D) -> str:
        """Return the heading."""
        return self.title if isinstance(self.title, str) else self.title(data)

    def caption_of(self, data: D) -> str:
        """Return the caption, which may hold markup."""
        return self.caption if isinstance(self.caption, str) else self.caption(data)

    def shown(self, data: D) -> Shown | None:
        """Draw it for the page; None where there is nothing to draw."""
        drawn = self.draw(data)
        if drawn is None:
            return None
        title = self.title_of(data)
        svg = to_svg(drawn.figure, key=self.name, title=title, description=drawn.description)
        return Shown(self.name, title, svg, self.caption_of(data))


def all_shown(drawings: Iterable[Drawing[D]], data: D) -> list[Shown]:
    """Draw those for which the data have something."""
    return [one for one in (drawing.shown(data) for drawing in drawings) if one is not None]


def plain_text(caption: str) -> str:
    """Return a caption without its markup."""
    return caption.striptags() if isinstance(caption, Markup) else caption


def interval_text(
    key: str, value: dict[str, Any], *, in_the_unit: int = 2, first: str = "mean", wrap: bool = True
) -> Markup:
    """Write a measure of ``metrics.json`` with its interval, each number traced to where it is.

    Parameters
    ----------
    key : str
        Where the measure is.
    value : dict
        ``mean`` (or ``first``), ``low``, ``high``.
    in_the_unit : int
        Decimals of what is measured in the target's unit.
    first : str
        Name of the value itself.
    wrap : bool
        Whether the interval stands in brackets, or after a comma.
    """

    def one(part: str) -> Markup:
        return traced(f"{key}.{part}", value[part], in_the_unit=in_the_unit)

    if value.get("low") is None:
        return one(first)
    inside = Markup("{} to {}").format(one("low"), one("high"))
    return Markup("{} ({})" if wrap else "{}, {}").format(one(first), inside)
