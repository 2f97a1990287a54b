"""Figures of what the models relied on: SHAP values of held-out rows over all outer folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from radiobone.report.data import ResultData
from radiobone.report.drawings.base import Drawing, Drawn
from radiobone.report.figures.agreement import agreement_figure
from radiobone.report.figures.beeswarm import beeswarm_figure
from radiobone.report.figures.dependence import Dependence, dependence_figure
from radiobone.report.figures.importance import importance_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.shap_agreement import agreement_of
from radiobone.report.shap_features import FeatureShap, ranked_features
from radiobone.report.shap_pairs import with_partners
from radiobone.report.shap_units import ends_of, unit_of

MOST_DRAWN, MOST_DEPENDENCE = 12, 6


def _leading(data: ResultData) -> Sequence[FeatureShap]:
    return ranked_features(data)[:MOST_DRAWN]


def _largest(data: ResultData) -> str:
    n = 0 if data.shap is None else data.shap["feature"].nunique()
    return f": the {MOST_DRAWN} largest" if n > MOST_DRAWN else ""


def _beeswarm(data: ResultData) -> Drawn | None:
    features, unit = _leading(data), unit_of(data)
    if not features:
        return None
    there = [np.isfinite(one.value) | (one.shap != 0) for one in features]
    figure = beeswarm_figure(
        [one.name for one in features],
        [unit.factor * one.shap[rows] for one, rows in zip(features, there, strict=True)],
        [one.value[rows] for one, rows in zip(features, there, strict=True)],
        axis=unit.change,
        ends=ends_of(data),
    )
    told = ", ".join(one.name for one in features)
    return Drawn(
        figure, f"One dot per held-out case and feature; the most important features are on top: {told}."
    )


def _caption_of_beeswarm(data: ResultData) -> str:
    n = data.metrics["n_repeats"]
    once = f" (mean of {n} repeats)" if n > 1 else ""
    right, unit = ends_of(data)[1], unit_of(data)
    before = ", before calibration" if "positive" in data.metrics else ""
    return (
        f"One dot per held-out case{once}: how far the feature moved its {unit.moved}{before}. Orange dots are cases with a "
        f"high value of the feature, blue with a low one. Orange on the right: high values move the prediction {_where(right)}."
    )


def _where(end: str) -> str:
    """Say the right end of the axis within a sentence."""
    return f"to a {end}" if end.startswith("higher ") else end


def _importance(data: ResultData) -> Drawn | None:
    features, unit = _leading(data), unit_of(data)
    if not features:
        return None
    figure = importance_figure(
        [one.name for one in features],
        [unit.factor * one.fold_means for one in features],
        axis=unit.mean_change,
    )
    sizes = [f"{one.name}: {unit.size(one.mean)} ± {unit.size(one.sd)}" for one in features]
    return Drawn(figure, "; ".join(sizes) + ".")


def _caption_of_importance(data: ResultData) -> str:
    if data.n_folds_total == 1:
        return "Bar: mean over the held-out cases of the one test."
    return (
        "Bar: mean over all folds. Whisker: one standard deviation between folds. Ticks: single folds; a fold that did not choose "
        "the feature counts as zero."
    )


def _dependence(data: ResultData) -> Drawn | None:
    found = dependences(data)
    if not found:
        return None
    names = ", ".join(one.name for one in found)
    return Drawn(
        dependence_figure(found, axis=unit_of(data).short),
        f"One panel per feature, one dot per case: {names}.",
    )


def dependences(data: ResultData) -> list[Dependence]:
    """Return the leading features over the held-out cases, each coloured by its strongest partner where one is known."""
    unit = unit_of(data)
    return [
        Dependence(one.name, one.value, unit.factor * one.when_chosen)
        if partner is None
        else Dependence(one.name, one.value, unit.factor * one.when_chosen, partner.name, partner.value)
        for one, partner in with_partners(data, ranked_features(data), most=MOST_DEPENDENCE)
    ]


def single_dependences(data: ResultData) -> list[Markup]:
    """Draw each leading feature by itself, for the page, where panels side by side would be too small."""
    found = []
    for number, one in enumerate(dependences(data)):
        n_cases = int(np.isfinite(np.asarray(one.shap, dtype=float)).sum())
        told = f"One dot per held-out case; {n_cases} cases." + (
            f" Coloured by {one.partner}." if one.partner else ""
        )
        figure = dependence_figure([one], axis=unit_of(data).short)
        title = f"SHAP value against the value of {one.name}"
        found.append(to_svg(figure, key=f"dependence{number}", title=title, description=told))
    return found


def _caption_of_dependence(data: ResultData) -> str:
    coloured = (
        " Colour: the value of the feature that interacts most with it in models of trees, named above the panel; grey where that "
        "value is unknown."
        if data.pairs is not None and len(data.pairs)
        else ""
    )
    return (
        "One dot per held-out case: the feature’s value against its SHAP value, mean over the folds that chose the feature. A rising "
        "cloud: higher values speak for a higher prediction. Dots of the same value at different heights: what the value means "
        f"depends on other features, or on the fold.{coloured}"
    )


def _fold_agreement(data: ResultData) -> Drawn | None:
    found = agreement_of(data)
    if found is None:
        return None
    told = f"Rank correlation of each pair of {len(data.folds)} folds; mean {found.pairs_rank.mean():.2f}."
    return Drawn(agreement_figure(found.rank), told)


BEESWARM = Drawing(
    "beeswarm",
    lambda data: f"Which way each feature pushes (SHAP values){_largest(data)}",
    _caption_of_beeswarm,
    _beeswarm,
)
IMPORTANCE = Drawing(
    "importance",
    lambda data: (
        f"How much each feature matters, and how steadily (mean absolute SHAP value){_largest(data)}"
    ),
    _caption_of_importance,
    _importance,
)
DEPENDENCE = Drawing(
    "dependence", "In which form the leading features act", _caption_of_dependence, _dependence
)
FOLD_AGREEMENT = Drawing(
    "fold_agreement",
    "Agreement of the folds’ rankings",
    "Rank correlation (Spearman) of the features’ mean absolute SHAP values. One field per pair of folds.",
    _fold_agreement,
)
RELIED_ON = (BEESWARM, IMPORTANCE, DEPENDENCE, FOLD_AGREEMENT)
