"""Rows of the feature table in their order, made a few at a time from what lies on disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from radiobone.io.manifest import Manifest
from radiobone.workflow.case_runner import Outcome

ROWS_AT_ONCE = 1_000
Whole = Callable[[Outcome], Outcome]


def held(outcome: Outcome) -> Outcome:
    """Return an outcome whose numbers are held in memory, as it is."""
    return outcome


def in_order(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Sort by patient and region."""
    return sorted(outcomes, key=lambda one: (one.case.patient_id, one.case.roi, str(one.case.label)))


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a table.

    Attributes
    ----------
    texts : DataFrame
        ``patient_id``, ``roi`` and the manifest's other columns, a row for each of ``done``.
    done : sequence of Outcome
        Regions that were measured, in order.
    features : tuple of str
        The other columns.
    whole : callable
        Gives an outcome with its numbers.
    """

    texts: pd.DataFrame
    done: Sequence[Outcome]
    features: tuple[str, ...]
    whole: Whole

    @classmethod
    def of(cls, outcomes: Sequence[Outcome], manifest: Manifest, names: Sequence[str], whole: Whole) -> Rows:
        """Take the columns ``names`` and whatever else was measured."""
        done = [one for one in in_order(outcomes) if one.status == "done"]
        measured = dict.fromkeys(one.names for one in done)  # nearly always one list of names
        features = tuple(dict.fromkeys([*names, *(name for own in measured for name in own)]))
        texts = (
            (one.case.patient_id, one.case.roi, *(one.case.row.get(name) for name in manifest.extra_columns))
            for one in done
        )
        columns = ["patient_id", "roi", *manifest.extra_columns]
        return cls(pd.DataFrame(texts, columns=columns), done, features, whole)

    def chunks(self) -> Iterator[pd.DataFrame]:
        """Yield the table in parts of ``ROWS_AT_ONCE`` rows; a region that lacks a feature has an empty cell."""
        place = {name: number for number, name in enumerate(self.features)}
        for start in range(0, max(len(self.done), 1), ROWS_AT_ONCE):
            part = self.done[start : start + ROWS_AT_ONCE]
            values = np.full((len(part), len(place)), np.nan)
            for row, one in zip(values, map(self.whole, part), strict=True):
                row[[place[name] for name in one.features]] = list(one.features.values())
            texts = self.texts.iloc[start : start + ROWS_AT_ONCE].reset_index(drop=True)
            yield pd.concat([texts, pd.DataFrame(values, columns=list(place))], axis=1)


def in_chunks(table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield a table in parts as ``Rows`` does."""
    for start in range(0, max(len(table), 1), ROWS_AT_ONCE):
        yield table.iloc[start : start + ROWS_AT_ONCE]
