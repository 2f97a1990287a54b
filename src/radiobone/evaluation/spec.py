"""What a pipeline is: steps, models, search, folds, calibration and threshold, as frozen settings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, get_args

from pydantic import Field, field_validator, model_validator

from radiobone.cohort.task import AnyTask, Binary, Task, parse_task
from radiobone.core.errors import BadConfig, BadSetting
from radiobone.core.settings import Settings, parse_yaml, read_yaml, validate
from radiobone.evaluation.blocks.settings import EarlyFusion, Fusion, Pooling, PoolLabels, PoolRule
from radiobone.evaluation.calibration import Calibration
from radiobone.evaluation.parts import Block, ModelChoice, Range, Step
from radiobone.evaluation.search_settings import GridSearch, Search
from radiobone.evaluation.splits.settings import Folds, KFold, Outer
from radiobone.evaluation.task_fit import check_fits, with_task_defaults
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.threshold import Threshold, Youden, threshold_of


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
    calibration: Calibration = "sigmoid"
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
        if rule not in get_args(PoolRule) or labels not in ("", *get_args(PoolLabels)):
            shown = ", ".join(get_args(PoolRule))
            raise ValueError(
                f"'{content}' is no way to pool the rows of a patient. There are {shown} and none; with -any (max-any) a patient "
                "whose rows differ is positive, or of the highest class; with -pooled measured numbers are pooled too"
            )
        return {"rule": rule, "labels": labels or "same"}

    @field_validator("threshold", mode="before")
    @classmethod
    def _threshold_short_forms(cls, content: Any) -> Any:
        return threshold_of(content)

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
    def _a_grid_has_no_ranges(self) -> PipelineSpec:
        if not isinstance(self.search, GridSearch):
            return self
        own = [part for block in self.blocks.values() for part in (*block.steps, *block.models)]
        for part in (*self.steps, *self.models, *own):
            for name, values in part.params.items():
                if isinstance(values, Range):
                    raise ValueError(
                        f"'{name}' of '{part.name}' is a range, and a grid tries values of a list. List them, or say search: "
                        "random or search: optuna (--search)"
                    )
        return self

    @model_validator(mode="after")
    def _fits_the_task(self) -> PipelineSpec:
        check_fits(self)
        return self


def load_pipeline(
    source: str | Path | Mapping[str, Any] | PipelineSpec,
    task: str | Mapping[str, Any] | AnyTask | None = None,
    order: Any = None,
    search: str | Mapping[str, Any] | None = None,
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
    search : str or mapping, optional
        Search instead of the pipeline's: ``random``, or ``{kind: optuna, n_iter: 50}``, also as text.

    Raises
    ------
    BadConfig, BadSetting, FileMissing
    """
    if isinstance(source, PipelineSpec) and task is None and order is None and search is None:
        return source
    content, named = _content(source)
    if task is not None or order is not None:
        content = _asked(content, task, order)
    if search is not None:
        content = {**content, "search": _other_search(content.get("search"), search)}
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


def _other_search(stated: Any, asked: str | Mapping[str, Any]) -> dict[str, Any]:
    """Return the search that is asked for; it goes by the score that the pipeline states, unless it says another."""
    wanted = parse_yaml(f"search: {asked}", source="search")["search"] if isinstance(asked, str) else asked
    known = dict(stated) if isinstance(stated, Mapping) else {"kind": stated or "grid"}
    named = dict(wanted) if isinstance(wanted, Mapping) else {"kind": wanted}
    if named.get("kind") == known.get("kind"):
        return {**known, **named}
    return {**({"scoring": known["scoring"]} if "scoring" in known else {}), **named}


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
