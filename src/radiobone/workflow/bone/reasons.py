"""Which measurements were left out, or are less exact, and why: a line for each reason, over all bones."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from radiobone.core import errors
from radiobone.core.counting import counted
from radiobone.core.warnings import CoarseVoxels

if TYPE_CHECKING:
    import pandas as pd

LEFT_OUT = re.compile(r"(?:^| \| )(\w+): ([A-Z]\w+): ")
COARSE = re.compile(rf"(?:^| \| ){CoarseVoxels.code}: (\w+): ")


def summary_lines(levels: pd.DataFrame) -> Iterator[str]:
    """Say what was left out and what is less exact.

    Parameters
    ----------
    levels : DataFrame
        A row per bone, with columns ``left_out`` and ``warnings``.
    """
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for text in _texts(levels, "left_out"):
        for name, code in LEFT_OUT.findall(text):
            reasons[code][name] += 1
    for code, counts in reasons.items():
        meaning = (getattr(errors, code).__doc__ or "").strip() if hasattr(errors, code) else ""
        yield f"Left out ({code}): {_counts(counts)}. {meaning} See the column left_out."
    coarse = Counter(name for text in _texts(levels, "warnings") for name in COARSE.findall(text))
    if coarse:
        yield f"Less exact ({CoarseVoxels.code}): {_counts(coarse)}. {CoarseVoxels.__doc__} See the column warnings."


def _texts(levels: pd.DataFrame, column: str) -> Iterable[str]:
    return levels[column].dropna().astype(str) if column in levels else ()


def _counts(counts: Counter[str]) -> str:
    """Names with the number of their bones, those of one number together."""
    together: dict[int, list[str]] = defaultdict(list)
    for name, number in counts.items():
        together[number].append(name)
    return "; ".join(f"{', '.join(names)} of {counted(number, 'bone')}" for number, names in together.items())
