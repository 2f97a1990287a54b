"""A cohort and a pipeline that are about the same thing."""

from __future__ import annotations

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.evaluation.spec import PipelineSpec


def check_same_task(cohort: Cohort, pipeline: PipelineSpec) -> None:
    """Refuse a target that was read for another task than the pipeline's.

    Raises
    ------
    BadSetting
    """
    if cohort.task.kind != pipeline.task.kind:
        raise BadSetting(
            f"'{cohort.target}' was read for task '{cohort.task.kind}', and the pipeline '{pipeline.name}' is for "
            f"'{pipeline.task.kind}'. Read the table with the pipeline's task, or choose another pipeline."
        )
