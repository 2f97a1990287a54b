"""What a section of the report is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from radiobone.report.data import ResultData

Context = dict[str, Any]


@dataclass(frozen=True)
class Section:
    """One part of the report.

    Attributes
    ----------
    key : str
        Anchor in the page, and the template's name: ``templates/<key>.html``.
    title : str
        Heading.
    context : callable
        Makes the template's values from a result; None leaves the section out.
    absent : str
        What the report says when the section is left out.
    """

    key: str
    title: str
    context: Callable[[ResultData], Context | None]
    absent: str = ""
