"""How far the folds of a result rely on the same features, and what that means."""

from __future__ import annotations

from radiobone.explain.agreement import FoldAgreement, fold_agreement
from radiobone.explain.summary import fold_means
from radiobone.report.data import ResultData

LARGELY, PARTLY = 0.7, 0.4


def agreement_of(data: ResultData) -> FoldAgreement | None:
    """Compare all pairs of folds; None for a single fold, or where no pair can be compared."""
    if data.shap is None or not len(data.shap) or len(data.folds) < 2:
        return None
    found = fold_agreement(fold_means(data.shap, [(fold["repeat"], fold["fold"]) for fold in data.folds]))
    return found if len(found.pairs_rank) else None


def agreement_words(mean: float) -> str:
    """Say in words what the mean rank correlation between folds means."""
    if mean >= LARGELY:
        return "The models of different folds rely largely on the same features."
    if mean >= PARTLY:
        return "The models of different folds rely partly on the same features: read the ranking with care."
    return "The models of different folds rely on different features: the ranking above is not stable, and no single feature of it should be trusted."
