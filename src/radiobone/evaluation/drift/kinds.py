"""How images were made: kernel, tube voltage, slice thickness and maker, against those of training."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from scipy.stats import false_discovery_control

from radiobone.evaluation.drift.limits import Level, Limits
from radiobone.evaluation.drift.psi import shift_of_counts
from radiobone.evaluation.drift.shares import share_level

_RANGE = re.compile(r"^(-?[\d.e+]+) to (-?[\d.e+]+)$")
Counts = Mapping[str, Mapping[str, int]]


def kind_entries(training: Counts, new: Counts, limits: Limits) -> list[dict[str, Any]]:
    """Compare the mix of each parameter that both sides know.

    Parameters
    ----------
    training, new : mapping of str to mapping of str to int
        Parameter to value to cases; ``"0.6 to 0.9"`` stands for a range of numbers.
    limits : Limits

    Returns
    -------
    list of dict
        ``name``, ``values`` (each with ``training`` and ``new``), ``n_unseen`` (new cases of a value that training did not
        have), ``psi``, ``p_psi`` and ``q_psi`` of the mix where it can be told, ``level``: at most "watch", since what
        matters to the model is whether its features moved.
    """
    found = [_entry(name, training[name], new[name], limits) for name in training if new.get(name)]
    known = [one for one in found if one["p_psi"] is not None]
    corrected = false_discovery_control([one["p_psi"] for one in known]) if known else []
    for one, q in zip(known, corrected, strict=True):
        one["q_psi"] = float(q)
        if q <= limits.alpha and one["psi_excess"] >= limits.watch_psi:
            one["level"] = "watch"
    return found


def _entry(name: str, old: Mapping[str, int], new: Mapping[str, int], limits: Limits) -> dict[str, Any]:
    values = sorted({*old, *new}, key=lambda value: (-old.get(value, 0), value))
    unseen = sum(n for value, n in new.items() if not _seen(value, old))
    ranged = any(_RANGE.match(value) for value in values)
    counts = [[side.get(value, 0) for value in values] for side in (old, new)]
    moved = None if ranged else shift_of_counts(*counts)
    level: Level = "fine" if share_level(unseen, sum(new.values()), limits) == "fine" else "watch"
    return {
        "name": name,
        "values": [{"value": one, "training": old.get(one, 0), "new": new.get(one, 0)} for one in values],
        "n_training": sum(old.values()),
        "n_new": sum(new.values()),
        "n_unseen": unseen,
        "psi": None if moved is None else moved.psi,
        "psi_excess": None if moved is None else moved.excess,
        "p_psi": None if moved is None else moved.p_value,
        "q_psi": None,
        "level": level,
    }


def _seen(value: str, old: Mapping[str, int]) -> bool:
    """Whether training had a value, or a range of numbers that holds it."""
    if value in old:
        return True
    ends = _RANGE.match(value)
    told = [value] if ends is None else list(ends.groups())
    try:
        numbers = [float(one) for one in told]
    except ValueError:
        return False
    ranges = [found for one in old if (found := _RANGE.match(one))]
    return any(float(one[1]) <= min(numbers) and max(numbers) <= float(one[2]) for one in ranges)
