"""What ``model.json`` of a model file must hold, and how its parts fit together."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator
from sklearn.pipeline import Pipeline

from radiobone.core.complaints import complaint
from radiobone.core.errors import UntrustedModel
from radiobone.evaluation.tasks.registry import TASKS

Probability = Annotated[float, Field(ge=0, le=1)]
Names = Annotated[tuple[str, ...], Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow")


class _About(_Part):
    target: str
    model: str
    task: str = "binary"
    training: dict[str, Any]
    extraction: dict[str, Any] | None
    versions: dict[str, str]

    @model_validator(mode="after")
    def _known_task(self) -> Self:
        if self.task not in TASKS:
            raise ValueError(f"no task is called {self.task!r}; there are {', '.join(TASKS)}")
        return self


class _Probes(_Part):
    rows: tuple[tuple[FiniteFloat, ...], ...]
    reported: tuple[Any, ...]


class _Calibrator(_Part):
    model_config = ConfigDict(frozen=True, extra="forbid")

    slope: FiniteFloat
    intercept: FiniteFloat
    centre: FiniteFloat
    scale: FiniteFloat


class _Content(_Part):
    threshold: Probability | None
    patient_threshold: Probability | None
    calibrator: _Calibrator | None
    inputs: Names
    needed: Names
    features: Names
    fill: tuple[FiniteFloat, ...]
    ranges: dict[str, tuple[FiniteFloat, FiniteFloat]]
    about: _About
    probes: _Probes

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if len(set(self.inputs)) < len(self.inputs) or not set(self.needed) <= set(self.inputs):
            raise ValueError("the names of its features do not fit together")
        if len(self.fill) != len(self.inputs) or set(self.ranges) != set(self.needed):
            raise ValueError("it does not have one value, and one range, for each of its features")
        if any(len(row) != len(self.needed) for row in self.probes.rows):
            raise ValueError("its made-up rows have other features than it")
        return self


def check_content(content: Mapping[str, Any], steps: object, path: Path) -> None:
    """Check that a model file's plain data are those of a model, and that its steps take the features they name.

    Raises
    ------
    UntrustedModel
    """
    try:
        _Content.model_validate(content)
    except ValidationError as error:
        raise UntrustedModel(
            f"{path} is no model that this version can use: {complaint(error, content)}. Get it again, or fit the model again."
        ) from error
    first = steps.steps[0][1] if isinstance(steps, Pipeline) and steps.steps else steps
    names = [str(name) for name in getattr(first, "feature_names_in_", content["inputs"])]
    if not isinstance(steps, Pipeline) or names != list(content["inputs"]):
        raise UntrustedModel(
            f"{path}: its steps were fitted on other features than it names. Its parts are not of one model; get it again from "
            "whoever made it."
        )
