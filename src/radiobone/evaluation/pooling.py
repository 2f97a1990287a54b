"""From rows to patients: the probabilities of a patient's rows become one, by a stated rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import ConflictingLabel
from radiobone.core.warnings import PatientLevelLeftOut, warn
from radiobone.evaluation.blocks.settings import Pooling
from radiobone.evaluation.fitting import Fitted
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.ordinal_metrics import beyond_probability
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.tasks.base import PatientTarget
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.threshold import choose_threshold

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
StrArray = npt.NDArray[np.str_]
RULES: Mapping[str, Callable[[FloatArray], np.floating]] = {
    "mean": np.mean,
    "median": np.median,
    "max": np.max,
    "min": np.min,
}
LEAST_PER_CLASS = 2


def pool(probability: FloatArray, patient: npt.NDArray[np.generic], rule: str) -> tuple[FloatArray, IntArray]:
    """Pool the probabilities of each patient's rows.

    Parameters
    ----------
    probability : numpy.ndarray of float, shape (n_rows,)
    patient : numpy.ndarray, shape (n_rows,)
        Whose row it is.
    rule : {"mean", "median", "max", "min"}

    Returns
    -------
    pooled : numpy.ndarray of float, shape (n_patients,)
        In the order of the sorted patients; the order of a patient's rows changes no bit.
    of_row : numpy.ndarray of int, shape (n_rows,)
        Position of each row's patient in ``pooled``.
    """
    names, of_row = np.unique(patient, return_inverse=True)
    order = np.lexsort((probability, of_row))
    parts = np.split(probability[order], np.cumsum(np.bincount(of_row, minlength=len(names)))[:-1])
    return np.array([RULES[rule](part) for part in parts], dtype=float), of_row.astype(np.int64)


def pool_output(
    output: FloatArray, patient: npt.NDArray[np.generic], rule: str
) -> tuple[FloatArray, IntArray]:
    """Pool what was predicted of each patient's rows, whatever the task.

    Of ordered classes the probabilities of lying beyond each boundary are pooled, so that ``max`` takes the worst row;
    they keep their order, and the mean is that of the classes' own probabilities.

    Parameters
    ----------
    output : numpy.ndarray of float, shape (n_rows,) or (n_rows, n_classes)
        Probabilities of the positive class, numbers, or the probabilities of ordered classes.
    patient, rule
        As for ``pool``.

    Returns
    -------
    pooled : numpy.ndarray of float, shape (n_patients,) or (n_patients, n_classes)
    of_row : numpy.ndarray of int, shape (n_rows,)
    """
    if output.ndim == 1:
        return pool(output, patient, rule)
    columns = [pool(column, patient, rule) for column in beyond_probability(output).T]
    beyond = np.column_stack([values for values, _ in columns])
    return np.maximum(-np.diff(beyond, axis=1, prepend=1.0, append=0.0), 0.0), columns[0][1]


def patient_labels(cohort: Cohort, pooling: Pooling) -> npt.NDArray[Any]:
    """Return for each row the target of its patient: the highest of the patient's rows, or all of them pooled."""
    _, first, of_row = np.unique(cohort.patient, return_index=True, return_inverse=True)
    if pooling.labels == "pooled":
        return pool(cohort.y, cohort.patient, pooling.rule)[0][of_row]
    label = cohort.y[first]
    np.maximum.at(label, of_row, cohort.y)
    return np.asarray(label[of_row])


def mixed_patients(cohort: Cohort) -> list[str]:
    """Return the patients whose rows differ in the target."""
    _, first, of_row = np.unique(cohort.patient, return_index=True, return_inverse=True)
    return sorted(set(cohort.patient[cohort.y != cohort.y[first][of_row]].tolist()))


def is_pooled(cohort: Cohort, pooling: Pooling | None) -> bool:
    """Whether a patient level is reported: patients have several rows each, and one target each by the rule.

    Raises
    ------
    ConflictingLabel
        If rows of a patient differ in the target, and the rule is to refuse that.

    Warns
    -----
    PatientLevelLeftOut
        If rows of a patient differ in the target and no rule was given, or a class has fewer than two patients.
    """
    own = np.ones(cohort.n_rows, dtype=bool) if cohort.derived is None else ~cohort.derived
    if pooling is None or len(np.unique(cohort.patient[own])) == own.sum():
        return False
    mixed, task = mixed_patients(cohort), TASKS[cohort.task.kind]
    words = task.patient
    if mixed and pooling.labels == "same":
        raise ConflictingLabel(
            f"{len(mixed)} patient(s) have {words.differing} of '{cohort.target}', such as '{mixed[0]}', so it is not "
            f"clear what the patient is. If {words.remedy}, say --pool {pooling.rule}-{words.labels}; if "
            "the target belongs to the region alone, --pool none."
        )
    if mixed and pooling.labels == "skip":
        _leave_out(f"{len(mixed)} patient(s) have {words.differing}, such as '{mixed[0]}'", words)
        return False
    kinds = task.strata(patient_labels(cohort, pooling), cohort.patient, 0, own)
    rarer = min(len(set(cohort.patient[own & (kinds.codes == one)].tolist())) for one in range(kinds.n))
    if rarer < LEAST_PER_CLASS:
        _leave_out(f"{rarer} patient(s) are of the rarer class", words)
    return rarer >= LEAST_PER_CLASS


def _leave_out(why: str, words: PatientTarget) -> None:
    warn(
        PatientLevelLeftOut(
            f"Rows are reported and patients are not: {why}. Where {words.remedy}, say --pool "
            f"mean-{words.labels} or max-{words.labels} (pool= in Python); where the target belongs to the region, say --pool none."
        ),
        stacklevel=4,
    )


def patient_cut(fitted: Fitted, y: IntArray, patient: StrArray | None, spec: PipelineSpec) -> float | None:
    """Choose the threshold of pooled probabilities from inner held-out rows of the training rows.

    Parameters
    ----------
    fitted : Fitted
        With the probabilities of inner held-out rows.
    y, patient : numpy.ndarray, shape (n_rows,)
        Class and patient of each training row.
    spec : PipelineSpec
        How rows become patients, and what the threshold is to do.

    Returns
    -------
    float or None
        The threshold of rows where all these patients are of one class; None where rows are not pooled.
    """
    if spec.pool is None or patient is None or spec.threshold is None:
        return None
    repeat = np.concatenate([np.full(len(split.test), split.repeat) for split in fitted.splits])
    rows = fitted.unseen_row
    unit = np.array([f"{number}/{name}" for number, name in zip(repeat, patient[rows], strict=True)])
    pooled, of_row = pool(fitted.unseen, unit, spec.pool.rule)
    label = np.zeros(len(pooled), dtype=np.int64)
    np.maximum.at(label, of_row, y[rows])
    one_class = len(set(label.tolist())) < 2
    return fitted.threshold if one_class else choose_threshold(pooled, label, spec.threshold)


def as_patients(
    cohort: Cohort, fits: Sequence[FoldOutcome], pooling: Pooling
) -> tuple[Cohort, list[FoldOutcome]]:
    """Return the folds with one row per patient, the first, which stands for all of them.

    Returns
    -------
    cohort : Cohort
        With the target of the patient in every row.
    fits : list of FoldOutcome
        With pooled predictions and the threshold of patients.
    """
    return replace(cohort, y=patient_labels(cohort, pooling)), [
        _of_patients(cohort, fit, pooling) for fit in fits
    ]


def _of_patients(cohort: Cohort, fit: FoldOutcome, pooling: Pooling) -> FoldOutcome:
    pooled, _ = pool_output(fit.output, cohort.patient[fit.test], pooling.rule)
    return FoldOutcome(
        repeat=fit.repeat, fold=fit.fold, train=_first_rows(cohort, fit.train), test=_first_rows(cohort, fit.test),
        threshold=fit.threshold if fit.patient_threshold is None else fit.patient_threshold, features=fit.features,
        model_name=fit.model_name, params=fit.params, inner_score=fit.inner_score, inner_folds=fit.inner_folds,
        output=pooled, name=fit.name,
    )  # fmt: skip


def _first_rows(cohort: Cohort, rows: IntArray) -> IntArray:
    """Return the first row of each patient, in the order of the sorted patients."""
    ordered = np.sort(rows)
    _, first = np.unique(cohort.patient[ordered], return_index=True)
    return ordered[first]


def once_each(cohort: Cohort, fits: Sequence[FoldOutcome]) -> Cohort:
    """Return the rows that stand for the tested patients, one of each."""
    rows = np.unique(np.concatenate([fit.test for fit in fits]))
    return replace(
        cohort, X=cohort.X.iloc[rows], y=cohort.y[rows], patient=cohort.patient[rows], roi=cohort.roi[rows],
        site=_at(cohort.site, rows), group=_at(cohort.group, rows), time=_at(cohort.time, rows),
        external=_at(cohort.external, rows), parent=None,
    )  # fmt: skip


def _at(values: npt.NDArray[Any] | None, rows: IntArray) -> Any:
    return None if values is None else values[rows]
