"""Text in CSV files that a spreadsheet would run as a formula: defused when written, given back when read."""

from __future__ import annotations

import re

QUOTE = "'"
# What spreadsheets, and the programs that prepare text for them, may pass over before they look for a formula.
_PASSED_OVER = " \t\r\n\v\f\0\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\u3000\ufeff'\"`´‘’“”"
_FORMULA_STARTS = "=+-@＝＋－＠﹦﹢﹣﹫\t\r"
_NUMBER = re.compile(
    r"[+-]?(?:(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d+)?\s*%?|inf(?:inity)?|nan)", re.IGNORECASE
)


def is_dangerous(text: str) -> bool:
    """Tell whether a spreadsheet may take a cell for a formula.

    Parameters
    ----------
    text : str
        The cell. Numbers, negative ones too, and dashes alone are no formulas; blanks, quotes and marks without a
        width are passed over, as some programs do.

    Examples
    --------
    >>> [is_dangerous(text) for text in ("=1+1", " '＝1+1", "-cmd", "-7.5", "-1,5", "-", "a=1")]
    [True, True, True, False, False, False, False]

    References
    ----------
    OWASP, CSV injection.
    """
    if text[:1] in ("\t", "\r"):
        return True
    bare = text.lstrip(_PASSED_OVER)
    if bare[:1] not in tuple(_FORMULA_STARTS):
        return False
    return not (_NUMBER.fullmatch(bare.strip()) or not bare.strip("+- "))


def defused(text: str) -> str:
    """Put an apostrophe before what could be a formula: a spreadsheet then takes it for text."""
    return f"{QUOTE}{text}" if _is_marked(text) else text


def as_written(cell: str) -> str:
    """Undo ``defused``: an apostrophe goes if what it stands before could be a formula.

    Examples
    --------
    >>> as_written(defused("=1+1")), as_written("'quoted'")
    ('=1+1', "'quoted'")
    """
    return cell[1:] if cell.startswith(QUOTE) and _is_marked(cell[1:]) else cell


def _is_marked(text: str) -> bool:
    """Tell whether a cell gets an apostrophe: what could be a formula, and what would be taken for one that has its own."""
    return is_dangerous(text.lstrip(QUOTE)) or is_dangerous(text)
