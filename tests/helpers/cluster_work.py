"""Work for the workers of a test's cluster."""

from __future__ import annotations

import os


def quotient(pair: tuple[int, int]) -> float:
    return pair[0] / pair[1]


def end_unless_even(number: int) -> int:
    """Return an even number; at an odd one end the process, as the system does when memory runs out."""
    if number % 2:
        os._exit(1)
    return number
