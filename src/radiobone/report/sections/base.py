"""What a section of the report is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Context = dict[str, Any]
D = TypeVar("D")


@dataclass(frozen=True)
class Section(Generic[D]):
    """One part of the report.

    Attributes
    ----------
    key : str
        Anchor in the page, and the template's name: ``templates/<key>.html``.
    title : str
        Heading.
    context : callable
        Makes the template's values from what the page is about; None leaves the section out.
    absent : str
        What the report says when the section is left out; nothing is said of what is shown on request only.
    """

    key: str
    title: str
    context: Callable[[D], Context | None]
    absent: str = ""
