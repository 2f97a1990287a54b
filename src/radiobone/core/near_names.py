"""Names near to one that is not there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

NEAR = 0.7


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Return the names that may have been meant, the nearest first.

    Case does not count. A name that has the one asked for as a word of its own (``L1`` in ``vertebrae_L1``) is near.

    Parameters
    ----------
    name : str
        What was asked for.
    names : iterable of str
        What there is.

    Examples
    --------
    >>> nearest("vertebra_l1", ["skull", "vertebrae_T12", "vertebrae_L1"])
    ['vertebrae_L1', 'vertebrae_T12']
    """
    likeness = {other: _likeness(name.strip().casefold(), other.strip().casefold()) for other in names}
    near = [other for other, value in likeness.items() if value >= NEAR]
    return sorted(near, key=lambda other: -likeness[other])


def _likeness(name: str, other: str) -> float:
    ratio = difflib.SequenceMatcher(None, name, other).ratio()
    return max(ratio, NEAR) if name in re.split(r"[\W_]+", other) else ratio
