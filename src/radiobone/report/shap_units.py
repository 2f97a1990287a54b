"""In what SHAP values are written: percentage points of a probability, or the units of another prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from radiobone.report.data import ResultData


@dataclass(frozen=True)
class ShapUnit:
    """How values and what they add up to are written.

    Attributes
    ----------
    factor : float
        What a value is multiplied with.
    places : int
        Decimals.
    suffix : str
        Behind a prediction.
    change, prediction : str
        Titles of axes.
    """

    factor: float
    places: int
    suffix: str
    change: str
    prediction: str

    def signed(self, value: float) -> str:
        """Write a change with its sign."""
        text = f"{self.factor * value:+.{self.places}f}"
        return text.replace("-", "−") if float(text) else text.lstrip("+-")

    def total(self, value: float) -> str:
        """Write a prediction."""
        return f"{self.factor * value:.{self.places}f}".replace("-", "−") + self.suffix


PROBABILITY = ShapUnit(
    100.0, 1, " %", "Change of the probability (percentage points)", "Probability before calibration (%)"
)
PLACE = ShapUnit(1.0, 2, "", "Change of the expected place", "Expected place among the ordered classes")
NUMBER = ShapUnit(1.0, 2, "", "Change of the prediction", "Predicted number")
UNITS = {"binary": PROBABILITY, "ordinal": PLACE, "number": NUMBER}


def unit_of(data: ResultData) -> ShapUnit:
    """Return the unit of a result's task."""
    unit = UNITS[str(data.metrics.get("task", "binary"))]
    return unit if unit is not NUMBER else replace(unit, places=places_for(float(data.per_row["y"].std())))


def places_for(spread: float) -> int:
    """Return how many decimals tell numbers of this standard deviation apart."""
    return 2 if not spread > 0 else min(max(2 - math.floor(math.log10(spread)), 0), 8)
