"""Clinical variables of one image, as they are typed: age=71, sex=F."""

from __future__ import annotations

from collections.abc import Sequence

from radiobone.core.errors import BadSetting


def clinical_values(pairs: Sequence[str]) -> dict[str, float | str]:
    """Return the value of each name.

    Raises
    ------
    BadSetting
        If one is not NAME=VALUE.
    """
    values: dict[str, float | str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise BadSetting(f"'{pair}' is not NAME=VALUE, such as age=71 or sex=F.")
        values[name.strip()] = _number_or_word(value.strip())
    return values


def _number_or_word(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
