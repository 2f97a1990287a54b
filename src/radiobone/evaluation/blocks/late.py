"""Late fusion: a model per block of columns, combined by what inner held-out rows say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from radiobone.evaluation.blocks.joined_chain import STEP
from radiobone.evaluation.blocks.settings import EarlyFusion, LateFusion
from radiobone.evaluation.calibration import SigmoidCalibrator, calibrated
from radiobone.evaluation.fitting import Fitted, fit_rows
from radiobone.evaluation.inner_rows import InnerRows
from radiobone.evaluation.parts import Scalar
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.evaluation.tasks.binary import BINARY, as_probability
from radiobone.evaluation.threshold import choose_threshold
from radiobone.models.fused import FusedModel, safe_logit
from radiobone.selection.joined_blocks import JoinedBlocks

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def learn(
    X: pd.DataFrame,
    y: IntArray,
    groups: npt.NDArray[np.str_],
    spec: PipelineSpec,
    *,
    seed: int,
    key: Sequence[str | int] = (),
    **how: Any,
) -> Fitted:
    """Learn from these rows, by one model or by one per block as the pipeline says; arguments as for ``fit_rows``."""
    if not isinstance(spec.fusion, LateFusion):
        return fit_rows(X, y, groups, spec, seed=seed, key=key, **how)
    members = {
        name: fit_rows(
            X[list(block.columns)], y, groups, of_block(spec, name), seed=seed, key=key, within=name, **how
        )
        for name, block in spec.blocks.items()
    }
    return _fused(X, y, spec, members)


def of_block(spec: PipelineSpec, name: str) -> PipelineSpec:
    """Return the pipeline of one block alone: its own steps and models, or the pipeline's."""
    block = spec.blocks[name]
    return spec.model_copy(
        update={
            "steps": block.steps or spec.steps,
            "models": block.models or spec.models,
            "blocks": {},
            "fusion": EarlyFusion(),
        }
    )


def _fused(X: pd.DataFrame, y: IntArray, spec: PipelineSpec, members: dict[str, Fitted]) -> Fitted:
    """Combine the members; they share their inner folds, so held-out rows stand side by side."""
    assert isinstance(spec.fusion, LateFusion)
    assert spec.threshold is not None  # late fusion is for two classes, which have one
    first, *_ = members.values()
    log_odds = np.column_stack([safe_logit(member.unseen) for member in members.values()])
    model = FusedModel(
        [member.model for member in members.values()], [_curve(member.calibrator) for member in members.values()],
        [len(member.features) for member in members.values()], spec.fusion.combine == "stack",
    )  # fmt: skip
    rows = first.unseen_row
    inner = InnerRows(log_odds, y[rows], rows, first.splits)
    combined = _combined(model, inner)
    model.fit(log_odds, y[rows])
    calibrator = calibrated(replace(inner, scores=combined), spec.calibration, are_log_odds=True)
    unseen = as_probability(combined, calibrator)
    position = {str(name): number for number, name in enumerate(X.columns)}
    places = [[position[column] for column in block.columns] for block in spec.blocks.values()]
    steps = Pipeline([(STEP, JoinedBlocks([member.steps for member in members.values()], places))])
    return Fitted(
        steps, model, calibrator, choose_threshold(unseen, y[rows], spec.threshold),
        tuple(name for member in members.values() for name in member.features), f"late_{spec.fusion.combine}",
        _choices(members), _inner_score(spec, combined, y, rows, first.splits), first.inner_folds,
        unseen, rows, first.splits,
    )  # fmt: skip


def _curve(calibrator: SigmoidCalibrator | None) -> tuple[float, float, float, float] | None:
    if calibrator is None:
        return None
    return calibrator.slope, calibrator.intercept, calibrator.centre, calibrator.scale


def _combined(model: FusedModel, inner: InnerRows) -> FloatArray:
    """Combine held-out rows by weights learned from the other inner folds; a mean has none to learn."""
    if not model.weigh:
        return model.combine(inner.scores)
    return inner.by_other_folds(lambda log_odds, y: model.fit(log_odds, y).combine)


def _inner_score(
    spec: PipelineSpec, combined: FloatArray, y: IntArray, rows: IntArray, splits: Sequence[Split]
) -> float:
    """Mean score over the inner folds that hold both classes."""
    parts = np.split(np.arange(len(rows)), np.cumsum([len(split.test) for split in splits])[:-1])
    scores = [BINARY.scorings[spec.search.scoring](y[rows[part]], combined[part]) for part in parts]
    return float(np.mean([score for score in scores if score is not None]))


def _choices(members: dict[str, Fitted]) -> dict[str, Scalar]:
    """Return what each block's search chose."""
    return {
        f"{block}.{name}": value
        for block, member in members.items()
        for name, value in {"model": member.model_name, **member.params}.items()
    }
