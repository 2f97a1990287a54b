"""Parts of a pipeline: steps, models and blocks of columns, with the values to search over."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from radiobone.cohort.view_pooling import VIEW_POOLINGS, ViewPooling
from radiobone.core.settings import Settings
from radiobone.evaluation.parameter_types import as_declared
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.selection.registry import RESAMPLERS, STEPS

Scalar = bool | int | float | str | None


class Range(Settings):
    """All numbers from ``low`` to ``high``; whole ones alone if both are written as whole numbers.

    With ``log``, each decade is as likely as another.
    """

    low: int | float
    high: int | float
    log: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if self.low >= self.high:
            raise ValueError(f"low = {self.low:g} must be less than high = {self.high:g}")
        if self.log and self.low <= 0:
            raise ValueError(f"low = {self.low:g} must be more than 0 where log is true")
        return self

    @property
    def whole(self) -> bool:
        """Whether whole numbers alone are meant."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def at(self, share: float) -> int | float:
        """Return the number that lies this share, 0 to 1, of the way from low to high."""
        low, high = (self.low - 0.5, self.high + 0.5) if self.whole else (self.low, self.high)
        if self.log:
            value = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        else:
            value = low + share * (high - low)
        found = min(max(value, self.low), self.high)
        return round(found) if self.whole else float(found)


Values = Scalar | tuple[Scalar, ...] | Range


def listed(values: Values) -> tuple[Scalar, ...]:
    """Return the values of a list, or the ends of a range, or the one value."""
    if isinstance(values, Range):
        return (values.low, values.high)
    return values if isinstance(values, tuple) else (values,)


WRITTEN_BY_POWER = re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+")  # YAML reads 1e-3 as a word


def as_range(name: str, content: Any) -> Any:
    """Read ``{low: 0.001, high: 10, log: true}`` as a range, and leave all else as it is.

    Raises
    ------
    ValueError
        If it is a mapping and no range.
    """
    if not isinstance(content, Mapping):
        return content
    try:
        return Range.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"][:1]))
        said = str(first.get("ctx", {}).get("error", first["msg"]))
        raise ValueError(
            f"'{name}' is no range ({f'{where}: ' if where else ''}{said}); write {{low: 0.001, high: 10, log: true}}, or a list of values"
        ) from error


def _as_numbers(content: Any) -> Any:
    """Read ``1e-3`` as the number that it is, also in a list."""
    if isinstance(content, list | tuple):
        return [_as_numbers(one) for one in content]
    return float(content) if isinstance(content, str) and WRITTEN_BY_POWER.fullmatch(content) else content


class Part(Settings):
    """A step or a model by its registered name; a parameter with several values, or a range, is searched over."""

    name: str
    params: dict[str, Values] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, content: Any) -> Any:
        """Accept ``scale`` and ``{correlation: {threshold: 0.9}}`` besides the long form."""
        if isinstance(content, str):
            return {"name": content}
        if isinstance(content, Mapping) and len(content) == 1 and "name" not in content:
            (name, params), *_ = content.items()
            return {"name": name, "params": params or {}}
        return content

    @field_validator("params", mode="before")
    @classmethod
    def _ranges(cls, params: Any) -> Any:
        if not isinstance(params, Mapping):
            return params
        return {name: as_range(str(name), _as_numbers(values)) for name, values in params.items()}

    @field_validator("params")
    @classmethod
    def _no_empty_lists(cls, params: dict[str, Values]) -> dict[str, Values]:
        empty = [name for name, values in params.items() if values == ()]
        if empty:
            raise ValueError(f"'{empty[0]}' has an empty list of values to search over")
        return params


class Step(Part):
    """One step between the table and the model."""

    @field_validator("params")
    @classmethod
    def _lists_that_are_one_value(cls, params: dict[str, Values], info: ValidationInfo) -> dict[str, Values]:
        """Join a list that names columns: it is no list of values to search over."""
        kind = STEPS.get(info.data.get("name", ""))
        lists = getattr(kind, "list_parameters", ())
        return {
            name: ",".join(map(str, values)) if name in lists and isinstance(values, tuple) else values
            for name, values in params.items()
        }

    @field_validator("params")
    @classmethod
    def _types(cls, params: dict[str, Values], info: ValidationInfo) -> dict[str, Values]:
        """Refuse values of other types than the step takes."""
        kind = {**STEPS, **RESAMPLERS}.get(info.data.get("name", ""))
        if kind is None:
            return params
        return {name: _typed(kind, name, values) for name, values in params.items()}

    @model_validator(mode="after")
    def _known(self) -> Step:
        known = {**STEPS, **RESAMPLERS}
        if self.name not in known:
            raise ValueError(f"'{self.name}' is no step; there are {', '.join(sorted(known))}")
        _check_parameters(self, set(inspect.signature(known[self.name]).parameters))
        return self

    @property
    def resamples(self) -> bool:
        """Whether the step changes the training rows instead of the columns."""
        return self.name in RESAMPLERS


class ModelChoice(Part):
    """One model family; its own grid replaces the family's."""

    @model_validator(mode="after")
    def _known(self) -> ModelChoice:
        families = [task.models[self.name] for task in TASKS.values() if self.name in task.models]
        if not families:
            names = sorted({name for task in TASKS.values() for name in task.models})
            raise ValueError(f"'{self.name}' is no model; there are {', '.join(names)}")
        _check_parameters(self, {name for family in families for name in family.parameters})
        return self


def _typed(kind: type, name: str, values: Values) -> Values:
    if isinstance(values, tuple):
        return tuple(as_declared(kind, name, one) for one in values)
    if isinstance(values, Range):
        for end in (values.low, values.high):
            as_declared(kind, name, end)
        return values
    found: Values = as_declared(kind, name, values)
    return found


def _check_parameters(part: Part, known: set[str]) -> None:
    for name in part.params:
        if name not in known:
            raise ValueError(
                f"'{part.name}' has no parameter '{name}'; it has {', '.join(sorted(known)) or 'none'}"
            )


class Block(Settings):
    """A named set of columns; its own steps and models take the place of the pipeline's.

    ``columns`` are names, patterns (``wavelet-*``) or one table file whose columns join those of the cohort; ``pool``
    says how its several rows of a patient, of different views and bones, become one (short: ``deep.csv@mean``).
    """

    columns: tuple[str, ...] = Field(min_length=1)
    pool: ViewPooling | None = None
    steps: tuple[Step, ...] = ()
    models: tuple[ModelChoice, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, content: Any) -> Any:
        """Accept ``original_*, wavelet-*`` and lists of them besides the long form."""
        if isinstance(content, Mapping):
            return {**content, "columns": _names(content["columns"])} if "columns" in content else content
        if isinstance(content, str):
            file, at, pool = content.rpartition("@")
            if at and pool in VIEW_POOLINGS:
                return {"columns": _names(file), "pool": pool}
        return {"columns": _names(content)}


def _names(content: Any) -> Any:
    if isinstance(content, str):
        return [name.strip() for name in content.split(",") if name.strip()]
    return content
