"""Names put together from known words without spaces, such as ``numerodepaciente``, read in time linear in their length.

A regular expression would try every way to part a name into words, and words are often made of others (``della`` is
``del`` and ``la``), so the ways double with each word. Here every place in the name is visited once per part.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Part(NamedTuple):
    """One of these words, or any number of them one after the other (also none)."""

    words: frozenset[str]
    lengths: tuple[int, ...]
    repeated: bool


def one_of(text: str) -> Part:
    """Return the part that is one of the words of a text."""
    return _part(text, repeated=False)


def any_of(text: str) -> Part:
    """Return the part that is any number of the words of a text, also none."""
    return _part(text, repeated=True)


def _part(text: str, *, repeated: bool) -> Part:
    words = frozenset(text.split())
    return Part(words, tuple(sorted({len(word) for word in words})), repeated)


def is_spelled(name: str, parts: Sequence[Part]) -> bool:
    """Whether a whole name consists of these parts, in this order.

    Examples
    --------
    >>> number, of, patient = one_of("numero nr"), any_of("de del la"), one_of("paciente")
    >>> [is_spelled(name, (number, of, patient)) for name in ("numerodelpaciente", "nrpaciente", "paciente")]
    [True, True, False]
    """
    places = {0}
    for part in parts:
        places = _after_many(name, places, part) if part.repeated else _after(name, places, part)
    return len(name) in places


def _after(name: str, places: set[int], part: Part) -> set[int]:
    """Where a word ends that begins at one of these places."""
    return {
        place + length
        for place in places
        for length in part.lengths
        if name[place : place + length] in part.words
    }


def _after_many(name: str, places: set[int], part: Part) -> set[int]:
    reached, new = set(places), places
    while new:
        new = _after(name, new, part) - reached
        reached |= new
    return reached
