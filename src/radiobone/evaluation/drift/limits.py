"""From where on a change is to be looked at, and from where on scores are not to be used."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from radiobone.core.settings import Settings

Level = Literal["fine", "watch", "act", "too few"]
LEVELS: tuple[Level, ...] = ("fine", "too few", "watch", "act")
"""From the least to the most pressing."""


class Limits(Settings):
    """What counts as drift. A change counts only if chance is no explanation at ``alpha``.

    Attributes
    ----------
    alpha : float
        Share of false discoveries that is accepted among the tests of features and predictions of a run (Benjamini and
        Hochberg); where nothing changed, the chance of any.
    watch_psi, act_psi : float
        Population stability index, less what chance alone gives. By convention 0.1 and 0.25.
    watch_share, act_share : float
        Share of values that are missing or outside the training range, beyond that of training.
    watch_ratio, act_ratio : float
        Observed over expected, or its inverse.
    watch_slope, act_slope : float
        Calibration slope.
    act_features : float
        Share of the features that must be at "act" before the whole is.
    window_error, window_alarm : float
        Standard errors from what is expected at which one window of the control chart is marked.
    cusum_slack, cusum_alarm : float
        Of the cumulative sum, in standard errors: half the shift that it is to find, and where it gives alarm.
    """

    alpha: float = Field(default=0.05, gt=0, le=0.5)
    watch_psi: float = Field(default=0.1, gt=0)
    act_psi: float = Field(default=0.25, gt=0)
    watch_share: float = Field(default=0.05, ge=0, lt=1)
    act_share: float = Field(default=0.2, ge=0, lt=1)
    watch_ratio: float = Field(default=1.25, gt=1)
    act_ratio: float = Field(default=1.5, gt=1)
    watch_slope: float = Field(default=0.8, gt=0, le=1)
    act_slope: float = Field(default=0.5, gt=0, le=1)
    act_features: float = Field(default=0.25, gt=0, le=1)
    window_error: float = Field(default=2.0, gt=0)
    window_alarm: float = Field(default=3.0, gt=0)
    cusum_slack: float = Field(default=0.5, gt=0)
    cusum_alarm: float = Field(default=5.0, gt=0)

    def of(self, size: float, kind: Literal["psi", "share"]) -> Level:
        """Return the level of a change of some size that is not chance."""
        watch, act = (self.watch_psi, self.act_psi) if kind == "psi" else (self.watch_share, self.act_share)
        return "act" if size >= act else "watch" if size >= watch else "fine"


def worst(levels: list[Level]) -> Level:
    """Return the most pressing of some levels; fine if there are none."""
    return max(levels, key=LEVELS.index, default="fine")
