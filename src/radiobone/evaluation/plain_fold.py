"""What an outer fold found, written as plain data and read back to the last bit."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.splits import Split

FIELDS = ("threshold", "patient_threshold", "model_name", "inner_score", "inner_folds")


def outcome_to_plain(outcome: FoldOutcome) -> dict[str, Any]:
    """Return what a fold found as plain data, without rows: the split says which they are."""
    return {
        **{name: getattr(outcome, name) for name in FIELDS},
        "features": list(outcome.features),
        "params": [list(pair) for pair in outcome.params.items()],  # JSON objects are written sorted
        "output": packed(outcome.output),
        "output_shape": list(outcome.output.shape),
    }


def outcome_from_plain(plain: Mapping[str, Any], split: Split) -> FoldOutcome:
    """Return what a fold found, as ``outcome_to_plain`` took it.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none.
    """
    return FoldOutcome(
        repeat=split.repeat, fold=split.fold, train=split.train, test=split.test,
        features=tuple(str(name) for name in plain["features"]), name=split.name, params=dict(plain["params"]),
        output=_output(plain, len(split.test)), **{name: plain[name] for name in FIELDS},
    )  # fmt: skip


def _output(plain: Mapping[str, Any], n_test: int) -> npt.NDArray[np.float64]:
    rows, *classes = plain["output_shape"]
    if rows != n_test:
        raise ValueError(f"output of {rows} rows where {n_test} were tested")
    return unpacked(plain["output"], (rows, *classes))


def packed(values: npt.NDArray[np.float64]) -> str:
    """Return numbers as text that holds every bit."""
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f8").tobytes()).decode("ascii")


def unpacked(text: str, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return the numbers that ``packed`` wrote.

    Raises
    ------
    ValueError
        If they do not have this shape.
    """
    return np.frombuffer(base64.b64decode(text), dtype="<f8").reshape(shape).astype(float)
