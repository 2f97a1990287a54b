"""Ids that may be one and the same, spelled in two ways."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\u2043", "-"))
APOSTROPHES = "'`\u2018\u2019"
LONGEST_SHOWN = 40  # of an id, in characters
OF_SPREADSHEETS = frozenset({"#n/a", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!"})


def bare_id(text: str) -> str:
    r"""Spell an id without what programs and people add or take: blanks, marks without width, case, leading zeros, a final .0.

    Examples
    --------
    >>> bare_id("'P 007"), bare_id("0007.0"), bare_id("Ｐ\u200b00\u2013７")
    ('p007', '7', 'p00-7')
    """
    bare = "".join(text.split()).casefold()
    if not (bare.isascii() and bare.isprintable()):
        letters = unicodedata.normalize("NFKC", text).translate(DASHES).casefold()
        bare = "".join(
            one for one in letters if not one.isspace() and unicodedata.category(one) not in ("Cf", "Cc")
        )
    return re.sub(r"^0+(?=.)", "", re.sub(r"(?<=\d)\.0+$", "", bare.strip(APOSTROPHES)))


def holds_no_id(text: str) -> bool:
    """Whether a cell holds nothing that one could see, or an error of a spreadsheet."""
    return not bare_id(text) or text.strip().casefold() in OF_SPREADSHEETS


def shown_id(text: str) -> str:
    r"""Spell an id in a message so that it differs from one that looks the same.

    Examples
    --------
    >>> print(shown_id("Jos\u00e9"), shown_id("Jose\u0301"))
    'José' 'Jose\u0301'
    """
    return repr(text) if unicodedata.normalize("NFKC", text) == text else ascii(text)


def brief_id(text: str) -> str:
    r"""Spell an id so that it breaks no line of a message and fills none.

    Examples
    --------
    >>> print(brief_id("P-7"), brief_id("a\nb"), brief_id("x" * 300))
    'P-7' 'a\nb' 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'…
    """
    return shown_id(text) if len(text) <= LONGEST_SHOWN else f"{shown_id(text[:LONGEST_SHOWN])}…"


def similar_ids(ids: Iterable[str]) -> list[list[str]]:
    """Return groups of ids that differ in such things only."""
    spellings: dict[str, set[str]] = {}
    for text in ids:
        spellings.setdefault(bare_id(text), set()).add(text)
    return [sorted(group) for group in spellings.values() if len(group) > 1]
