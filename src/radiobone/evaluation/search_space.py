"""What a search may choose: of each model family, the values of its parameters and of those of the steps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from radiobone.evaluation.parts import Range, Scalar
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.tasks.registry import TASKS

Choices = tuple[Scalar, ...] | Range


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


@dataclass(frozen=True)
class Space:
    """All settings of one model family and the steps before it.

    Attributes
    ----------
    model, task : str
    steps : tuple of str
        Every step before the model.
    of_steps : mapping of (str, str) to list or range
        Values of each step's parameters.
    of_model : mapping of str to list or range
        Values of the model's parameters.
    """

    model: str
    task: str
    steps: tuple[str, ...]
    of_steps: Mapping[tuple[str, str], Choices]
    of_model: Mapping[str, Choices]

    @property
    def choices(self) -> tuple[Choices, ...]:
        """What each parameter may be, those of the steps first."""
        return (*self.of_steps.values(), *self.of_model.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Each parameter as ``step__parameter``, or the model's own name for it."""
        return (*(f"{step}__{name}" for step, name in self.of_steps), *self.of_model)

    @property
    def size(self) -> float:
        """Number of settings; infinite where there is a range."""
        return math.prod(math.inf if isinstance(one, Range) else len(one) for one in self.choices)

    def candidate(self, chosen: Sequence[Scalar]) -> Candidate:
        """Return the setting with one value per parameter, in the order of ``choices``."""
        own = dict(zip(self.of_model, chosen[len(self.of_steps) :], strict=True))
        steps: dict[str, dict[str, Scalar]] = {step: {} for step in self.steps}
        searched: dict[str, Scalar] = {}
        for ((step, name), values), value in zip(self.of_steps.items(), chosen, strict=False):
            steps[step][name] = value
            if isinstance(values, Range) or len(values) > 1:
                searched[f"{step}__{name}"] = value
        return Candidate(steps, self.model, own, {**searched, **own}, self.task)


def spaces(spec: PipelineSpec) -> Iterator[Space]:
    """Yield the space of each model family, in the order of the pipeline; a family without parameters brings its own."""
    steps = {
        (key, name): _choices(one) for key, step in spec.keyed_steps for name, one in step.params.items()
    }
    keys, families = tuple(key for key, _ in spec.keyed_steps), TASKS[spec.task.kind].models
    for choice in spec.models:
        given = choice.params or families[choice.name].space
        own = {name: _choices(values) for name, values in given.items()}
        yield Space(choice.name, spec.task.kind, keys, steps, own)


def _choices(values: Any) -> Choices:
    if isinstance(values, Range):
        return values
    return tuple(values) if isinstance(values, list | tuple) else (values,)
