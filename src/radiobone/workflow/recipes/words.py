"""What is said of recipes and of their runs, line by line."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from radiobone.workflow.recipes.catalogue import load_recipe
from radiobone.workflow.recipes.run import ArmFigures, RecipeRun, Say, run_recipe
from radiobone.workflow.recipes.schema import Arm, Recipe

NOTICE = (
    "The cohort is synthetic: it has the study's shape and a signal that we planted, whose size owes nothing to the figures "
    "reported. It shows the recipe at work; it confirms and refutes nothing, and no run of it reproduces the study."
)
LEAKS: Mapping[str, str] = {
    "steps": "every step fitted on all rows, resampling before the folds",
    "patients": "rows of a patient on both sides",
}


def told_run(
    name: str, output: Path | None, *, seed: int, jobs: int, show_progress: bool, say: Say
) -> Iterator[str]:
    """Run a recipe and yield what it gave; without a folder nothing is kept.

    Raises
    ------
    BadConfig
    """
    with tempfile.TemporaryDirectory() as passing:
        folder = output or Path(passing) / name
        run = run_recipe(name, folder, seed=seed, jobs=jobs, show_progress=show_progress, say=say)
    yield ""
    yield from run_lines(run, load_recipe(name))
    for code in dict.fromkeys(warning.code for warning in run.warnings):
        first = next(warning for warning in run.warnings if warning.code == code)
        yield f"{code}: {first}"
    if output is not None:
        yield f"Tables, study file and results: {output.resolve()}"


def run_lines(run: RecipeRun, recipe: Recipe) -> Iterator[str]:
    """Yield the figures of a run, beside what the study reported."""
    width = max(len(arm.arm) for arm in run.arms)
    yield f"{'arm':<{width}}  {'honest (95 % interval)':<28}{'leaky twin':<14}{'ceiling':<26}"
    for arm in run.arms:
        leaky = ", ".join(shown(value) for value in arm.leaky.values()) or "–"
        yield f"{arm.arm:<{width}}  {honest(arm):<28}{leaky:<14}{best(arm):<26}".rstrip()
    yield ""
    kinds = dict.fromkeys(kind for arm in run.arms for kind in arm.leaky)
    yield f"Leaky twin, wrong on purpose: {'; '.join(LEAKS[kind] for kind in kinds)}."
    yield f"Where the study leaked or was biased: {recipe.leaked.strip()}"
    yield "The study reported, of its own patients:"
    for one in recipe.reported:
        yield f"  {one.what}: {one.measure} {one.value}"
    yield NOTICE


def honest(arm: ArmFigures) -> str:
    """Return the honest score with its interval."""
    return f"{arm.measure} {shown(arm.honest)} ({shown(arm.low)} to {shown(arm.high)})"


def best(arm: ArmFigures) -> str:
    """Return the ceiling, with the band in which it falls in a cohort of this size."""
    return f"{shown(arm.ceiling)} (here {shown(arm.band[0])} to {shown(arm.band[1])})"


def shown(value: float | None) -> str:
    """Return a score with three decimals."""
    return "–" if value is None else f"{value:.3f}"


def arm_line(name: str, arm: Arm) -> str:
    """Say in one line what an arm is."""
    return f"{name}: {arm.about}"
