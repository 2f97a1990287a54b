"""Sentences on the steps, the models and how they were chosen. ``[@key]`` cites a reference."""

from __future__ import annotations

import inspect
from typing import Any

from radiobone import __version__
from radiobone.report.data import Record
from radiobone.report.facts import Facts
from radiobone.report.methods.sources import made_after
from radiobone.report.methods.wording import listed, model_phrase, search_words, values_words
from radiobone.report.pipeline_words import STEPS as STEP_WORDS
from radiobone.selection.registry import RESAMPLERS, STEPS

DONE = {
    "impute": "missing values were filled with the median",
    "constant": "columns that do not vary were dropped",
    "unstable": "columns of low intraclass correlation over repeats of a region were dropped [@icc]",
    "combat": "sites were harmonised by ComBat [@combat][@combat-imaging]",
    "scale": "columns were standardised",
    "normal_scores": "values were replaced by normal scores of their ranks",
    "weigh": "columns were multiplied by the square root of their F statistic with the target (for two classes the t statistic) to a power",
    "pca": "columns were replaced by their principal components",
    "correlation": "of columns that correlate above a threshold one was kept",
    "mannwhitney": "columns were filtered by the Mann–Whitney test [@mann-whitney]",
    "ttest": "columns were filtered by the t test",
    "kruskal": "columns were filtered by the Kruskal–Wallis test [@kruskal-wallis]",
    "chi2": "columns were filtered by the chi-squared test",
    "pvalue": "columns were filtered each by the test of its kind",
    "mrmr": "columns were chosen by minimum redundancy and maximum relevance [@mrmr]",
    "lasso": "columns were chosen by the LASSO [@lasso]",
    "elastic_net": "columns were chosen by an elastic net [@elastic-net]",
    "stability": "columns were chosen by stability selection [@stability-selection]",
    "rfe": "columns were chosen by recursive elimination [@rfe]",
    "relieff": "columns were chosen by ReliefF [@relieff]",
    "importance": "columns were chosen by their importance in trees [@random-forest]",
    "boruta": "columns were chosen by Boruta [@boruta]",
    "smote": "training rows were balanced by SMOTE [@smote][@imblearn]",
    "adasyn": "training rows were balanced by ADASYN [@adasyn][@imblearn]",
    "borderline_smote": "training rows were balanced by borderline SMOTE [@borderline-smote][@imblearn]",
    "tomek_links": "training rows in Tomek links were left out [@tomek][@imblearn]",
    "smoteenn": "training rows were balanced by SMOTE and edited neighbours [@smote-cleaned][@imblearn]",
    "smotetomek": "training rows were balanced by SMOTE and Tomek links [@smote-cleaned][@imblearn]",
    "random_over": "training rows were balanced by repeating some [@imblearn]",
    "random_under": "training rows were balanced by leaving some out [@imblearn]",
}
BY_KIND = {
    "binary": "the chi-squared test for columns of categories, the Mann–Whitney test for all others [@mann-whitney]",
    "ordinal": "the chi-squared test for columns of categories, the Kruskal–Wallis test for all others [@kruskal-wallis]",
    "number": (
        "a rank test of the target between categories (Mann–Whitney [@mann-whitney] between two, Kruskal–Wallis [@kruskal-wallis] "
        "between more), a correlation coefficient for all others"
    ),
}
MODEL_CITED = {
    "svm": "svm", "rf": "random-forest", "et": "extra-trees", "gb": "boosting", "xgboost": "xgboost", "catboost": "catboost",
    "lda": "ledoit-wolf", "lr_l1": "lasso", "lasso": "lasso", "lr_elasticnet": "elastic-net", "elasticnet": "elastic-net",
    "stack": "stacking", "late_stack": "stacking", "proportional_odds": "proportional-odds", "ridge": "ridge",
}  # fmt: skip
TOLD_SETTINGS = frozenset({
    "power", "threshold", "method", "alpha", "correction", "min_features", "max_features", "n_features", "n_components", "rule", "limit", "by", "form",
    "relevance", "score", "max_levels", "scheme", "covariates", "prior", "reference", "pi_thr", "max_false", "k_neighbors", "strategy",
})  # fmt: skip
BENJAMINI = "benjamini-hochberg"


def steps(facts: Facts) -> str | None:
    """Tell every step in order, with its settings."""
    told = [_step(facts, one) for one in facts.pipeline.get("steps") or ()]
    if not told:
        return None
    numbered = "; ".join(f"({number}) {text}" for number, text in enumerate(told, start=1))
    return f"Before the model, each training set went through these steps, whose fitted form was then applied to the test rows: {numbered}."


def _step(facts: Facts, step: Any) -> str:
    one = {"name": step, "params": {}} if isinstance(step, str) else step
    name = str(one["name"])
    settings = {
        key: value
        for key, value in _settings(facts, one).items()
        if (key in TOLD_SETTINGS or (key == "coefficient" and facts.task == "number"))
        and (key, value) != ("min_features", 1)
        and value is not None
    }
    told = ", ".join(f"{key.replace('_', ' ')} {values_words(value)}" for key, value in settings.items())
    text = DONE.get(name) or STEP_WORDS.get(name) or name
    if name == "pvalue":
        text = f"{text}: {BY_KIND[facts.task]}"
    told = told.replace(BENJAMINI, "Benjamini–Hochberg [@benjamini-hochberg]")
    return f"{text} ({told})" if told else text


def _settings(facts: Facts, step: Record) -> Record:
    """Return the settings of a step: those on record, and the defaults where the same version writes the text."""
    kind = {**STEPS, **RESAMPLERS}.get(str(step["name"]))
    defaults: Record = {}
    if kind is not None and facts.data.provenance.get("radiobone") == __version__:
        found = inspect.signature(kind).parameters
        defaults = {key: one.default for key, one in found.items() if one.default is not one.empty}
    return {**defaults, **(step.get("params") or {})}


def blocks(facts: Facts) -> str | None:
    """Tell the blocks of columns and how they were joined."""
    found = facts.pipeline.get("blocks") or {}
    if not found:
        return None
    names = listed([f"{name} ({len(one.get('columns') or ())} columns)" for name, one in found.items()])
    fusion = facts.pipeline.get("fusion") or {}
    if fusion.get("kind") != "late":
        return f"Columns were in the blocks {names}, and one model saw all of them."
    how = (
        "weights learned in the inner folds [@stacking]" if fusion.get("combine") == "stack" else "their mean"
    )
    return (
        f"Each block of columns had a model of its own ({names}); their probabilities were combined by {how}."
    )


def models(facts: Facts) -> str | None:
    """Name the models with the settings that were tried."""
    if not facts.models:
        return None
    offered = (
        "One family of models was"
        if len(facts.models) == 1
        else f"{len(facts.models)} families of models were"
    )
    return f"{offered} offered: {listed([_model(one) for one in facts.models])}."


def _model(model: Record) -> str:
    name = str(model["name"])
    tried = [
        f"{key} {values_words(value)}"
        for key, value in (model.get("params") or {}).items()
        if key != "members"
    ]
    members = str((model.get("params") or {}).get("members", ""))
    inside = [key for key in MODEL_CITED if key in members.replace("(", "+").split("+")]
    keys = [MODEL_CITED[key] for key in dict.fromkeys([*inside, name]) if key in MODEL_CITED]
    cited = "".join(f"[@{key}]" for key in dict.fromkeys(keys))
    text = f"{model_phrase(model)}{f' {cited}' if cited else ''}"
    return f"{text} ({'; '.join(tried)})" if tried else text


def search(facts: Facts) -> str | None:
    """Tell how settings were chosen."""
    said = search_words(facts)
    if said and (facts.pipeline.get("search") or {}).get("kind") == "optuna":
        return said.replace("estimator, and", "estimator [@optuna], and")
    return said


def calibration(facts: Facts) -> str | None:
    """Tell how probabilities were calibrated."""
    kind = facts.pipeline.get("calibration")
    if facts.task != "binary" or kind is None:
        return None
    return {
        "none": "Probabilities were not recalibrated.",
        "sigmoid": "Probabilities were calibrated by a sigmoid [@platt] fitted on inner out-of-fold predictions.",
        "choose": "Inner out-of-fold predictions decided whether probabilities were calibrated by a sigmoid [@platt].",
    }.get(str(kind))


def threshold(facts: Facts) -> str | None:
    """Tell how the threshold was set."""
    rule = facts.pipeline.get("threshold") or {}
    return {
        "youden": "The threshold was that of the largest Youden index [@youden] of the inner folds.",
        "fixed": f"The threshold was fixed at {rule.get('value')} beforehand.",
        "sensitivity": f"The threshold was the highest that reached a sensitivity of {rule.get('at_least')} in the inner folds.",
        "specificity": f"The threshold was the lowest that reached a specificity of {rule.get('at_least')} in the inner folds.",
        "cost": f"The threshold was that of least cost in the inner folds (false negative {rule.get('false_negative')}, false "
        f"positive {rule.get('false_positive')}).",
    }.get(str(rule.get("kind")))


MODELLING = (made_after, steps, blocks, models, search, calibration, threshold)
