"""What a pipeline takes from its task: defaults where nothing is said, and what does not go together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from radiobone.cohort.task import OTHER_NAMES
from radiobone.core.settings import Settings
from radiobone.evaluation.parts import Step
from radiobone.evaluation.tasks.registry import TASKS

if TYPE_CHECKING:
    from radiobone.evaluation.spec import PipelineSpec


def with_task_defaults(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of a pipeline with the defaults of its task; for two classes they are those of the fields."""
    asked = content.get("task", "binary")
    kind = str(asked if isinstance(asked, str) else _kind_of(asked))
    task = TASKS.get(OTHER_NAMES.get(kind, kind))
    if task is None or task.decide is not None or not isinstance(content.get("steps", ()), list | tuple):
        return dict(content)
    search = content.get("search", {})
    named = {"kind": search} if isinstance(search, str) else _plain(search)
    return {
        "calibration": "none",
        "threshold": None,
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
    if spec.pool is not None and spec.pool.labels not in ("same", "skip", task.patient.labels):
        raise ValueError(
            f"for task '{task.name}' rows that differ in the target cannot make a patient by '{spec.pool.labels}'; where "
            f"{task.patient.remedy}, say pool: {spec.pool.rule}-{task.patient.labels}"
        )
    if not task.fuses_late and (
        spec.fusion.kind == "late" or any(one.steps or one.models for one in spec.blocks.values())
    ):
        raise ValueError(
            f"late fusion, and steps or models of a block's own are for two classes; task '{task.name}' has "
            "none of them: leave them out"
        )
    if task.decide is not None and spec.threshold is None:
        raise ValueError(
            "two classes need a threshold: youden, a number, {sensitivity: 0.9}, {specificity: 0.9} or {cost: {false_negative: 5, false_positive: 1}}"
        )
