"""Names in Markdown: what would become an element or a link of a page stays text."""

from __future__ import annotations

import re

_ELEMENT = re.compile(r"<(?=[A-Za-z/!?])")


def without_markup(text: str) -> str:
    r"""Return prose in which a name makes no element and no link; ``<`` as a sign of smaller stays.

    Examples
    --------
    >>> without_markup("p < 0.05 for <script> and [a](javascript:x)")
    'p < 0.05 for &lt;script> and [a]\\(javascript:x)'
    """
    return _ELEMENT.sub("&lt;", text).replace("](", "]\\(")
