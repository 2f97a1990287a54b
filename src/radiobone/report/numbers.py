"""Numbers as the report writes them, each with the value it came from."""

from __future__ import annotations

import math
import re
from typing import Any

from markupsafe import Markup, escape

MISSING = "–"


def decimals(value: Any, places: int = 2) -> str:
    """Write a number with fixed decimals; a missing one as a dash."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return MISSING
    text = f"{float(value):.{places}f}"
    return text.replace("-", "−") if float(text) else text.replace("-", "")


def percent(value: Any, places: int = 0) -> str:
    """Write a share as a percentage."""
    return MISSING if value is None else f"{decimals(100 * float(value), places)} %"


def count(value: Any) -> str:
    """Write a whole number with narrow spaces, which do not break, between thousands."""
    return MISSING if value is None else f"{int(value):,}".replace(",", "\u202f")


def significant(value: Any, digits: int = 3) -> str:
    """Write a measured value with a few significant digits."""
    if value is None or not math.isfinite(float(value)):
        return MISSING
    number = float(value)
    if number and not 1e-3 <= abs(number) < 1e6:
        return f"{number:.{digits - 1}e}"
    places = max(0, digits - 1 - (math.floor(math.log10(abs(number))) if number else 0))
    return decimals(number, places)


def moment(text: Any) -> str:
    """Write an ISO time as date and minute; anything else as it is."""
    found = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?(?:Z|\+00:00)$", str(text))
    return f"{found[1]} {found[2]} UTC" if found else str(text)


def breakable(name: Any) -> Markup:
    """Let a long name break after its underscores and hyphens."""
    return Markup("<wbr>").join(escape(part) for part in re.split(r"(?<=[_/-])", str(name)) if part)


def headed(text: Any) -> Markup:
    """Write the heading of a paragraph in bold, with a full stop unless it ends in a mark of its own."""
    stop = "" if str(text).endswith((".", "?", "!", ":")) else "."
    return Markup("<strong>{}</strong>").format(f"{text}{stop}")


def traced(key: str, value: Any, shown: str | None = None) -> Markup:
    """Mark a number of ``metrics.json`` up with its key and exact value, so that it can be checked.

    Parameters
    ----------
    key : str
        Path in ``metrics.json``, such as ``metrics.auc.mean``.
    value : float, int or None
        The value there.
    shown : str, optional
        How it is written; two decimals unless given.
    """
    if value is None:
        return Markup(MISSING)
    text = decimals(value) if shown is None else shown
    return Markup('<data data-key="{}" value="{}">{}</data>').format(key, repr(value), escape(text))
