"""A cohort as the checks of the audit see it: with two classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from radiobone.cohort.cohort import Cohort


def as_two_classes(cohort: Cohort) -> tuple[Cohort, ...]:
    """Return the cohort as it is; of ordered classes one per boundary; of a number its values above and below the median."""
    if cohort.task.kind == "binary":
        return (cohort,)
    if cohort.levels:
        return tuple(
            replace(
                cohort,
                y=(cohort.y > code).astype(np.int64),
                target=f"{cohort.target}, {cohort.levels[code + 1]} or beyond",
                positive=f"{cohort.levels[code + 1]} or beyond",
                negative=f"{cohort.levels[code]} or before",
            )
            for code in range(len(cohort.levels) - 1)
        )
    median = float(np.median(cohort.y))
    above = cohort.y > median if (cohort.y > median).any() else cohort.y >= median
    high, low = (f"above {median:g}", f"up to {median:g}")
    target = f"{cohort.target}, above its median"
    return (replace(cohort, y=above.astype(np.int64), target=target, positive=high, negative=low),)
