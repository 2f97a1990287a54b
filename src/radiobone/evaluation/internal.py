"""The figure of nested cross-validation, carried by the model that was then fitted on all rows."""

from __future__ import annotations

from typing import Any

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import PipelineSpec

NOT_FITTED = {"name", "title", "about", "outer"}
KEPT = ("mean", "low", "high", "method")


def internal_record(result: Result, cohort: Cohort, pipeline: PipelineSpec) -> dict[str, Any]:
    """Return what nested cross-validation of this pipeline on this cohort found, as plain data.

    Parameters
    ----------
    result : Result
        Of ``evaluate``.
    cohort, pipeline
        What the model is fitted to, and how.

    Raises
    ------
    BadSetting
        If the result is of another table, target or pipeline: its figures would be those of another model.
    """
    theirs, spec = result.provenance.get("cohort") or {}, result.provenance.get("pipeline") or {}
    mine = pipeline.model_dump(mode="json", exclude=NOT_FITTED)
    differing = [
        what
        for what, same in (
            ("table", theirs.get("digest") == cohort.provenance.get("digest")),
            ("number of rows", theirs.get("n_rows") == cohort.n_rows),
            ("number of features", theirs.get("n_features") == cohort.X.shape[1]),
            ("target", theirs.get("target") == cohort.target),
            ("positive class", (theirs.get("positive") or "") == cohort.positive),
            ("order of classes", list(theirs.get("levels") or ()) == list(cohort.levels)),
            ("pipeline", {key: value for key, value in spec.items() if key not in NOT_FITTED} == mine),
        )
        if not same
    ]
    if differing:
        raise BadSetting(
            f"The evaluation has another {' and another '.join(differing)} than this model, so its figures are not those to "
            "expect of it. Evaluate and fit the same table with the same pipeline and options."
        )
    metrics = {
        name: {key: getattr(one, key) for key in KEPT}
        for name, one in result.metrics.items()
        if one.mean is not None
    }
    return {
        "metrics": metrics,
        "created": result.provenance.get("created"),
        "n_folds": result.summary["n_folds"],
        "n_repeats": result.summary["n_repeats"],
        "findings": [one["code"] for one in result.audit],
    }
