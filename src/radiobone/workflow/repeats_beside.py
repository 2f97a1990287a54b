"""Perturbed repeats that lie beside features go to the step that drops unstable columns, unless it names a table itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from radiobone.core.folder_kinds import REPEAT_FILES
from radiobone.evaluation.parts import Step, listed
from radiobone.evaluation.spec import PipelineSpec

NAME = "unstable"


def with_repeats_beside(
    spec: PipelineSpec, source: Path, say: Callable[[str], None] = lambda _line: None
) -> PipelineSpec:
    """Return a pipeline whose steps ``unstable`` take the repeats of an extract folder.

    Parameters
    ----------
    spec : PipelineSpec
    source : path
        What is evaluated; anything but a folder with repeats changes nothing.
    say : callable
        Told whose repeats are taken.
    """
    found = [source / name for name in REPEAT_FILES if (source / name).is_file()]
    waiting = any(
        step.name == NAME and None in listed(step.params.get("table")) for _, step in spec.keyed_steps
    )
    if not found or not waiting:
        return spec
    say(f"The step '{NAME}' takes the repeats in {found[0]}, of training patients alone in each fold.")

    blocks = {
        name: block.model_copy(update={"steps": _given(block.steps, found[0])})
        for name, block in spec.blocks.items()
    }
    return spec.model_copy(update={"steps": _given(spec.steps, found[0]), "blocks": blocks})


def _given(steps: tuple[Step, ...], table: Path) -> tuple[Step, ...]:
    return tuple(_with_table(step, table) for step in steps)


def _with_table(step: Step, table: Path) -> Step:
    if step.name != NAME or None not in listed(step.params.get("table")):
        return step
    return step.model_copy(update={"params": {**step.params, "table": str(table)}})
