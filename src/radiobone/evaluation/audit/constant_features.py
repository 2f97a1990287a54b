"""Columns that hold the same value in every row."""

from __future__ import annotations

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.core.counting import counted
from radiobone.evaluation.audit.finding import Finding

SHOWN = 5


def constant_features(cohort: Cohort) -> list[Finding]:
    """Find columns that do not vary, wherever they hold a value."""
    same = np.asarray(cohort.X.nunique() < 2, dtype=bool)
    names = [str(name) for name in cohort.X.columns[same]]
    if not names:
        return []
    message = (
        f"{counted(len(names), 'column')} with one and the same value in every row: {', '.join(names[:SHOWN])}"
        f"{', …' if len(names) > SHOWN else ''}. Nothing can be learned from them, and the step 'constant' leaves them out; a value "
        "that should vary was not measured, or was filled in. Check where they come from."
    )
    return [Finding("ConstantFeature", "note", message)]
