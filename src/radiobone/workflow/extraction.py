"""What an extraction into a folder says of itself, without its table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from radiobone.core.warnings import ImageCopied
from radiobone.workflow.estimate import Estimate
from radiobone.workflow.repeated import PlannedRepeats, Repeats


@dataclass(frozen=True, eq=False)
class Extraction:
    """What became of a cohort.

    Attributes
    ----------
    feature_columns : tuple of str
        Which columns of the table are features; after a dry run, which would be.
    cases : DataFrame
        Every region asked for: done, failed with its code and message, or empty; its warnings.
    provenance : dict
        Settings, versions, digests of the inputs.
    empty_features : tuple of str
        Features that no measured region has a value of.
    repeats : Repeats or None
        Perturbed repeats of the regions and how robust the features are, where they were asked for.
    planned_repeats : PlannedRepeats or None
        After a dry run: the repeats that a run would make.
    estimate : Estimate or None
        After a dry run: the time, memory and space that a run would take.
    """

    feature_columns: tuple[str, ...]
    cases: pd.DataFrame
    provenance: dict[str, Any]
    empty_features: tuple[str, ...] = ()
    repeats: Repeats | None = None
    planned_repeats: PlannedRepeats | None = None
    estimate: Estimate | None = None

    @property
    def n_failed(self) -> int:
        """Number of cases that failed."""
        return int((self.cases["status"] == "failed").sum())

    @property
    def n_of_shared_images(self) -> int:
        """Number of regions whose image the manifest gives to another patient too."""
        return int(self.cases["warnings"].str.contains(f"{ImageCopied.code}: ", regex=False).sum())


class ColumnsSeen:
    """Notes, while the parts of a table go by, which of its columns have a value."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self._filled = np.zeros(len(self._columns), dtype=bool)
        self._n_rows = 0

    def watching(self, parts: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """Yield the parts as they are."""
        for part in parts:
            self._filled |= part[list(self._columns)].notna().to_numpy().any(axis=0)
            self._n_rows += len(part)
            yield part

    @property
    def empty(self) -> tuple[str, ...]:
        """Columns without a value; none where there were no rows."""
        if not self._n_rows:
            return ()
        return tuple(name for name, filled in zip(self._columns, self._filled, strict=True) if not filled)
