"""What a pipeline is: steps, models, search, folds, calibration and threshold, as frozen settings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from radiobone.cohort.task import AnyTask, Binary, Task, parse_task
from radiobone.core.errors import BadConfig, BadSetting
from radiobone.core.settings import Settings, parse_yaml, read_yaml, validate
from radiobone.evaluation.blocks.settings import EarlyFusion, Fusion, Pooling
from radiobone.evaluation.splits.settings import Folds, KFold, Outer
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.threshold import Threshold, Youden
from radiobone.selection.registry import RESAMPLERS, STEPS

Scalar = bool | int | float | str | None
Values = Scalar | tuple[Scalar, ...]


class Part(Settings):
    """A step or a model by its registered name; a parameter with several values is searched over."""

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


def _check_parameters(part: Part, known: set[str]) -> None:
    for name in part.params:
        if name not in known:
            raise ValueError(
                f"'{part.name}' has no parameter '{name}'; it has {', '.join(sorted(known)) or 'none'}"
            )


class Block(Settings):
    """A named set of columns; its own steps and models take the place of the pipeline's.

    ``columns`` are names, patterns (``wavelet-*``) or one table file whose columns join those of the cohort.
    """

    columns: tuple[str, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = ()
    models: tuple[ModelChoice, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, content: Any) -> Any:
        """Accept ``original_*, wavelet-*`` and lists of them besides the long form."""
        if isinstance(content, Mapping):
            return {**content, "columns": _names(content["columns"])} if "columns" in content else content
        return {"columns": _names(content)}


def _names(content: Any) -> Any:
    if isinstance(content, str):
        return [name.strip() for name in content.split(",") if name.strip()]
    return content


Scoring = Literal[
    "roc_auc", "average_precision",
    "neg_ranked_probability_score", "boundary_auc", "quadratic_kappa",
    "neg_root_mean_squared_error", "neg_mean_absolute_error", "r2",
]  # fmt: skip


class GridSearch(Settings):
    """Try every combination."""

    kind: Literal["grid"] = "grid"
    scoring: Scoring = "roc_auc"


class RandomSearch(Settings):
    """Try some combinations of each model family, drawn from its grid."""

    kind: Literal["random"] = "random"
    n_iter: int = Field(default=20, ge=1)
    scoring: Scoring = "roc_auc"


Search = Annotated[GridSearch | RandomSearch, Field(discriminator="kind")]


class PipelineSpec(Settings):
    """Everything that happens inside a fold, and the folds themselves."""

    name: str = "unnamed"
    title: str = ""
    about: str = ""
    task: Task = Binary()
    steps: tuple[Step, ...] = Field(min_length=1)
    models: tuple[ModelChoice, ...] = Field(min_length=1)
    search: Search = GridSearch()
    outer: Outer = KFold(folds=5, repeats=2)
    inner: Folds = Folds(folds=5, repeats=1)
    calibration: Literal["none", "sigmoid"] = "sigmoid"
    threshold: Threshold | None = Youden()
    blocks: dict[str, Block] = Field(default_factory=dict)
    fusion: Fusion = EarlyFusion()
    pool: Pooling | None = Pooling(labels="skip")

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_task(cls, content: Any) -> Any:
        """Fill in what another task than two classes takes where nothing is said."""
        return with_task_defaults(content) if isinstance(content, Mapping) else content

    @property
    def has_block_steps(self) -> bool:
        """Whether one model sees columns that went through steps of their own block."""
        return self.fusion.kind == "early" and any(block.steps for block in self.blocks.values())

    @property
    def keyed_steps(self) -> tuple[tuple[str, Step], ...]:
        """All steps before the model, by names that differ: ``step``, or ``block.step``."""
        if not self.has_block_steps:
            return tuple((step.name, step) for step in self.steps)
        return tuple(
            (f"{name}.{step.name}", step)
            for name, block in self.blocks.items()
            for step in block.steps or self.steps
        )

    @field_validator("search", "fusion", mode="before")
    @classmethod
    def _kind_by_name(cls, content: Any) -> Any:
        return {"kind": content} if isinstance(content, str) else content

    @field_validator("pool", mode="before")
    @classmethod
    def _pool_short_forms(cls, content: Any) -> Any:
        """Accept ``max``, ``max-any`` and ``none``."""
        if content in ("none", False):
            return None
        if not isinstance(content, str):
            return content
        rule, _, labels = content.partition("-")
        return {"rule": rule, "labels": labels or "same"}

    @field_validator("threshold", mode="before")
    @classmethod
    def _threshold_short_forms(cls, content: Any) -> Any:
        """Accept ``youden``, a number, and ``{sensitivity: 0.9}``."""
        if isinstance(content, str):
            return {"kind": content}
        if isinstance(content, int | float) and not isinstance(content, bool):
            return {"kind": "fixed", "value": content}
        if isinstance(content, Mapping) and set(content) == {"sensitivity"}:
            return {"kind": "sensitivity", "at_least": content["sensitivity"]}
        return content

    @field_validator("blocks")
    @classmethod
    def _block_names_are_words(cls, blocks: dict[str, Block]) -> dict[str, Block]:
        wrong = [name for name in blocks if not re.fullmatch(r"\w[\w -]*", name)]
        if wrong:
            raise ValueError(f"'{wrong[0]}' is no name of a block: use letters, digits, '_' and '-'")
        return blocks

    @model_validator(mode="after")
    def _no_resampling_of_one_block(self) -> PipelineSpec:
        resampling = [name for name, step in self.keyed_steps if self.has_block_steps and step.resamples]
        if resampling:
            raise ValueError(
                f"'{resampling[0]}' would make new rows of one block alone; with early fusion and steps per block, no "
                "step may resample. Leave it out, or use late fusion"
            )
        return self

    @model_validator(mode="after")
    def _names_once(self) -> PipelineSpec:
        own = [parts for block in self.blocks.values() for parts in (block.steps, block.models)]
        for parts in (self.steps, self.models, *own):
            names = [part.name for part in parts]
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"'{twice[0]}' is given twice")
        return self

    @model_validator(mode="after")
    def _fits_the_task(self) -> PipelineSpec:
        check_fits(self)
        return self


def with_task_defaults(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a pipeline with the defaults of its task; for two classes they are those of the fields."""
    asked = content.get("task", "binary")
    kind = asked if isinstance(asked, str) else _kind_of(asked)
    task = TASKS.get(str(kind))
    if task is None or task.decide is not None:
        return dict(content)
    search = content.get("search", {})
    named = {"kind": search} if isinstance(search, str) else _plain(search)
    return {
        "calibration": "none",
        "threshold": None,
        "pool": None,
        **content,
        "search": {"kind": "grid", "scoring": task.default_scoring, **named},
        "steps": [_for_task(step, task.step_params) for step in content.get("steps", ())],
    }


def _kind_of(asked: Any) -> Any:
    return asked.get("kind") if isinstance(asked, Mapping) else getattr(asked, "kind", None)


def _plain(part: Any) -> dict[str, Any]:
    return part.model_dump(exclude_unset=True) if isinstance(part, Settings) else dict(part)


def _for_task(content: Any, params_of: Mapping[str, Mapping[str, str]]) -> Any:
    """Give a step the parameters that it needs for the task, unless it has them."""
    try:
        step = content if isinstance(content, Step) else Step.model_validate(content)
    except ValidationError:
        return content  # the field itself says what is wrong, and where
    extra = {name: value for name, value in params_of.get(step.name, {}).items() if name not in step.params}
    return {"name": step.name, "params": {**step.params, **extra}}


def check_fits(spec: PipelineSpec) -> None:
    """Refuse what the task cannot use.

    Raises
    ------
    ValueError
        If a step, a model or the score of the search is of another task, or a calibration or threshold is asked for
        where there is none.
    """
    task = TASKS[spec.task.kind]
    for step in spec.steps:
        if step.name in task.refused:
            raise ValueError(
                f"the step '{step.name}' does not fit task '{task.name}': {task.refused[step.name]}"
            )
    for choice in spec.models:
        if choice.name not in task.models:
            others = " or ".join(f"'{other.name}'" for other in TASKS.values() if choice.name in other.models)
            raise ValueError(
                f"the model '{choice.name}' is for task {others} and not for '{task.name}', which has "
                f"{', '.join(sorted(task.models))}; say task: … or choose another model"
            )
    if spec.search.scoring not in task.scorings:
        raise ValueError(
            f"the search cannot go by '{spec.search.scoring}' for task '{task.name}'; there are {', '.join(task.scorings)}"
        )
    if task.decide is None and (spec.calibration != "none" or spec.threshold is not None):
        raise ValueError(
            f"calibration and threshold are for two classes; task '{task.name}' has none: leave them out"
        )
    if task.decide is None and (
        spec.pool is not None
        or spec.fusion.kind == "late"
        or any(one.steps or one.models for one in spec.blocks.values())
    ):
        raise ValueError(
            f"pooled patients, late fusion, and steps or models of a block's own are for two classes; task '{task.name}' has "
            "none of them: leave them out"
        )
    if task.decide is not None and spec.threshold is None:
        raise ValueError("two classes need a threshold: youden, a number, or {sensitivity: 0.9}")


def load_pipeline(
    source: str | Path | Mapping[str, Any] | PipelineSpec,
    task: str | Mapping[str, Any] | AnyTask | None = None,
    order: Any = None,
) -> PipelineSpec:
    """Read a pipeline.

    Parameters
    ----------
    source : str, Path, mapping or PipelineSpec
        Name of a built-in recipe (see ``list_pipelines``), a YAML file, or its content.
    task : str, mapping or task, optional
        What is predicted, for a pipeline that does not say: ``ordinal``, or ``{kind: number, boundaries: [< -1]}``.
    order : str or sequence of str, optional
        Ordered classes from the first to the last, or the name of an order.

    Raises
    ------
    BadConfig, BadSetting, FileMissing
    """
    content, named = _content(source)
    if task is not None or order is not None:
        content = _asked(content, task, order)
    elif isinstance(source, PipelineSpec):
        return source
    return validate(PipelineSpec, content, source=named)


def _content(source: str | Path | Mapping[str, Any] | PipelineSpec) -> tuple[dict[str, Any], str]:
    """Return what a pipeline says, and what a message calls it."""
    if isinstance(source, PipelineSpec):
        return source.model_dump(exclude_unset=True), f"pipeline '{source.name}'"
    if isinstance(source, Mapping):
        return dict(source), "pipeline"
    built_in = _built_in()
    if str(source) in built_in:
        name = str(source)
        return {"name": name, **parse_yaml(built_in[name], source=f"{name}.yaml")}, f"{name}.yaml"
    path = Path(source)
    if not path.suffix and not path.exists():
        raise BadConfig(f"No pipeline '{source}'. Built in: {', '.join(built_in)}; or give a YAML file.")
    return {"name": path.stem, **read_yaml(path)}, path.name


def _asked(content: Mapping[str, Any], asked: Any, order: Any) -> dict[str, Any]:
    """Give a pipeline the task that is asked for, unless it is made for another."""
    stated = content.get("task")
    task = parse_task(stated or "binary" if asked is None else asked, order)
    if stated is not None and parse_task(stated).kind != task.kind:
        raise BadSetting(
            f"The pipeline '{content.get('name', 'unnamed')}' is made for task '{parse_task(stated).kind}', and '{task.kind}' is "
            f"asked for. Choose a pipeline for it, such as '{TASKS[task.kind].default_pipeline}', or leave --task out."
        )
    return {**content, "task": task.model_dump()}


def with_outer(spec: PipelineSpec, outer: str | Mapping[str, Any] | None) -> PipelineSpec:
    """Return the pipeline with other outer folds: ``site``, or ``{kind: temporal, cuts: 3}``, also as text.

    A kind that the pipeline has already stays as the pipeline has it; None changes nothing.

    Raises
    ------
    BadConfig, BadSetting
    """
    wanted = parse_yaml(f"outer: {outer}", source="outer")["outer"] if isinstance(outer, str) else outer
    if wanted is None or wanted == spec.outer.kind:
        return spec
    return validate(PipelineSpec, {**spec.model_dump(), "outer": wanted}, source="outer folds")


def list_pipelines() -> dict[str, PipelineSpec]:
    """Return the built-in pipelines by name."""
    return {name: load_pipeline(name) for name in _built_in()}


def pipeline_text(name: str) -> str:
    """Return the YAML of a built-in pipeline, to start one's own from.

    Raises
    ------
    BadConfig
        If there is none of that name.
    """
    built_in = _built_in()
    if name not in built_in:
        raise BadConfig(f"No pipeline '{name}'. Built in: {', '.join(built_in)}.")
    return built_in[name]


def _built_in() -> dict[str, str]:
    folder = resources.files("radiobone").joinpath("pipelines")
    found = [entry for entry in folder.iterdir() if entry.name.endswith(".yaml")]
    return {
        entry.name.removesuffix(".yaml"): entry.read_text(encoding="utf-8")
        for entry in sorted(found, key=lambda entry: entry.name)
    }
