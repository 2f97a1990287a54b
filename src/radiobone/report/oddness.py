"""Which regions look unlike the others, so that a wrong mask is seen first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
OUTLIER_Z = 3.5  # Iglewicz and Hoaglin's limit for the robust z-score
MAD_TO_SD = 1.4826
FEWEST = 5
TOUCHES_BORDER = "touches the image border"


@dataclass(frozen=True)
class Oddness:
    """Why a region looks odd, and how much.

    Attributes
    ----------
    reasons : tuple of str
        In words; empty for a usual region.
    distance : float
        How far volume and mean lie from the others'.
    """

    reasons: tuple[str, ...]
    distance: float

    @property
    def score(self) -> float:
        """Sorts the contact sheet, highest first."""
        return 10 * len(self.reasons) + self.distance


def robust_z(values: FloatArray) -> FloatArray:
    """Distance from the median in scaled median absolute deviations; zero where nothing spreads or a value is missing."""
    known = np.isfinite(values)
    z = np.zeros(len(values))
    if known.any():
        centred = values[known] - np.median(values[known])
        spread = MAD_TO_SD * float(np.median(np.abs(centred)))
        if spread > 0:
            z[known] = centred / spread
    return z


def oddness(entries: Sequence[dict[str, Any]]) -> list[Oddness]:
    """Judge each region against the others of its structure.

    Parameters
    ----------
    entries : sequence of dict
        ``roi``, ``volume_mm3``, ``mean``, ``touches_border``, ``n_components``, as in ``pictures/index.json``.
    """
    volume = _z_within_structures(entries, [np.log(max(float(one["volume_mm3"]), 1e-9)) for one in entries])
    mean = _z_within_structures(entries, [_number(one.get("mean")) for one in entries])
    return [_judge(entry, volume[i], mean[i]) for i, entry in enumerate(entries)]


def _number(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _z_within_structures(entries: Sequence[dict[str, Any]], values: Sequence[float]) -> FloatArray:
    """Robust z among regions of one name; among all where a name is rare."""
    numbers = np.asarray(values, dtype=float)
    members: dict[str, list[int]] = defaultdict(list)
    for position, entry in enumerate(entries):
        members[str(entry.get("roi") or "")].append(position)
    z = robust_z(numbers) if len(numbers) >= FEWEST else np.zeros(len(numbers))
    for positions in members.values():
        if len(positions) >= FEWEST:
            z[positions] = robust_z(numbers[positions])
    return z


def _judge(entry: dict[str, Any], volume_z: float, mean_z: float) -> Oddness:
    reasons = []
    if entry.get("touches_border"):
        reasons.append(TOUCHES_BORDER)
    pieces = int(entry.get("n_components") or 1)
    if pieces > 1:
        reasons.append(f"{pieces} separate pieces")
    if abs(volume_z) > OUTLIER_Z:
        reasons.append("unusually large" if volume_z > 0 else "unusually small")
    if abs(mean_z) > OUTLIER_Z:
        reasons.append("unusually bright" if mean_z > 0 else "unusually dark")
    return Oddness(tuple(reasons), min(abs(volume_z), 5.0) + min(abs(mean_z), 5.0) / 10)


def without_shared(judged: Sequence[Oddness]) -> tuple[list[Oddness], list[tuple[str, int]]]:
    """Set reasons apart that hold for most regions, since what most share makes none odd.

    Returns
    -------
    list of Oddness
        As given, without the shared reasons.
    list of (str, int)
        Each shared reason and how many regions have it.
    """
    counts = Counter(reason for odd in judged for reason in odd.reasons)
    shared = {reason: n for reason, n in counts.items() if n > len(judged) / 2}
    kept = [
        Oddness(tuple(reason for reason in odd.reasons if reason not in shared), odd.distance)
        for odd in judged
    ]
    return kept, sorted(shared.items())
