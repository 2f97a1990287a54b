"""A recipe on the synthetic cohort of its study: every arm honestly and by its leaky twins, beside the ceiling."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.cohort.readers import read_cohort
from radiobone.core.errors import MissingColumn
from radiobone.core.files import write_csv, write_json, write_parquet, write_text
from radiobone.core.folder_kinds import REPEAT_FILES
from radiobone.core.outputs import writing
from radiobone.core.recipe_folders import OWN_TABLES, SYNTHETIC_TABLES, prepare_recipe_folder
from radiobone.core.run_record import extraction_record, finish
from radiobone.core.tables import read_table
from radiobone.core.warnings import RadioboneWarning, collected
from radiobone.evaluation.spec import PipelineSpec, load_pipeline
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.testing.studies.design import StudyCohort, StudyDesign, draw_study
from radiobone.testing.studies.registry import STUDIES
from radiobone.testing.studies.truth import auc_band, r2_band
from radiobone.workflow.controls import score_with_patients_apart
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.feature_table import read_features
from radiobone.workflow.recipes.catalogue import load_recipe, pipeline_of
from radiobone.workflow.recipes.figures import METERED, ArmFigures, arm_figures, at_threshold, metered
from radiobone.workflow.recipes.schema import Arm, Recipe

STUDY_FILE = """\
# {title}, on a synthetic table: change the paths and names, and it is yours.
title: {title}
table: tables/{arm}.csv
target: {target}
{more}pipeline: {name}
"""
FIGURES = "figures.json"
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class RecipeRun:
    """All arms of a recipe, how long they took, what was warned of, and whether the cohort was synthetic."""

    name: str
    arms: tuple[ArmFigures, ...]
    seconds: float
    warnings: tuple[RadioboneWarning, ...]
    synthetic: bool = True


def run_recipe(
    name: str,
    folder: Path,
    *,
    table: Path | None = None,
    seed: int = 0,
    jobs: int = 1,
    show_progress: bool = True,
    say: Say = lambda _line: None,
) -> RecipeRun:
    """Make the cohort of a recipe's study, or take a table of one's own, and evaluate every arm on it.

    Parameters
    ----------
    name : str
        Of the recipe.
    folder : path
        Gets ``tables/`` (the table of every arm), ``study.yaml`` for the main arm, a result folder per arm, and
        ``figures.json``.
    table : path, optional
        A table, or extract folder, whose columns are named as those of the synthetic cohort are. Arms whose columns it has not are
        left out, which is said.
    seed : int
        Of the cohort and of the evaluation.

    Raises
    ------
    BadConfig
        If there is no such recipe.
    OutputTaken, OutputNotWritable, DiskFull
    """
    begun, recipe = time.perf_counter(), load_recipe(name)
    kind = SYNTHETIC_TABLES if table is None else OWN_TABLES
    prepare_recipe_folder(folder, kind, name, inputs=[] if table is None else [table])
    if table is None:
        n_patients = STUDIES[name].n_patients
        say(f"Making the synthetic cohort of {name} ({n_patients} patients) in {folder / 'tables'} …")
        write_study(name, folder, seed=seed)
        names = tuple(recipe.arms)
    else:
        names = write_own(name, table, folder, say=say)
    design = STUDIES[name] if table is None else None
    with collected() as told:
        arms = tuple(
            _judged(name, arm, design, folder, seed=seed, jobs=jobs, show_progress=show_progress, say=say)
            for arm in names
        )
    write_json(folder / FIGURES, [vars(arm) for arm in arms])
    finish(folder, kind, name)
    return RecipeRun(name, arms, time.perf_counter() - begun, tuple(told), design is not None)


def write_study(name: str, folder: Path, *, seed: int = 0) -> StudyCohort:
    """Write the synthetic table of every arm of a recipe, and a study file for the main arm.

    Returns
    -------
    StudyCohort
        The whole table and its truth.
    """
    recipe, cohort = load_recipe(name), draw_study(STUDIES[name], seed=seed)
    for arm_name, arm in recipe.arms.items():
        write_csv(_table_path(folder, arm_name), table_of(arm, cohort.table))
    if cohort.repeats is not None:
        write_parquet(_repeats_path(folder), cohort.repeats)
    write_text(folder / "study.yaml", _study_file(name, recipe.title, recipe.main, recipe.arms[recipe.main]))
    return cohort


def write_own(name: str, source: Path, folder: Path, *, say: Say = lambda _line: None) -> tuple[str, ...]:
    """Write the table of every arm that a table of one's own has the columns of, and return the names of these arms.

    Raises
    ------
    MissingColumn
        If it has those of no arm.
    FileMissing
    """
    recipe, table = load_recipe(name), _own_table(load_recipe(name), source)
    lacking = {arm: missing_columns(one, table) for arm, one in recipe.arms.items()}
    there = tuple(arm for arm, missing in lacking.items() if not missing)
    if not there:
        raise MissingColumn(
            f"{source} lacks columns of every arm of {name}; of '{recipe.main}': {', '.join(lacking[recipe.main][:5])}. Name columns as the "
            f"synthetic cohort has them (`radiobone recipes {name} --run -o DIR` writes it to DIR/tables), or evaluate one target at a "
            f"time under names of your own: radiobone evaluate {source} --target COLUMN --pipeline {name}:ARM -o DIR"
        )
    for arm in there:
        write_csv(_table_path(folder, arm), table_of(recipe.arms[arm], table))
    _take_repeats(source, folder)
    for arm, missing in lacking.items():
        if missing:
            say(f"{arm} is left out, since the table has no {', '.join(missing[:5])}.")
    write_text(folder / "study.yaml", _study_file(name, recipe.title, there[0], recipe.arms[there[0]]))
    return there


def _take_repeats(source: Path, folder: Path) -> None:
    """Take the repeats that lie beside features along; those of an earlier run go."""
    with writing(_repeats_path(folder)):
        _repeats_path(folder).unlink(missing_ok=True)
    found = [source / name for name in REPEAT_FILES if (source / name).is_file()]
    if found:
        write_parquet(_repeats_path(folder), read_table(found[0]))


def _own_table(recipe: Recipe, source: Path) -> pd.DataFrame:
    """Read a table of one's own; of what an extraction measured, the columns that the recipe's study file keeps."""
    table, patterns = read_features(source), recipe.study_file.features
    record = extraction_record(source) if source.is_dir() else None
    if record is None or not patterns:
        return table
    kept = [name for name in record["feature_columns"] if any(fnmatchcase(name, one) for one in patterns)]
    return table.drop(
        columns=[name for name in record["feature_columns"] if name not in kept], errors="ignore"
    )


def missing_columns(arm: Arm, table: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns, and the patterns of columns, that an arm needs and a table lacks."""
    named = ("patient_id", arm.target, *arm.clinical, *arm.where)
    patterns = (pattern for pattern in arm.columns if not columns_like(pattern, table.columns))
    return (*(column for column in named if column not in table), *patterns)


def table_of(arm: Arm, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows and columns that an arm looks at."""
    for column, value in arm.where.items():
        table = table[table[column] == value]
    who = [column for column in ("patient_id", "roi") if column in table]
    return table[[*who, arm.target, *arm.clinical, *columns_of(arm, table.columns)]].reset_index(drop=True)


def columns_of(arm: Arm, names: Sequence[str] | pd.Index[str]) -> list[str]:
    """Return the names that an arm's patterns fit, in their order."""
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in arm.columns)]


def columns_like(pattern: str, names: Sequence[str] | pd.Index[str]) -> list[str]:
    """Return the names that a pattern fits."""
    return [name for name in names if fnmatchcase(name, pattern)]


def arm_pipeline(name: str, arm: str, folder: Path) -> PipelineSpec:
    """Return the pipeline of an arm; a filter by repeats takes those of the synthetic cohort."""
    content = pipeline_of(f"{name}:{arm}")
    if _repeats_path(folder).is_file():
        content = {**content, "steps": [_with_repeats(step, folder) for step in content["steps"]]}
    return load_pipeline(content)


def _with_repeats(step: Any, folder: Path) -> Any:
    if isinstance(step, dict) and "unstable" in step:
        return {"unstable": {**step["unstable"], "table": str(_repeats_path(folder))}}
    return step


def _judged(
    name: str,
    arm_name: str,
    design: StudyDesign | None,
    folder: Path,
    *,
    seed: int,
    jobs: int,
    show_progress: bool,
    say: Say,
) -> ArmFigures:
    """Evaluate one arm honestly and by its leaky twins."""
    say(f"{arm_name}: {load_recipe(name).arms[arm_name].about} …")
    arm, spec = load_recipe(name).arms[arm_name], arm_pipeline(name, arm_name, folder)
    score = TASKS[spec.task.kind].headline
    roles: dict[str, Any] = {
        "target": arm.target,
        "positive": arm.positive,
        "clinical": arm.clinical,
        "unit": arm.unit,
    }
    found = evaluate_table(
        _table_path(folder, arm_name), folder / arm_name, pipeline=spec, seed=seed, jobs=jobs,
        show_progress=show_progress, explain=arm.explain, optimism_meter=bool(METERED & set(arm.leaky)), **roles,
    )  # fmt: skip
    leaky = metered(arm, found.summary, score.key)
    if "patients" in arm.leaky:
        cohort = read_cohort(_table_path(folder, arm_name), **roles, task=spec.task)
        leaky["patients"] = score_with_patients_apart(cohort, spec, seed=seed, jobs=jobs)
    return arm_figures(
        arm_name, found, score, leaky, _ceiling(design, arm, found.summary), at_threshold(arm, found.summary)
    )


def _ceiling(
    design: StudyDesign | None, arm: Arm, summary: Any
) -> tuple[float | None, tuple[float, float] | None]:
    if design is None:
        return None, None
    names = [name for group in design.columns.values() for name in group.names]
    seen = {*columns_of(arm, names), *arm.clinical}
    if arm.target in design.numbers:
        best = design.ceiling_r2(arm.target, seen)
        return best, r2_band(best, summary["n_patients"])
    best = design.ceiling_auc(arm.target, seen)
    n_positive = summary["n_positive"]
    return best, auc_band(best, n_positive, summary["n_rows"] - n_positive)


def _table_path(folder: Path, arm: str) -> Path:
    return folder / "tables" / f"{arm}.csv"


def _repeats_path(folder: Path) -> Path:
    return folder / "tables" / "repeats.parquet"


def _study_file(name: str, title: str, main: str, arm: Arm) -> str:
    more = "" if arm.positive is None else f'positive: "{arm.positive}"\n'
    more += f"clinical: [{', '.join(arm.clinical)}]\n" if arm.clinical else ""
    more += f"unit: {arm.unit}\n" if arm.unit == "roi" else ""
    return STUDY_FILE.format(title=f'"{title}"', arm=main, target=arm.target, more=more, name=name)
