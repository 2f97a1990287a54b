"""A weighted sum as points: each feature's value gives points, and their total a probability or a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from radiobone.explain.weights import LOG_ODDS

MOST_POINTS = 100.0


@dataclass(frozen=True)
class NomogramLine:
    """One feature.

    Attributes
    ----------
    feature : str
        Column.
    weight : float
        What one unit adds to the sum.
    low, high : float
        Range that is drawn.
    in_sd : bool
        Whether the unit is one standard deviation, because the steps before the model have no straight way back to the
        feature's own unit.
    """

    feature: str
    weight: float
    low: float
    high: float
    in_sd: bool

    @property
    def reach(self) -> float:
        """What the range adds to the sum."""
        return abs(self.weight) * (self.high - self.low)

    @property
    def least(self) -> float:
        """The smallest part of the sum within the range."""
        return min(self.weight * self.low, self.weight * self.high)


@dataclass(frozen=True)
class Nomogram:
    """Lines of the features, most important first, and what their points add up to.

    Attributes
    ----------
    lines : tuple of NomogramLine
    intercept : float
        Of the sum, with the features that are not drawn held at their middle.
    scale : str
        ``log odds`` or ``number``.
    n_held : int
        Features held at their middle.
    """

    lines: tuple[NomogramLine, ...]
    intercept: float
    scale: str
    n_held: int = 0

    @property
    def per_point(self) -> float:
        """What one point adds to the sum: the widest line has 100."""
        return max((line.reach for line in self.lines), default=0.0) / MOST_POINTS or 1.0

    @property
    def most_points(self) -> float:
        """The total where every feature gives most."""
        return sum(line.reach for line in self.lines) / self.per_point

    def points(self, line: NomogramLine, value: float) -> float:
        """Return the points of a value."""
        return (line.weight * value - line.least) / self.per_point

    def outcome(self, total: float) -> float:
        """Return the probability, or the number, of a total of points."""
        found = self.intercept + sum(line.least for line in self.lines) + total * self.per_point
        return float(1 / (1 + np.exp(-found))) if self.scale == LOG_ODDS else float(found)

    def total_for(self, outcome: float) -> float:
        """Return the total of points that gives a probability, or a number."""
        wanted = float(np.log(outcome / (1 - outcome))) if self.scale == LOG_ODDS else outcome
        return (wanted - self.intercept - sum(line.least for line in self.lines)) / self.per_point


def nomogram_of(weights: pd.DataFrame, ranges: pd.DataFrame, *, most: int) -> Nomogram:
    """Return the nomogram of the mean of the folds' sums.

    Parameters
    ----------
    weights : DataFrame
        Rows of ``coefficients.parquet`` of one scale; a feature that a fold did not choose has weight 0 there.
    ranges : DataFrame, index feature, columns low, high
        Range of each raw feature that is drawn.
    most : int
        Features that are drawn; the others are held at the middle of their range.
    """
    folds = weights[["repeat", "fold", "intercept"]].drop_duplicates(["repeat", "fold"])
    intercept = float(folds["intercept"].mean())
    lines = []
    for feature, rows in weights.groupby("feature", sort=True):
        line, shift = _line(str(feature), rows, ranges, len(folds))
        intercept += shift
        lines.append(line)
    ordered = sorted(lines, key=lambda line: (-line.reach, line.feature))
    drawn, held = ordered[:most], ordered[most:]
    intercept += sum(line.weight * (line.low + line.high) / 2 for line in held)
    return Nomogram(tuple(drawn), intercept, str(weights["scale"].iloc[0]), len(held))


def _line(feature: str, rows: pd.DataFrame, ranges: pd.DataFrame, n_folds: int) -> tuple[NomogramLine, float]:
    """Return a feature's line, and what it adds to the sum wherever its value lies."""
    known = feature in ranges.index and np.isfinite(ranges.loc[feature].to_numpy(dtype=float)).all()
    if known and rows["unit"].notna().all():
        slope = rows["coefficient"] / rows["unit"]
        shift = -float((slope * rows["centre"]).sum()) / n_folds
        ends = ranges.loc[feature, ["low", "high"]].to_numpy(dtype=float)
        low, high = float(ends[0]), float(ends[1])
        return NomogramLine(feature, float(slope.sum()) / n_folds, low, high, in_sd=False), shift
    per_sd = float((rows["coefficient"] * rows["spread"]).sum()) / n_folds
    return NomogramLine(feature, per_sd, -2.0, 2.0, in_sd=True), 0.0
