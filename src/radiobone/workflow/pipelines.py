"""The pipeline that a user means, by name, path or mapping, for a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from radiobone.cohort.task import AnyTask, parse_task
from radiobone.evaluation.spec import PipelineSpec, load_pipeline
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.trials import check_optuna_is_there
from radiobone.workflow.recipes.catalogue import is_recipe, pipeline_of

PipelineSource = str | Path | Mapping[str, Any] | PipelineSpec
TaskSource = str | Mapping[str, Any] | AnyTask | None
SearchSource = str | Mapping[str, Any] | None


def resolve_pipeline(
    pipeline: PipelineSource,
    task: TaskSource = None,
    order: str | Sequence[str] | None = None,
    search: SearchSource = None,
) -> PipelineSpec:
    """Return the pipeline that a name, a path or a mapping stands for; ``default`` is that of the task.

    The name of a recipe stands for the pipeline of its main arm, ``name:arm`` for that of another.

    Raises
    ------
    BadConfig, BadSetting, FileMissing, MissingExtra
    """
    if task is not None and isinstance(pipeline, str) and pipeline == "default":
        pipeline = TASKS[parse_task(task).kind].default_pipeline
    if isinstance(pipeline, str) and is_recipe(pipeline):
        pipeline = pipeline_of(pipeline)
    spec = load_pipeline(pipeline, task, order, search)
    check_optuna_is_there(spec)
    return spec
