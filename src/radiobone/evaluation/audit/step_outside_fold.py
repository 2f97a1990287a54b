"""A step that was fitted on all rows before the table came here: no fold can undo it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import rng_for
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.site_in_features import between_sites
from radiobone.evaluation.audit.traces import filled_by_class, filled_columns, rows_between, scaled_columns
from radiobone.evaluation.audit.units import ranks_within

FloatArray = npt.NDArray[np.float64]
CODE = "StepOutsideFold"
SHARE = 0.5  # of the columns that look scaled
LEAST_COLUMNS = 3
LEAST_ROWS = 3
N_PERMUTATIONS = 199
TOO_ALIKE = 0.3  # of what chance leaves between sites
SHOWN = 3
DO = "Give the values as they were measured, and let a step of the pipeline do it inside the folds."


def step_outside_fold(cohort: Cohort) -> list[Finding]:
    """Find values scaled, filled in, harmonised or made up on all rows. Selection on all rows leaves no trace to be found."""
    own = np.ones(cohort.n_rows, dtype=bool) if cohort.derived is None else ~cohort.derived
    image = cohort.X.drop(columns=list(cohort.clinical)).loc[own]
    values, names, y = image.to_numpy(dtype=float), [str(name) for name in image.columns], cohort.y[own]
    if not values.size:
        return []
    site = None if cohort.site is None else cohort.site[own]
    found = [
        _scaled(values),
        _filled(values, names, y),
        _made_up(values, y, image.index.tolist()),
        _harmonised(values, site),
    ]
    return [finding for finding in found if finding is not None]


def _scaled(values: FloatArray) -> Finding | None:
    n = int(scaled_columns(values).sum())
    if n < LEAST_COLUMNS or n < SHARE * values.shape[1]:
        return None
    message = (
        f"{n} of {values.shape[1]} features have mean 0 and standard deviation 1, or reach exactly from 0 to 1, over all rows: they "
        f"were scaled with the test rows in sight. That alone is worth little, but tells how the table was made. {DO}"
    )
    return Finding(CODE, "note", message)


def _filled(values: FloatArray, names: list[str], y: npt.NDArray[np.int64]) -> Finding | None:
    by_class = np.flatnonzero(filled_by_class(values, y))
    if len(by_class):
        message = (
            f"{len(by_class)} feature(s) repeat one value in each class that is the mean or median of that class, such as "
            f"{_some(names, by_class)}: gaps were filled with the answer in sight, which tells a model the class of test rows. {DO}"
        )
        return Finding(CODE, "serious", message)
    alike = np.flatnonzero(filled_columns(values))
    if not len(alike):
        return None
    message = (
        f"{len(alike)} feature(s) repeat one value that is the mean or median of all others, such as {_some(names, alike)}: gaps "
        f"were filled in with the test rows in sight. That is worth little, unless the gaps tell the class. {DO}"
    )
    return Finding(CODE, "note", message)


def _made_up(values: FloatArray, y: npt.NDArray[np.int64], rows: list[object]) -> Finding | None:
    if not np.isfinite(values).all():
        return None
    between = rows_between(values, y)
    if len(between) < LEAST_ROWS:
        return None
    message = (
        f"{len(between)} rows lie exactly between two others of their class, such as {_some([str(row) for row in rows], between)}: "
        "resampling (SMOTE) made them before any split, so that near copies of test rows are learned from and AUCs near 1 come out "
        "of noise. Take them out and put 'smote' among the steps; or name the rows they were made from (--parent COLUMN)."
    )
    return Finding(CODE, "serious", message)


def _harmonised(values: FloatArray, site: npt.NDArray[np.str_] | None) -> Finding | None:
    """Compare what lies between sites with what is left between sites drawn by lot."""
    if site is None or len(set(site.tolist())) < 2 or values.shape[1] < LEAST_COLUMNS:
        return None
    codes = np.unique(site, return_inverse=True)[1].astype(np.int64)
    ranks = ranks_within(values, np.zeros(len(values), dtype=np.int64))
    observed = float(between_sites(ranks, codes).mean())
    rng = rng_for(0, "audit", CODE)
    drawn = [float(between_sites(ranks, rng.permutation(codes)).mean()) for _ in range(N_PERMUTATIONS)]
    if observed >= min(drawn) or observed > TOO_ALIKE * float(np.median(drawn)):
        return None
    message = (
        f"Sites are more alike than chance allows: {observed / float(np.median(drawn)):.0%} of the difference that is left between "
        "sites drawn by lot. The features were harmonised (ComBat) on all rows, test rows in sight; if the target was kept as a "
        f"covariate, the answer was written into them. {DO}"
    )
    return Finding(CODE, "warning", message)


def _some(names: list[str], positions: npt.NDArray[np.int64]) -> str:
    return ", ".join(names[place] for place in positions[:SHOWN]) + (", …" if len(positions) > SHOWN else "")
