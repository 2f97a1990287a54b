"""Each hospital or scanner held out once: how a model does where it was not made."""

from __future__ import annotations

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.evaluation.splits.split import Split, hold_out


def leave_one_site_out(cohort: Cohort) -> tuple[Split, ...]:
    """Make a fold per site, in the order of their names.

    A patient with rows at several sites is tested at each of them with the rows from there, and is in no training set
    of these folds.

    Raises
    ------
    BadSetting
        If the sites are not known, or there is one only.
    """
    if cohort.site is None:
        raise BadSetting(
            "Each site is to be held out once, and the sites are not known. Name their column: --site COLUMN (in Python "
            "sites=table['COLUMN'])."
        )
    found = cohort.site if cohort.derived is None else cohort.site[~cohort.derived]
    names = sorted(set(found.tolist()))
    if len(names) < 2:
        raise BadSetting(
            f"Each site is to be held out once, and all rows are from '{names[0]}': nothing would be left to learn from. "
            "Use kfold, or check --site."
        )
    everyone = np.ones(cohort.n_rows, dtype=bool)
    return tuple(
        hold_out(cohort.site == name, everyone, cohort.groups, cohort.derived, fold=fold, name=f"site {name}")
        for fold, name in enumerate(names)
    )
