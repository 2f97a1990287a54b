"""The cumulative sum: a small shift that lasts, which no single window shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Cusum:
    """Two one-sided cumulative sums of standardised values.

    Attributes
    ----------
    up, down : tuple of float
        After each window: how far values have stayed above, and below, what is expected.
    alarm : int or None
        The first window at which either reaches the alarm.
    """

    up: tuple[float, ...]
    down: tuple[float, ...]
    alarm: int | None


LARGEST = 4.0
"""Standard errors that one window counts for at most: a single odd window, or one whose probabilities are all but certain, is
no shift that lasts."""


def cusum(errors: Sequence[float | None], *, slack: float = 0.5, alarm: float = 5.0) -> Cusum:
    """Add up what exceeds a slack, and start again at 0 where it falls below.

    With a slack of 0.5 and an alarm at 5, a process in order gives one false alarm in about 465 windows, and a lasting
    shift of one standard error is found after about 10.

    Parameters
    ----------
    errors : sequence of float or None
        Of each window, in standard errors, cut at 4; one without a value changes nothing.
    slack, alarm : float

    References
    ----------
    Page ES. Continuous inspection schemes. Biometrika 41, 1954. Montgomery DC. Statistical Quality Control, chapter 9.
    """
    up, down, first = [0.0], [0.0], None
    for place, error in enumerate(errors):
        off = None if error is None else min(max(error, -LARGEST), LARGEST)
        up.append(up[-1] if off is None else max(0.0, up[-1] + off - slack))
        down.append(down[-1] if off is None else max(0.0, down[-1] - off - slack))
        if first is None and max(up[-1], down[-1]) >= alarm:
            first = place
    return Cusum(tuple(up[1:]), tuple(down[1:]), first)
