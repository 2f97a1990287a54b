"""Characters that no page and no picture may hold: NUL, bells and others that XML does not allow."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


def without_controls(text: str) -> str:
    r"""Put the sign of an unknown character in place of each that XML 1.0 forbids.

    Examples
    --------
    >>> without_controls("L1\x00\tL2")
    'L1�\tL2'
    """
    return _FORBIDDEN.sub("\ufffd", text)
