"""In what SHAP values are written: percentage points of a probability, or the units of another prediction."""

from __future__ import annotations

from dataclasses import dataclass

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
    return UNITS[str(data.metrics.get("task", "binary"))]
