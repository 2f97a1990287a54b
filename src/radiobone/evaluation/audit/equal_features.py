"""Columns that repeat another one."""

from __future__ import annotations

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.idle_columns import equal_columns
from radiobone.core.counting import counted
from radiobone.evaluation.audit.finding import Finding

SHOWN = 3


def equal_features(cohort: Cohort) -> list[Finding]:
    """Find columns that agree with an earlier one in every row; columns that do not vary are not counted."""
    varying = cohort.X.columns[np.asarray(cohort.X.nunique() > 1, dtype=bool)]
    pairs = [f"{name} = {other}" for name, other in equal_columns(cohort.X[varying])]
    if not pairs:
        return []
    message = (
        f"{counted(len(pairs), 'column')} equal to another one in every row: {', '.join(pairs[:SHOWN])}"
        f"{', …' if len(pairs) > SHOWN else ''}. The step 'correlation' keeps the first of each; without it, importance is divided "
        "between the copies. Check that one is not a wrong export of the other."
    )
    return [Finding("EqualFeatures", "note", message)]
