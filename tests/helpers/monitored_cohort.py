"""Patients whose risk is known, and a quick pipeline to learn it by: for a model that is watched in use."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit

COLUMNS = [f"original_glcm_f{i}" for i in range(6)]


SPEC = {
    "steps": ["impute", "scale"],
    "models": [{"lr": {"C": [1.0]}}],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}


def cohort(
    seed, n, *, shift=0.0, of=(0, 1), rows_each=1, less=0.0, missing=0.0, first="2025-01-01", days=180
):
    """Patients whose risk is known: logit = f0 + 0.5 f1; a shift of features that changes no patient's risk."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 6)).repeat(rows_each, axis=0)
    X += 0.5 * rng.normal(size=X.shape) * (rows_each > 1)
    y = (rng.random(n).repeat(rows_each) < expit(1.5 * X[:, 0] + 0.5 * X[:, 1] - 0.5 - less)).astype(int)
    for column in of:
        X[:, column] += shift
    X[rng.random(X.shape) < missing] = np.nan
    table = pd.DataFrame(X, columns=COLUMNS)
    table.insert(0, "patient_id", np.repeat([f"P{seed}-{i:04d}" for i in range(n)], rows_each))
    if rows_each > 1:
        table.insert(1, "roi", np.tile([f"L{i + 1}" for i in range(rows_each)], n))
    dates = pd.to_datetime(first) + pd.to_timedelta(
        np.sort(rng.integers(0, days, n)).repeat(rows_each), unit="D"
    )
    table["scan_date"] = dates.strftime("%Y-%m-%d")
    table["kernel"] = rng.choice(["B30f", "B40f"], len(table))
    table["sex"] = rng.choice(["F", "M"], n).repeat(rows_each)
    return table.assign(osteoporosis=np.where(y == 1, "yes", "no"))
