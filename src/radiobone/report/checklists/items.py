"""The items of each checklist, in our own words; one YAML file per checklist, found by its place."""

from __future__ import annotations

from functools import cache
from importlib import resources

from radiobone.core.settings import Settings, parse_yaml, validate

ORDER = ("metrics", "clear", "tripod-ai", "claim", "rqs")


class Points(Settings):
    """What an item of a score is worth.

    Attributes
    ----------
    most : int
        The most that it can give.
    when_yes, when_no : int
        Given by the decision; of several grades, the lowest that a yes stands for.
    """

    most: int
    when_yes: int
    when_no: int = 0


class Item(Settings):
    """One item.

    Attributes
    ----------
    number, section, text : str
        Its number in the checklist, where it stands there, and what it asks for, in our words.
    weight : float or None
        Of a weighted score.
    points : Points or None
        Of a score of points.
    rule : str or None
        Name in ``RULES`` of what decides it; None if only the author can.
    """

    number: str
    section: str
    text: str
    weight: float | None = None
    points: Points | None = None
    rule: str | None = None


class Checklist(Settings):
    """A checklist: its key and title, what it is about, where it was published, and its items in order."""

    key: str
    title: str
    about: str
    citation: str
    doi: str
    items: tuple[Item, ...]


@cache
def checklists() -> tuple[Checklist, ...]:
    """Read every checklist of this folder, the usual ones first."""
    folder = resources.files("radiobone.report.checklists")
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".yaml")), key=lambda one: one.name)
    found = [
        validate(Checklist, parse_yaml(one.read_text(encoding="utf-8"), source=one.name), source=one.name)
        for one in files
    ]
    return tuple(
        sorted(found, key=lambda one: (ORDER.index(one.key) if one.key in ORDER else len(ORDER), one.key))
    )
