"""What a search tries: every model with every combination of its and the steps' parameters."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from radiobone.core.seeds import rng_for
from radiobone.evaluation.spec import ModelChoice, PipelineSpec, RandomSearch, Scalar
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.models.family import ModelFamily


@dataclass(frozen=True)
class Candidate:
    """One setting of steps and model.

    Attributes
    ----------
    steps : dict of str to dict
        Parameters of each step.
    model : str
        Name of the model family.
    params : dict
        Parameters of the model.
    searched : dict
        The parameters that differ between candidates, as ``step__parameter`` or the model's own name.
    task : str
        What is predicted.
    """

    steps: dict[str, dict[str, Scalar]]
    model: str
    params: dict[str, Scalar]
    searched: dict[str, Scalar]
    task: str = "binary"

    def make_model(self, seed: int) -> Any:
        """Make the unfitted model."""
        return TASKS[self.task].models[self.model].make(seed).set_params(**self.params)


def candidates(spec: PipelineSpec, *, seed: int) -> list[Candidate]:
    """List what a search tries, the earlier models and values first.

    Parameters
    ----------
    spec : PipelineSpec
        A value that is a list is searched over. A random search draws ``n_iter`` of each model
        family's combinations, or takes all if there are fewer, and keeps their order.
    seed : int
        For the random search.
    """
    found = []
    settings, models = list(_step_settings(spec)), TASKS[spec.task.kind].models
    for choice in spec.models:
        space = _product(_space(choice, models[choice.name]))
        own = [_candidate(steps, choice, params, spec.task.kind) for steps in settings for params in space]
        found += _draw(own, spec.search, seed, choice.name) if isinstance(spec.search, RandomSearch) else own
    return found


def _draw(own: list[Candidate], search: RandomSearch, seed: int, name: str) -> list[Candidate]:
    if search.n_iter >= len(own):
        return own
    chosen = rng_for(seed, "search", name).choice(len(own), size=search.n_iter, replace=False)
    return [own[position] for position in sorted(chosen.tolist())]


def _space(choice: ModelChoice, family: ModelFamily) -> Mapping[str, Sequence[Scalar]]:
    given = choice.params or family.space
    return {name: _listed(values) for name, values in given.items()}


def _listed(values: Any) -> list[Scalar]:
    return list(values) if isinstance(values, list | tuple) else [values]


def _product(space: Mapping[str, Sequence[Scalar]]) -> list[dict[str, Scalar]]:
    return [dict(zip(space, values, strict=True)) for values in itertools.product(*space.values())]


def _step_settings(spec: PipelineSpec) -> list[tuple[dict[str, dict[str, Scalar]], dict[str, Scalar]]]:
    """List parameters of all steps, each with the part of it that is searched over."""
    space = {
        (key, name): _listed(values) for key, step in spec.keyed_steps for name, values in step.params.items()
    }
    found = []
    for values in itertools.product(*space.values()):
        steps: dict[str, dict[str, Scalar]] = {key: {} for key, _ in spec.keyed_steps}
        searched: dict[str, Scalar] = {}
        for (step, name), value in zip(space, values, strict=True):
            steps[step][name] = value
            if len(space[step, name]) > 1:
                searched[f"{step}__{name}"] = value
        found.append((steps, searched))
    return found


def _candidate(
    steps: tuple[dict[str, dict[str, Scalar]], dict[str, Scalar]],
    choice: ModelChoice,
    params: dict[str, Scalar],
    task: str,
) -> Candidate:
    return Candidate(steps[0], choice.name, params, {**steps[1], **params}, task)
