"""In what SHAP values are written: percentage points of a probability, or the units of another prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from radiobone.report.data import ResultData
from radiobone.report.numbers import decimals, significant


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
    change, mean_change, short, interaction, prediction : str
        Titles of axes: what a feature changed, its mean size, the same in brief, what two add together, and what all add up to.
    moved, size_unit : str
        What a SHAP value moves, within a sentence; and what its size is written in, if a unit has a name.
    """

    factor: float
    places: int
    suffix: str
    change: str
    mean_change: str
    short: str
    interaction: str
    prediction: str
    moved: str
    size_unit: str = ""

    def size(self, value: float) -> str:
        """Write how large a change is."""
        return significant(value) if self.factor == 1 else decimals(self.factor * value, self.places)

    def signed(self, value: float) -> str:
        """Write a change with its sign."""
        text = f"{self.factor * value:+.{self.places}f}"
        return text.replace("-", "−") if float(text) else text.lstrip("+-")

    def total(self, value: float) -> str:
        """Write a prediction."""
        return f"{self.factor * value:.{self.places}f}".replace("-", "−") + self.suffix


PROBABILITY = ShapUnit(
    100.0, 1, " %",
    change="Change of the probability (percentage points)",
    mean_change="Mean change of the probability (percentage points)",
    short="SHAP value (points)",
    interaction="Mean interaction (percentage points)",
    prediction="Probability before calibration (%)",
    moved="predicted probability",
    size_unit="percentage points of probability",
)  # fmt: skip
PLACE = ShapUnit(
    1.0, 2, "",
    change="Change of the expected place",
    mean_change="Mean change of the expected place",
    short="SHAP value",
    interaction="Mean interaction",
    prediction="Expected place among the ordered classes",
    moved="expected place among the ordered classes",
)  # fmt: skip
NUMBER = ShapUnit(
    1.0, 2, "",
    change="Change of the prediction",
    mean_change="Mean change of the prediction",
    short="SHAP value",
    interaction="Mean interaction",
    prediction="Predicted number",
    moved="predicted number",
)  # fmt: skip
UNITS = {"binary": PROBABILITY, "ordinal": PLACE, "number": NUMBER}


def unit_of(data: ResultData) -> ShapUnit:
    """Return the unit of a result's task."""
    unit = UNITS[str(data.metrics.get("task", "binary"))]
    return unit if unit is not NUMBER else replace(unit, places=places_for(float(data.per_row["y"].std())))


def ends_of(data: ResultData) -> tuple[str, str]:
    """Return in words what lies to the left and to the right of 0: the classes, or what the number is."""
    about = data.metrics
    if "positive" in about:
        return f"away from {about['positive']}", f"towards {about['positive']}"
    levels = [str(level["name"]) for level in about.get("levels") or ()]
    if levels:
        return f"towards {levels[0]}", f"towards {levels[-1]}"
    return f"lower {about['target']}", f"higher {about['target']}"


def places_for(spread: float) -> int:
    """Return how many decimals tell numbers of this standard deviation apart."""
    return 2 if not spread > 0 else min(max(2 - math.floor(math.log10(spread)), 0), 8)
