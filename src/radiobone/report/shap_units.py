"""In what SHAP values are written: percentage points of a probability, or the units of another prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from radiobone.report.data import ResultData
from radiobone.report.figures.rows import cut
from radiobone.report.numbers import decimals, significant

LONGEST_LEVEL = 14


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
    what : str
        What a SHAP value is a change of, in titles.
    moved : str
        What a SHAP value moves, within a sentence.
    prediction : str
        Title of the axis of what all add up to.
    unit : str
        What changes are written in; empty if that has no name.
    in_brief : str
        The same, for narrow axes.
    """

    factor: float
    places: int
    suffix: str
    what: str
    moved: str
    prediction: str
    unit: str = ""
    in_brief: str = ""

    @property
    def change(self) -> str:
        """Title of an axis of what a feature changed."""
        return f"Change of the {self.what}{self._in_unit}"

    @property
    def mean_change(self) -> str:
        """Title of an axis of the mean size of that."""
        return f"Mean change of the {self.what}{self._in_unit}"

    @property
    def short(self) -> str:
        """Title of an axis of SHAP values where there is little room."""
        return f"SHAP value ({self.in_brief})" if self.in_brief else "SHAP value"

    @property
    def interaction(self) -> str:
        """Title of an axis of what two features add together."""
        return f"Mean interaction{self._in_unit}"

    @property
    def size_unit(self) -> str:
        """What the size of a change is written in, within a sentence; empty if that has no name."""
        return f"{self.unit} of {self.what}" if self.unit else ""

    @property
    def _in_unit(self) -> str:
        return f" ({self.unit})" if self.unit else ""

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
    what="probability",
    moved="predicted probability",
    prediction="Probability before calibration (%)",
    unit="percentage points",
    in_brief="points",
)  # fmt: skip
PLACE = ShapUnit(
    1.0, 2, "",
    what="expected place",
    moved="expected place among the ordered classes",
    prediction="Expected place among the ordered classes",
)  # fmt: skip
NUMBER = ShapUnit(
    1.0, 2, "", what="prediction", moved="predicted number", prediction="Predicted number"
)  # fmt: skip
UNITS = {"binary": PROBABILITY, "ordinal": PLACE, "number": NUMBER}


def unit_of(data: ResultData) -> ShapUnit:
    """Return the unit of a result's task."""
    unit = UNITS[str(data.metrics.get("task", "binary"))]
    if unit is PLACE:
        levels = [str(level["name"]) for level in data.metrics["levels"]]
        return replace(
            unit,
            prediction=f"Expected place (0: {cut(levels[0], LONGEST_LEVEL)}, {len(levels) - 1}: {cut(levels[-1], LONGEST_LEVEL)})",
        )
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
