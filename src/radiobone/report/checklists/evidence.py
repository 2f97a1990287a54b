"""What a rule answers: a decision, the value that it rests on, and where to see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from radiobone.report.facts import Facts

Decision = Literal["yes", "no", "not applicable"]


@dataclass(frozen=True)
class Evidence:
    """The answer of a rule.

    Attributes
    ----------
    decision : {"yes", "no", "not applicable"} or None
        None leaves the item to the author; the text then says what the run shows.
    text : str
        A short sentence with the value found.
    section : str
        Anchor of the section of the report that shows it.
    source : str
        The value itself: a file of the result folder and, of a JSON file, the path in it, as in
        ``metrics.json: calibration.slope.value``.
    """

    decision: Decision | None
    text: str
    section: str
    source: str


Rule = Callable[[Facts], Evidence | None]


def answer(yes: bool, text: str, section: str, source: str) -> Evidence:
    """Return a yes or a no."""
    return Evidence("yes" if yes else "no", text, section, source)


def not_applicable(text: str, section: str, source: str) -> Evidence:
    """Return that an item does not apply."""
    return Evidence("not applicable", text, section, source)


def for_author(text: str, section: str, source: str) -> Evidence:
    """Leave an item to the author, and say what the run shows."""
    return Evidence(None, text, section, source)
