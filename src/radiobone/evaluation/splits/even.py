"""Whether folds that were given test every row as often as the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from radiobone.core.warnings import SplitsUneven, warn
from radiobone.evaluation.splits.split import BoolArray, Split


def warn_of_uneven(splits: Sequence[Split], derived: BoolArray | None, n_rows: int) -> None:
    """Warn where the folds of a repeat do not test every row once.

    Folds with a name (a site, later patients, an external cohort) test what they are called by, and a single fold is
    no k-fold cross-validation: neither is looked at.

    Parameters
    ----------
    splits : sequence of Split
    derived : numpy.ndarray of bool, shape (n_rows,), or None
        Rows made from other rows, which are never tested.
    n_rows : int

    Warns
    -----
    SplitsUneven
    """
    counted = np.ones(n_rows, dtype=bool) if derived is None else ~derived
    for repeat in sorted({split.repeat for split in splits}):
        folds = [split for split in splits if split.repeat == repeat and not split.name]
        if len(folds) < 2:
            continue
        times = np.bincount(np.concatenate([fold.test for fold in folds]), minlength=n_rows)[counted]
        never, often = int((times == 0).sum()), int((times > 1).sum())
        if never or often:
            warn(
                SplitsUneven(
                    f"The {len(folds)} folds given for repeat {repeat} do not test every row once: {never} row(s) are never tested "
                    f"and {often} more than once, of {counted.sum()}. The figures are of the rows that are tested, and the others "
                    "could do better or worse. Give folds that test each row once, or say in the report which rows they leave out."
                ),
                stacklevel=5,
            )
