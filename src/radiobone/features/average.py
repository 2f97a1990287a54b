"""The mean of features over directions."""

from __future__ import annotations

import math


def mean_over(directions: list[dict[str, float]]) -> dict[str, float]:
    """Average each feature over the directions; all have the same names."""
    return {
        name: math.fsum(features[name] for features in directions) / len(directions) for name in directions[0]
    }
