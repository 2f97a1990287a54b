"""What the table looks like, for the reader: every feature by itself, and how those chosen most often correlate."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from radiobone.cohort.cohort import Cohort
from radiobone.core.files import write_parquet
from radiobone.core.tables import read_table
from radiobone.evaluation.univariate import FloatArray, univariate

UNIVARIATE_FILE, CORRELATION_FILE = "univariate.parquet", "chosen_correlation.parquet"
MOST_CORRELATED = 30
FEWEST_ROWS = 3


@dataclass(frozen=True, eq=False)
class Description:
    """All rows described; nothing is chosen, tuned or scored by it.

    Attributes
    ----------
    univariate : pandas.DataFrame
        From ``radiobone.evaluation.univariate.univariate``.
    correlation : pandas.DataFrame
        ``feature``, and a column for each in the same order (``0``, ``1``, ...): Spearman's correlation over all rows that
        have both, NaN where there is none.
    """

    univariate: pd.DataFrame
    correlation: pd.DataFrame

    def save(self, folder: Path) -> None:
        """Write both tables, each whole or not at all.

        Raises
        ------
        OutputNotWritable, DiskFull
        """
        write_parquet(folder / UNIVARIATE_FILE, self.univariate)
        write_parquet(folder / CORRELATION_FILE, self.correlation)


def describe(cohort: Cohort, selected: pd.DataFrame) -> Description:
    """Describe the columns of a cohort, and correlate those that most folds chose.

    Parameters
    ----------
    cohort : Cohort
    selected : pandas.DataFrame
        One row per fold and ``feature``.
    """
    return Description(univariate(cohort), chosen_correlation(cohort, most_chosen(selected)))


def save_description(description: Description | None, folder: Path) -> None:
    """Write a description, or remove that of an earlier run where none was made."""
    if description is not None:
        description.save(folder)
        return
    for name in (UNIVARIATE_FILE, CORRELATION_FILE):
        (folder / name).unlink(missing_ok=True)


def load_description(folder: Path) -> Description | None:
    """Read a description; None if an older version wrote the folder.

    Raises
    ------
    FileUnreadable
    """
    paths = [folder / name for name in (UNIVARIATE_FILE, CORRELATION_FILE)]
    if not all(path.is_file() for path in paths):
        return None
    return Description(*(read_table(path) for path in paths))


def most_chosen(selected: pd.DataFrame, most: int = MOST_CORRELATED) -> list[str]:
    """Name the features that most folds chose, most frequent first, then by name."""
    counts = {str(name): int(n) for name, n in selected.groupby("feature").size().items()}
    return sorted(counts, key=lambda name: (-counts[name], name))[:most]


def chosen_correlation(cohort: Cohort, names: list[str]) -> pd.DataFrame:
    """Correlate columns by their ranks, over the rows that have a value of both and were not made from others.

    Parameters
    ----------
    cohort : Cohort
    names : list of str
        Columns; what the table does not have is left out.
    """
    there = [name for name in names if name in cohort.X.columns]
    measured = np.ones(cohort.n_rows, dtype=bool) if cohort.derived is None else ~cohort.derived
    table = cohort.X[there].to_numpy(dtype=np.float64)[measured]
    found = np.full((len(there), len(there)), np.nan)
    for first in range(len(there)):
        for second in range(first + 1):
            found[first, second] = found[second, first] = _spearman(table[:, first], table[:, second])
    return pd.DataFrame({"feature": there, **{str(place): column for place, column in enumerate(found.T)}})


def _spearman(one: FloatArray, other: FloatArray) -> float:
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < FEWEST_ROWS:
        return float("nan")
    ranks = np.stack([rankdata(one[both]), rankdata(other[both])])
    if not np.ptp(ranks, axis=1).all():
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1].clip(-1, 1))
