"""One scored region with all that a report says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.evaluation.certainty import SEPARATOR, UNCERTAIN
from radiobone.evaluation.model import Model

NOT_A_DEVICE = (
    "For research use. Not a medical device; not to be used for a diagnosis or a decision on treatment."
)


@dataclass(frozen=True, eq=False)
class ScoredRegion:
    """One scored region.

    Attributes
    ----------
    table : DataFrame of one row
        As ``Model.predict`` gives it.
    features : dict of str to float
        Measured values that the score depends on.
    model : Model
        What scored.
    label : int, str or None
        What was asked for in the mask: a value, segment number or name; None for the only region.
    name : str or None
        What the mask's file calls the structure; None where it has no names.
    image, mask : Path or None
        Where they were read from; None of arrays.
    made : datetime
    """

    table: pd.DataFrame
    features: Mapping[str, float]
    model: Model
    label: int | str | None = None
    name: str | None = None
    image: Path | None = None
    mask: Path | None = None
    made: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def region(self) -> str:
        """Name of the region, such as ``vertebrae_L1`` or ``label 1``."""
        if self.name is not None:
            return self.name
        if self.label is None:
            return "the only region of the mask"
        return self.label if isinstance(self.label, str) else f"label {self.label}"

    @property
    def row(self) -> dict[str, Any]:
        """The only row of the table."""
        return {str(name): value for name, value in self.table.iloc[0].items()}

    @property
    def target(self) -> str:
        """What is predicted."""
        return str(self.model.about["target"])

    @property
    def answer(self) -> str:
        """Class or "uncertain"; of a number the number."""
        row = self.row
        if "answer" in row:
            return str(row["answer"])
        return UNCERTAIN if self.doubts else f"{row['predicted']:.6g}"

    @property
    def doubts(self) -> tuple[tuple[str, str], ...]:
        """Why the answer is left open: codes and texts."""
        texts = [text for text in str(self.row["uncertain"]).split(SEPARATOR) if text]
        return tuple((text.partition(": ")[0], text.partition(": ")[2]) for text in texts)

    @property
    def outside(self) -> tuple[str, ...]:
        """Features outside the training range."""
        return tuple(name for name in str(self.row["outside_features"]).split(", ") if name)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Interval of a probability or number; None where there is none, and of ordered classes."""
        low, high = self.row["interval_low"], self.row["interval_high"]
        if isinstance(low, str) or pd.isna(low) or pd.isna(high):
            return None
        return float(low), float(high)

    @property
    def classes(self) -> tuple[str, str] | None:
        """Lowest and highest class that is possible; None of other tasks, and where nothing is known."""
        low, high = self.row["interval_low"], self.row["interval_high"]
        return (low, high) if isinstance(low, str) and low else None

    @property
    def chances(self) -> dict[str, float]:
        """Probability of each class that has one: of two classes the positive one."""
        row, about = self.row, self.model.about
        if self.model.task.name == "binary":
            return {str(about["positive"]): float(row["probability"])}
        if self.model.task.name == "ordinal":
            return {str(name): float(row[f"probability_{name}"]) for name in about["levels"]}
        return {}

    @property
    def digest(self) -> str:
        """Digest of the model file, or of none."""
        return self.model.digest or "not saved"
