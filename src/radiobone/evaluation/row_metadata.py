"""What is known of rows besides their features and classes, on its way to the steps that ask for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class RowMetadata:
    """What a step may ask for by an argument of that name in its ``fit``; ``sites`` also in its ``transform``.

    Attributes
    ----------
    sites : numpy.ndarray of str, shape (n_rows,), or None
        Hospital or scanner of each row.
    clinical : tuple of str
        Columns of the raw table that are clinical.
    """

    sites: npt.NDArray[np.str_] | None = None
    clinical: tuple[str, ...] = ()

    def take(self, positions: Positions) -> RowMetadata:
        """Return it for some of the rows."""
        return RowMetadata(None if self.sites is None else self.sites[positions], self.clinical)


NO_METADATA = RowMetadata()


@dataclass(frozen=True, eq=False)
class RawRows:
    """Rows as the cohort has them, without their classes: to predict, or to explain.

    Attributes
    ----------
    X : pandas.DataFrame, shape (n_rows, n_features)
    metadata : RowMetadata
    """

    X: pd.DataFrame
    metadata: RowMetadata = NO_METADATA

    def __len__(self) -> int:
        return len(self.X)

    def take(self, positions: Positions) -> RawRows:
        """Return some of the rows."""
        return RawRows(self.X.iloc[positions], self.metadata.take(positions))


def raw_rows(cohort: Cohort) -> RawRows:
    """Return all rows of a cohort."""
    return RawRows(cohort.X, RowMetadata(cohort.site, cohort.clinical))
