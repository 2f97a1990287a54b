"""A hospital, kernel, scanner or spacing that predicts the target."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import mannwhitneyu

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.site_confounded import ALPHA, LIMIT, predicted_by
from radiobone.evaluation.metrics import auc

STRONG = 0.8
FEWEST = 5
RARE = "rare"
SHOWN = 3


def acquisition_confounded(cohort: Cohort) -> list[Finding]:
    """Look whether how an image was made predicts the class, patient by patient; p times the columns looked at."""
    columns = cohort.provenance.get("acquisition", {})
    _, first = np.unique(cohort.patient, return_index=True)
    found = []
    for name, cells in columns.items():
        if len(cells) != cohort.n_rows:
            continue
        area, p_value = _predicts(np.array(cells, dtype=np.str_)[first], cohort.y[first])
        if area >= LIMIT and p_value * len(columns) <= ALPHA:
            found.append((area, p_value, str(name)))
    if not found:
        return []
    found.sort(key=lambda one: (-one[0], one[2]))
    shown = "; ".join(f"{name} (AUC {area:.2f}, p {p_value:.1g})" for area, p_value, name in found[:SHOWN])
    message = (
        f"Where or how the image was made predicts '{cohort.target}': {shown}{'; …' if len(found) > SHOWN else ''}. Features differ between "
        "kernels, scanners and spacings, so a model can score well by telling them apart. Look at the score within each, test on one "
        "that was left out (--site COLUMN --outer site), or harmonise inside the folds."
    )
    return [Finding("AcquisitionConfounded", "serious" if found[0][0] >= STRONG else "warning", message)]


def _predicts(cells: npt.NDArray[np.str_], y: npt.NDArray[np.int64]) -> tuple[float, float]:
    """AUC of the column alone and its p: by rank where it holds numbers, else by the share of positives of each word."""
    numbers = _numbers(cells)
    if numbers is not None and is_measured(cells):
        area = auc(y, numbers)
        if area is None:
            return 0.5, 1.0
        return max(area, 1 - area), float(mannwhitneyu(numbers[y == 1], numbers[y == 0]).pvalue)
    area, p_value, _ = predicted_by(common_kinds(cells), y)
    return area, p_value


def common_kinds(cells: npt.NDArray[np.str_]) -> npt.NDArray[np.str_]:
    """Return words with those that few patients have as one kind."""
    kinds, codes, counts = np.unique(cells, return_inverse=True, return_counts=True)
    return np.where(counts >= FEWEST, kinds, RARE)[codes]


def is_measured(cells: npt.NDArray[np.str_]) -> bool:
    """Whether cells are numbers of many values, such as spacings, and no kinds."""
    numbers = _numbers(cells)
    return numbers is not None and len(set(numbers.tolist())) > FEWEST


def _numbers(cells: npt.NDArray[np.str_]) -> npt.NDArray[np.float64] | None:
    try:
        return cells.astype(float)
    except ValueError:
        return None
