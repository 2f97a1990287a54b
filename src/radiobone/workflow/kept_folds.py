"""Finished outer folds as plain data: what decides them, how they are written, how they are read.

No fitted estimator is kept: predictions and SHAP values of a fold are all that the result needs of it, they take
little space, and reading numbers back can run no code. What is read is what was written, to the last bit.
"""

from __future__ import annotations

import base64
import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.core.files import content_digest
from radiobone.core.provenance import code_digest, versions
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.explain.over_folds import ExplainedFold, long_table

FORMAT = 1
LEARNING_PARTS = ("core", "cohort", "selection", "models", "evaluation", "explain")
WORDS_ONLY = {"name", "title", "about"}
OUTCOME_FIELDS = ("threshold", "patient_threshold", "model_name", "inner_score", "inner_folds")


@dataclass(frozen=True, eq=False)
class JudgedFold:
    """What one outer fold found, and its SHAP values."""

    outcome: FoldOutcome
    explained: ExplainedFold


def fold_keys(cohort: Cohort, splits: Sequence[Split], spec: PipelineSpec, seed: int) -> list[str]:
    """Return a digest per fold of all that decides its numbers.

    These are features, classes, groups, sites, the fold's rows, the pipeline, the seed, and the versions of Python, of the
    packages and of the code that learns. Names and titles decide nothing.
    """
    shared = {
        "format": FORMAT,
        "features": hashlib.sha256(cohort.X.to_numpy(dtype=float, copy=True).tobytes()).hexdigest(),
        "columns": [str(name) for name in cohort.X.columns],
        "rows": [str(name) for name in cohort.X.index],
        "target": cohort.y.tolist(),
        "groups": cohort.groups.tolist(),
        "patients": cohort.patient.tolist(),
        "sites": None if cohort.site is None else cohort.site.tolist(),
        "clinical": list(cohort.clinical),
        "pipeline": spec.model_dump_json(
            exclude=WORDS_ONLY
        ),  # text: the order of a grid decides its candidates
        "seed": seed,
        "versions": versions(),
        "machine": [platform.system(), platform.machine()],
        "code": code_digest(LEARNING_PARTS),
    }
    common = content_digest(shared)
    return [
        content_digest([common, one.repeat, one.fold, one.train.tolist(), one.test.tolist()])
        for one in splits
    ]


def to_plain(outcome: FoldOutcome, explained: ExplainedFold) -> dict[str, Any]:
    """Return a fold as plain data, without rows or names of patients: the split says which they are."""
    return {
        **{name: getattr(outcome, name) for name in OUTCOME_FIELDS},
        "features": list(outcome.features),
        "params": [list(pair) for pair in outcome.params.items()],  # JSON objects are written sorted
        "output": _packed(outcome.output),
        "output_shape": list(outcome.output.shape),
        "shap": _packed(explained.table["shap"].to_numpy()),
        "explained": [list(pair) for pair in explained.info.items()],
    }


def from_plain(plain: Mapping[str, Any], split: Split, cohort: Cohort) -> JudgedFold:
    """Return a fold as ``to_plain`` took it.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none.
    """
    n_test, features = len(split.test), tuple(str(name) for name in plain["features"])
    outcome = FoldOutcome(
        repeat=split.repeat, fold=split.fold, train=split.train, test=split.test, features=features,
        name=split.name, params=dict(plain["params"]), output=_output(plain, n_test),
        **{name: plain[name] for name in OUTCOME_FIELDS},
    )  # fmt: skip
    values = _unpacked(plain["shap"], (n_test, len(features)))
    table = long_table(outcome, cohort.X.iloc[split.test], values)
    return JudgedFold(outcome, ExplainedFold(table, dict(plain["explained"])))


def _output(plain: Mapping[str, Any], n_test: int) -> npt.NDArray[np.float64]:
    rows, *classes = plain["output_shape"]
    if rows != n_test:
        raise ValueError(f"output of {rows} rows where {n_test} were tested")
    return _unpacked(plain["output"], (rows, *classes))


def _packed(values: npt.NDArray[np.float64]) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode("ascii")


def _unpacked(text: str, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    return np.frombuffer(base64.b64decode(text), dtype="<f8").reshape(shape).astype(float)
