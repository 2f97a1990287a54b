"""Steps of a pipeline that change nothing as they are set."""

from __future__ import annotations

import warnings

from radiobone.core.warnings import StepWithoutEffect
from radiobone.evaluation.parts import listed
from radiobone.evaluation.spec import PipelineSpec


def warn_of_idle_steps(spec: PipelineSpec) -> None:
    """Warn of a step ``unstable`` that has no table of repeats to go by, and so keeps every column.

    Warns
    -----
    StepWithoutEffect
    """
    for name, step in spec.keyed_steps:
        if step.name == "unstable" and None in listed(step.params.get("table")):
            warnings.warn(
                f"The step '{name}' has no table, so it keeps every feature, however unstable. Name the table of repeated "
                "measurements (`extract --perturb` writes repeats.parquet) or of ICCs, as in unstable: {table: icc.csv}; or leave the step out.",
                StepWithoutEffect,
                stacklevel=4,
            )
