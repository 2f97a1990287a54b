"""Numbers of things in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which takes an s unless there is one.

    Examples
    --------
    >>> counted(1, "region"), counted(3, "region")
    ('1 region', '3 regions')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
