"""When a value agrees with a consensus that is published with few digits."""

from __future__ import annotations

import math
from decimal import Decimal

DIGITS = 3  # of nearly all of IBSI's values


def agrees(value: float, consensus: float, tolerance: float, *, digits: int = DIGITS) -> bool:
    """Tell whether a value, rounded to significant digits, lies within the tolerance of a consensus."""
    slack = 1e-9 * max(abs(consensus), 1.0)  # 2.15 is not a binary number
    return abs(round_to_significant(value, digits) - consensus) <= tolerance + slack


def round_to_significant(value: float, digits: int) -> float:
    """Round to a number of significant digits."""
    if value == 0 or not math.isfinite(value):
        return value
    return round(value, digits - 1 - math.floor(math.log10(abs(value))))


def digits_of(published: str) -> int:
    """Significant digits of a published number, three at least: a count of 125256 voxels has six."""
    return max(DIGITS, len(Decimal(published).normalize().as_tuple().digits))
