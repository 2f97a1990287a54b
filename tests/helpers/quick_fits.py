"""The registered steps and models with fewer trees, rounds and subsamples: for tests of anything but how well they learn."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from radiobone.evaluation.spec import PipelineSpec
from radiobone.models.family import ModelFamily
from radiobone.models.registry import MODELS

TREES = 10
STEP_SETTINGS: dict[str, dict[str, int]] = {
    "boruta": {"max_rounds": 8, "n_estimators": TREES},  # eight hits of eight confirm one of ten columns
    "stability": {"n_subsamples": 20},
    "importance": {"n_estimators": TREES},
}
FEW = f"n_estimators={TREES}"
MODEL_SETTINGS: dict[str, dict[str, Any]] = {
    **{name: {"n_estimators": TREES} for name in ("rf", "et", "gb", "xgboost")},
    "catboost": {"iterations": TREES},
    "stack": {"members": f"lr+rf({FEW})+xgboost({FEW})"},
    "vote": {"members": f"lr+rf({FEW})+xgboost({FEW})"},
}


def quick_step(name: str) -> Any:
    """Return a step as a pipeline file names it."""
    return {name: STEP_SETTINGS[name]} if name in STEP_SETTINGS else name


def quick_space(name: str, n_values: int = 2) -> dict[str, list[Any]]:
    """Return the first values of each parameter that a family searches."""
    space = {parameter: list(values)[:n_values] for parameter, values in MODELS[name].space.items()}
    return space | {parameter: [value] for parameter, value in MODEL_SETTINGS.get(name, {}).items()}


def few_trees(spec: PipelineSpec) -> PipelineSpec:
    """Return a pipeline as it is, but for the number of trees."""
    named = {"catboost": "iterations", **dict.fromkeys(("rf", "et", "gb", "xgboost"), "n_estimators")}
    models = [
        one.model_copy(update={"params": {**one.params, named[one.name]: (TREES,)}})
        if one.name in named
        else one
        for one in spec.models
    ]
    return spec.model_copy(update={"models": tuple(models)})


def quick_family(name: str) -> ModelFamily:
    """Return a family whose models are quick, and whose search is the registered one."""
    family = MODELS[name]
    return replace(family, make=lambda seed: family.make(seed).set_params(**MODEL_SETTINGS.get(name, {})))
