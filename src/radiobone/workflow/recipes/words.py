"""What is said of recipes and of their runs, line by line."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from radiobone.evaluation.measure_names import AT_THRESHOLD
from radiobone.workflow.recipes.catalogue import load_recipe
from radiobone.workflow.recipes.figures import ArmFigures
from radiobone.workflow.recipes.run import RecipeRun, Say, run_recipe
from radiobone.workflow.recipes.schema import Recipe

NOTICE = (
    "The cohort is synthetic: it has the study's shape and a signal that we planted, whose size owes nothing to the figures "
    "reported. It shows the recipe at work; it confirms and refutes nothing, and no run of it reproduces the study."
)
OWN_NOTICE = (
    "The table is yours: honest figures are to be reported with their intervals, those of the leaky twins are wrong on purpose and not "
    "to be reported. Settings that the study does not tell are stand-ins, so that no run of a recipe repeats the study."
)
IMAGES_NOTICE = "The images are synthetic, with a signal that we planted: they show the recipe at work and confirm nothing."
LEAKS: Mapping[str, str] = {
    "steps": "every step fitted on all rows, resampling before the folds",
    "patients": "rows of a patient on both sides",
    "winner": "model and settings chosen by their score on the test rows",
    "threshold": "the threshold chosen on the test rows, which moves accuracy, sensitivity and specificity and not the AUC",
}


def told_run(
    name: str,
    output: Path | None,
    table: Path | None = None,
    *,
    seed: int,
    jobs: int,
    show_progress: bool,
    say: Say,
) -> Iterator[str]:
    """Run a recipe, on a table of one's own if one is named, and yield what it gave; without a folder nothing is kept.

    Raises
    ------
    BadConfig
    """
    with tempfile.TemporaryDirectory() as passing:
        folder = output or Path(passing) / name
        run = run_recipe(
            name, folder, table=table, seed=seed, jobs=jobs, show_progress=show_progress, say=say
        )
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
    twins = {arm.arm: leaky_figures(arm) for arm in run.arms}
    wide = max(14, 2 + max(len(told) for told in twins.values()))
    yield f"{'arm':<{width}}  {'honest (95 % interval)':<28}{'leaky twin':<{wide}}{'ceiling':<26}"
    for arm in run.arms:
        yield f"{arm.arm:<{width}}  {honest(arm):<28}{twins[arm.arm]:<{wide}}{best(arm):<26}".rstrip()
    for arm in run.arms:
        yield from (f"{arm.arm}, {told}" for told in besides(arm))
    yield ""
    kinds = dict.fromkeys(kind for arm in recipe.arms.values() for kind in arm.leaky)
    yield f"Leaky twin, wrong on purpose: {'; '.join(LEAKS[kind] for kind in kinds)}."
    yield f"Where the study leaked or was biased: {recipe.leaked.strip()}"
    yield "The study reported, of its own patients:"
    for one in recipe.reported:
        yield f"  {one.what}: {one.measure} {one.value}"
    yield NOTICE if run.synthetic else OWN_NOTICE


def honest(arm: ArmFigures) -> str:
    """Return the honest score with its interval."""
    return f"{arm.measure} {shown(arm.honest)} ({shown(arm.low)} to {shown(arm.high)})"


def leaky_figures(arm: ArmFigures) -> str:
    """Return the score of each leaky twin with its name."""
    return ", ".join(f"{kind} {shown(value)}" for kind, value in arm.leaky.items()) or "–"


def besides(arm: ArmFigures) -> Iterator[str]:
    """Say what an arm has beside its score: another threshold, implied classes, leading variables."""
    if arm.threshold is not None:
        yield f"threshold of the test rows: {moved(arm.threshold)}"
    if arm.implied:
        told = ", ".join(f"AUC {shown(value)} at {name}" for name, value in arm.implied.items())
        yield f"classes that the number implies: {told}"
    if arm.leading:
        told = ", ".join(f"{name} {shown(value)}" for name, value in arm.leading.items())
        yield f"leading variables by mean absolute SHAP value: {told}"


def moved(threshold: Mapping[str, float]) -> str:
    """Say what a threshold chosen on the test rows makes of each measure that depends on it."""
    return ", ".join(
        f"{title} {shown(threshold[f'wrong_way_{name}'])} instead of {shown(threshold[f'honest_{name}'])}"
        for name, title in AT_THRESHOLD.items()
    )


def best(arm: ArmFigures) -> str:
    """Return the ceiling, with the band in which it falls in a cohort of this size."""
    if arm.band is None:
        return shown(arm.ceiling)
    return f"{shown(arm.ceiling)} (here {shown(arm.band[0])} to {shown(arm.band[1])})"


def shown(value: float | None) -> str:
    """Return a score with three decimals."""
    return "–" if value is None else f"{value:.3f}"


def told_images(
    name: str, folder: Path, *, n_patients: int, seed: int, show_progress: bool, say: Say
) -> Iterator[str]:
    """Write the synthetic images of a recipe's study, and yield what they are and how to go on.

    Raises
    ------
    BadConfig, OutputTaken, OutputNotWritable, DiskFull
    """
    from radiobone.workflow.recipes.dxa_images import ABOUT, measuring, write_dxa_images
    from radiobone.workflow.recipes.images import STUDY, write_images

    if load_recipe(name).dxa is None:
        cohort = write_images(
            name, folder, n_patients=n_patients, seed=seed, show_progress=show_progress, say=say
        )
        about = cohort.study.about
    else:
        write_dxa_images(name, folder, n_patients=n_patients, seed=seed)
        about = ABOUT
    yield f"{about} {IMAGES_NOTICE}"
    if load_recipe(name).dxa is not None:
        yield f"The measurement alone: {measuring(name, folder)}"
    yield f"The recipe from these images: radiobone run {folder / STUDY} -o {folder / 'result'}"
    recipe, measured = load_recipe(name), folder / "result" / "features"
    if len(recipe.arms) > 1:
        measured = measured if recipe.study_file.wide is None else measured / "wide"
        yield (
            f"Every analysis of it after that: radiobone recipes {name} --run --table {measured} -o {folder / 'analyses'}; or one by "
            f"one, from the study files in {folder / 'arms'}"
        )
