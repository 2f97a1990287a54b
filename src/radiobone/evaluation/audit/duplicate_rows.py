"""One case under two patient ids."""

from __future__ import annotations

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding


def duplicate_rows(cohort: Cohort) -> list[Finding]:
    """Find rows of different patients whose image features agree in every value."""
    image = cohort.X.drop(columns=list(cohort.clinical)).to_numpy()
    if image.shape[1] == 0:
        return []
    seen: dict[bytes, int] = {}
    pairs = []
    for row, values in enumerate(np.nan_to_num(image, nan=np.inf) + 0.0):
        first = seen.setdefault(values.tobytes(), row)
        if cohort.groups[first] != cohort.groups[row]:
            pairs.append((str(cohort.X.index[first]), str(cohort.X.index[row])))
    if not pairs:
        return []
    message = (
        f"{len(pairs)} row(s) equal a row of another patient in every feature, such as {pairs[0][0]} and {pairs[0][1]}. "
        "If it is one case under two ids, it can be in training and test at once. Remove the copy or use one id."
    )
    return [Finding("DuplicateRows", "serious", message)]
