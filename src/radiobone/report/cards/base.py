"""A card: headings with facts, and what the author has to state."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

FOR_THE_AUTHOR = "For the author to state."
SIGNED = re.compile(r"\n<!-- radiobone, SHA-256 of what is above: ([0-9a-f]{64}) -->\n$")


@dataclass(frozen=True)
class Fact:
    """One line of a card.

    Attributes
    ----------
    name : str
    values : tuple of str
        One or several sentences; none where only the author knows.
    hint : str
        What the author is asked for.
    """

    name: str
    values: tuple[str, ...]
    hint: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the author has to state it."""
        return not self.values


@dataclass(frozen=True)
class Part:
    """A heading and its facts."""

    heading: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Card:
    """A card of several parts.

    Attributes
    ----------
    title, lead : str
        Heading, and what the card is about in a sentence.
    parts : tuple of Part
    """

    title: str
    lead: str
    parts: tuple[Part, ...]


def fact(name: str, *values: str) -> Fact:
    """Make a fact of one or several sentences."""
    return Fact(name, values)


def ask(name: str, hint: str) -> Fact:
    """Make a line that only the author can fill in."""
    return Fact(name, (), hint)


def known(facts: Iterable[Fact | None]) -> tuple[Fact, ...]:
    """Leave out what could not be said."""
    return tuple(one for one in facts if one is not None)


def as_markdown(card: Card) -> str:
    """Write a card as Markdown, in which names stay text; its last line tells an edited file from an untouched one."""
    lines = [f"# {_text(card.title)}", "", _text(card.lead), ""]
    for part in card.parts:
        if not part.facts:
            continue
        lines += [f"## {_text(part.heading)}", ""]
        for one in part.facts:
            lines += [line for value in _values(one) for line in (value, "")]
    body = "\n".join(lines).rstrip("\n") + "\n"
    return f"{body}\n<!-- radiobone, SHA-256 of what is above: {_digest(body)} -->\n"


def is_untouched(text: str) -> bool:
    """Whether a card is as `as_markdown` wrote it, so that nothing of the author's is lost when it is made again."""
    found = SIGNED.search(text)
    return found is not None and _digest(text[: found.start()]) == found[1]


def _values(one: Fact) -> list[str]:
    name = _text(one.name)
    if one.is_open:
        return [f"**{name}:** *{FOR_THE_AUTHOR}* {_text(one.hint)}"]
    if len(one.values) == 1:
        return [f"**{name}:** {_text(one.values[0])}"]
    return [f"**{name}:**", "\n".join(f"- {_text(value)}" for value in one.values)]


def _text(value: str) -> str:
    """Escape what Markdown or HTML would take for markup."""
    escaped = html.escape(" ".join(value.split()), quote=False)
    return re.sub(r"([\\`*_\[\]|#])", r"\\\1", escaped)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8")).hexdigest()
