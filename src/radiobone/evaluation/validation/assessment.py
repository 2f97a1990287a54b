"""All that is told of one frozen model on one labelled cohort, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import TooFewPerClass
from radiobone.evaluation.adequacy import validation_adequacy
from radiobone.evaluation.metrics import auc
from radiobone.evaluation.model import Model
from radiobone.evaluation.splits import smallest_class
from radiobone.evaluation.validation.patients import patients_entry
from radiobone.evaluation.validation.performance import frozen_performance, held_out, is_clustered
from radiobone.evaluation.validation.ranges import range_entry
from radiobone.evaluation.validation.recalibration import KINDS, recalibrated_entry
from radiobone.evaluation.validation.two_models import compare_frozen


@dataclass(frozen=True, eq=False)
class Assessment:
    """One frozen model on a cohort.

    Attributes
    ----------
    scores : pandas.DataFrame
        ``Model.predict`` of the cohort's rows, in their order.
    entry : dict
        Model, threshold, metrics, confusion, calibration, decision curve, recalibration and ranges, as plain data.
    """

    scores: pd.DataFrame
    entry: dict[str, Any]


def assess(model: Model, table: pd.DataFrame, cohort: Cohort, *, seed: int) -> Assessment:
    """Score the rows with the model as it is, and judge the scores by the labels; nothing of the model changes.

    Parameters
    ----------
    model : Model
        Frozen.
    table : pandas.DataFrame
        The rows of the cohort, in its order, with the columns that the model needs.
    cohort : Cohort
        Labels and patients.
    seed : int
        Of the bootstrap and of the folds of recalibration.

    Raises
    ------
    FeatureMismatch, NotNumeric, NonFiniteFeature
        As ``Model.predict``.
    TooFewPerClass
        If a class has fewer than two patients.
    """
    assert model.threshold is not None  # a model for two classes has one
    _check_enough(cohort)
    scores = model.predict(table, sites=cohort.site)
    probability = scores["probability"].to_numpy(dtype=float)
    rows = held_out(cohort.y, probability, model.threshold, cohort.groups)
    recalibrated = {
        kind: recalibrated_entry(
            probability, cohort.y, cohort.groups, kind, threshold=model.threshold, seed=seed
        )
        for kind in KINDS
    }
    entry = {
        "model": model_record(model),
        "threshold": model.threshold,
        **frozen_performance(rows, seed=seed),
        "recalibrated": recalibrated,
        "sample_size": _sample_size(model, cohort, probability),
        "ranges": range_entry(model.needed_values(table), model.ranges),
    }
    if model.patient_threshold is not None:
        pooling, cut = model.about["pooling"], model.patient_threshold
        level = patients_entry(cohort, probability, pooling, cut, seed=seed)
        entry |= {} if level is None else {"patients": level}
    return Assessment(scores, entry)


def _check_enough(cohort: Cohort) -> None:
    """Refuse a cohort in which a class has one patient: no interval and no recalibration could be told."""
    rarer = smallest_class(cohort.y, cohort.groups)
    if rarer < 2:
        raise TooFewPerClass(
            f"The cohort has {rarer} patient(s) of one class of '{cohort.target}', and judging a model needs at least 2 of each: "
            "the rest of a single one is chance. Add cases, or score the rows without judging them (radiobone score)."
        )


def _sample_size(model: Model, cohort: Cohort, probability: npt.NDArray[np.float64]) -> dict[str, Any]:
    internal = (model.about.get("internal") or {}).get("metrics") or {}
    expected = internal["auc"]["mean"] if "auc" in internal else auc(cohort.y, probability)
    return validation_adequacy(cohort.groups, cohort.y, probability, auc=float(expected or 0.5))


def model_record(model: Model) -> dict[str, Any]:
    """Say which model it is, on whom it was trained, and what was found then of how well it would do."""
    about = model.about
    kept = ("created", "model", "params", "target", "positive", "negative", "intended_use")
    trained = ("n_rows", "n_patients", "n_positive", "n_negative", "source")
    return {
        **{name: about.get(name) for name in kept},
        "digest": model.digest,
        "pipeline": (about.get("pipeline") or {}).get("name"),
        "n_features": len(model.features),
        "needed": list(model.needed),
        "training": {name: (about.get("training") or {}).get(name) for name in trained},
        "internal": about.get("internal"),
    }


def predictions_table(cohort: Cohort, assessment: Assessment, other: Assessment | None) -> pd.DataFrame:
    """One row per row of the cohort: whose it is, its class, and what the frozen model says."""
    scores = assessment.scores
    told = ("probability", "threshold", "predicted", "outside_range", "warnings")
    columns = {
        "row_id": cohort.X.index.astype(str),
        "patient_id": cohort.patient,
        "roi": cohort.roi,
        "site": np.full(cohort.n_rows, "") if cohort.site is None else cohort.site,
        "y": cohort.y,
        **{name: scores[name].to_numpy() for name in told},
    }
    if other is not None:
        columns |= {f"against_{name}": other.scores[name].to_numpy() for name in told[:3]}
    return pd.DataFrame(columns)


def comparison_entry(
    cohort: Cohort, new: Assessment, old: Assessment, *, cuts: Sequence[float] | None, seed: int
) -> dict[str, Any]:
    """Compare two models on the cohort; the cut-off is the old model's threshold unless told."""
    first, second = (one.scores["probability"].to_numpy(dtype=float) for one in (new, old))
    edges = [old.entry["threshold"]] if cuts is None else list(cuts)
    return compare_frozen(cohort.y, first, second, cohort.groups, cuts=edges, seed=seed)


def summary_entry(cohort: Cohort, *, seed: int, notes: Sequence[str]) -> Mapping[str, Any]:
    """Return what the cohort is, beside what the model does on it."""
    rows = held_out(cohort.y, np.zeros(cohort.n_rows), 0.5, cohort.groups)
    return {
        "kind": "validation",
        "task": "binary",
        "target": cohort.target,
        "positive": cohort.positive,
        "negative": cohort.negative,
        "n_rows": cohort.n_rows,
        "n_patients": cohort.n_patients,
        "n_positive": int(cohort.y.sum()),
        "n_negative": int((1 - cohort.y).sum()),
        "n_patients_positive": len(set(cohort.groups[cohort.y == 1].tolist())),
        "clustered": is_clustered(rows),
        "seed": seed,
        "notes": list(notes),
    }
