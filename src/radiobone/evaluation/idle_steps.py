"""Steps of a pipeline that change nothing as they are set."""

from __future__ import annotations

from radiobone.core.warnings import StepWithoutEffect, warn
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
            warn(
                f"The step '{name}' has no table, so it keeps every feature, however unstable. Make one: `radiobone extract MANIFEST -o "
                "features --perturb` writes features/repeats.parquet, which is taken where the folder is evaluated; of two readers or scans, put the rows of both under each other, with "
                "the columns patient_id, roi, repeat (1, 2) and the features. Then name it in a pipeline of your own (`radiobone recipes "
                "NAME > mine.yaml`, of a study NAME:ARM), as in unstable: {table: features/repeats.parquet}; a table of ICCs with the "
                "columns feature, icc and low does as well. Or leave the step out.",
                StepWithoutEffect,
                stacklevel=4,
            )
