"""Numbers as the report writes them, each with the value it came from."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

MISSING = "–"
PLACES = 2
IN_THE_UNIT = frozenset({"mae", "rmse", "bias", "bland_altman", "values", "intercept"})
"""Parts of ``metrics.json`` that are measured in the unit of a target that is a number."""
SMALLEST_P = 0.001
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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
    if number == 0:
        return "0"
    if not 1e-3 <= abs(number) < 1e6:
        mantissa, _, power = f"{number:.{digits - 1}e}".partition("e")
        return f"{mantissa} × 10{str(int(power)).translate(SUPERSCRIPT)}".replace("-", "−")
    places = max(0, digits - 1 - math.floor(math.log10(abs(number))))
    return decimals(number, places)


def p_value(value: Any) -> str:
    """Write a p value; a small one as ``< 0.001``."""
    if value is None or not math.isfinite(float(value)):
        return MISSING
    return f"< {SMALLEST_P:g}" if float(value) < SMALLEST_P else significant(value, 2)


def p_equals(value: Any) -> str:
    """Write a p value after the letter p: ``= 0.012`` or ``< 0.001``."""
    text = p_value(value)
    return text if text.startswith("<") else f"= {text}"


def unit_places(metrics: Mapping[str, Any]) -> int:
    """Decimals for what is measured in the target's unit: two below the first digit of its standard deviation.

    Parameters
    ----------
    metrics : mapping
        ``metrics.json``.
    """
    sd = (metrics.get("values") or {}).get("sd")
    return min(max(0, 2 - math.floor(math.log10(sd))), 9) if sd else PLACES


def exact(value: Any, shown: str) -> Markup:
    """Write a number with its exact value beside it, by which tables are sorted; a missing one as a dash."""
    if value is None or not math.isfinite(float(value)):
        return Markup(MISSING)
    return Markup('<data value="{}">{}</data>').format(f"{float(value):.6g}", shown)


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


def with_code(text: Any) -> Markup:
    """Set what stands between backticks as code."""
    pieces = str(text).split("`")
    return Markup("").join(
        Markup("<code>{}</code>" if place % 2 else "{}").format(piece) for place, piece in enumerate(pieces)
    )


def places_of(key: str, in_the_unit: int) -> int:
    """Decimals of one number of ``metrics.json``, of which those in the target's unit have ``in_the_unit``."""
    return in_the_unit if IN_THE_UNIT.intersection(key.split(".")) else PLACES


def traced(key: str, value: Any, shown: str | None = None, *, in_the_unit: int = PLACES) -> Markup:
    """Mark a number of ``metrics.json`` up with its key and exact value, so that it can be checked.

    Parameters
    ----------
    key : str
        Path in ``metrics.json``, such as ``metrics.auc.mean``.
    value : float, int or None
        The value there.
    shown : str, optional
        How it is written; with `places_of` decimals unless given.
    in_the_unit : int
        Decimals of what is measured in the target's unit.
    """
    if value is None:
        return Markup(MISSING)
    text = decimals(value, places_of(key, in_the_unit)) if shown is None else shown
    return Markup('<data data-key="{}" value="{}">{}</data>').format(key, repr(value), escape(text))
