"""Figures of what the models relied on."""

from __future__ import annotations

import numpy as np

from radiobone.report.data import ResultData
from radiobone.report.drawings.base import Drawing, Drawn
from radiobone.report.figures.beeswarm import beeswarm_figure
from radiobone.report.figures.importance import importance_figure
from radiobone.report.numbers import decimals
from radiobone.report.sections.shap import MOST_DRAWN
from radiobone.report.shap_features import ranked_features


def _beeswarm(data: ResultData) -> Drawn | None:
    features = ranked_features(data)[:MOST_DRAWN]
    if not features:
        return None
    there = [np.isfinite(one.value) | (one.shap != 0) for one in features]
    figure = beeswarm_figure(
        [one.name for one in features],
        [one.shap[rows] for one, rows in zip(features, there, strict=True)],
        [one.value[rows] for one, rows in zip(features, there, strict=True)],
        positive=data.metrics["positive"],
    )
    told = ", ".join(one.name for one in features)
    return Drawn(
        figure, f"One dot per held-out case and feature; the most important features are on top: {told}."
    )


def _importance(data: ResultData) -> Drawn | None:
    features = ranked_features(data)[:MOST_DRAWN]
    if not features:
        return None
    sizes = [f"{one.name}: {decimals(100 * one.mean, 1)} ± {decimals(100 * one.sd, 1)}" for one in features]
    return Drawn(
        importance_figure([one.name for one in features], [one.fold_means for one in features]),
        "; ".join(sizes) + ".",
    )


BEESWARM = Drawing(
    "beeswarm",
    "SHAP values of held-out cases",
    "One dot per held-out case: how far the feature moved its predicted probability, before calibration. Colour is the rank of "
    "the feature’s value.",
    _beeswarm,
)
IMPORTANCE = Drawing(
    "importance",
    "Mean absolute SHAP value",
    "Bars: mean over the outer folds; ticks: each fold, 0 where it did not choose the feature; whiskers: one standard deviation.",
    _importance,
)
RELIED_ON = (BEESWARM, IMPORTANCE)
