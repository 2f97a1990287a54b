"""Options that several commands share, and what is made of them."""

from __future__ import annotations

import os
import shlex
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from radiobone.core.pseudonymising import active_pseudonyms

EXIT_SOME_FAILED = 3
ALL_CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
Modality = Literal["ct", "mr", "xr", "dxa"]

Output = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        help="Folder for the results; made if it is not there. Features and results need a folder each.",
    ),
]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, help="Worker processes. The numbers do not depend on it.")
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        envvar="RADIOBONE_SCHEDULER",
        metavar="ADDRESS|FILE",
        help="Work on a dask cluster instead of this machine: its scheduler's address (tcp://host:8786, tls://host:8786) or scheduler "
        "file. All must see the images and the output under the same path. Needs radiobone\\[dask]; see docs/clusters.md.",
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the folds and models.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")]
Target = Annotated[str, typer.Option("--target", "-t", help="Column that holds the class, or the number.")]
Positive = Annotated[
    str | None,
    typer.Option("--positive", help="The value of the target that counts as positive, such as 'yes'."),
]
Task = Annotated[
    str | None,
    typer.Option(
        "--task",
        help="What the target is: binary, ordinal (three or more ordered classes), number (T-score, BMD; also called regression); or written out: "
        '\'{kind: number, boundaries: ["< -1", "<= -2.5"]}\'. Default: as the pipeline says, binary.',
    ),
]
Order = Annotated[
    str | None,
    typer.Option(
        "--order",
        help="For --task ordinal: the classes from the first to the last, as in normal,osteopenia,osteoporosis, or 'who' for "
        "these. Classes that are numbers need none.",
    ),
]
Pipeline = Annotated[
    str, typer.Option("--pipeline", "-p", help="Name (see `radiobone recipes`) or YAML file of a pipeline.")
]
Search = Annotated[
    str | None,
    typer.Option(
        "--search",
        help="How the inner folds choose, instead of as the pipeline says: grid (every setting), random (some, by chance), "
        "optuna (each proposed from how the earlier did; needs radiobone\\[optuna]); or written out: '{kind: random, n_iter: 50}'.",
    ),
]
Root = Annotated[
    Path | None,
    typer.Option("--root", help="Folder that the manifest's paths are relative to. Default: its own."),
]
IdColumn = Annotated[
    str | None,
    typer.Option(
        "--id",
        help="Column of patient ids, one per row or per row and region; 'row' says that every row is another patient. "
        "Default: found by its name (patient_id, MRN, Pat-Nr, …).",
    ),
]
Groups = Annotated[
    str | None,
    typer.Option(
        "--groups",
        help="Column whose rows stay on one side of every split: the patient where one has several rows, or a family. "
        "Default: the id.",
    ),
]
Site = Annotated[str | None, typer.Option("--site", help="Column of hospitals or scanners.")]
Clinical = Annotated[
    str | None, typer.Option("--clinical", help="Clinical columns that join the features: age,sex,bmi.")
]
Features = Annotated[
    str | None,
    typer.Option("--features", help="Which columns are features: patterns such as 'original_*,wavelet-*'."),
]
Unit = Annotated[
    Literal["patient", "roi"],
    typer.Option("--unit", help="'roi' allows one patient's regions to differ in the target."),
]

Outer = Annotated[
    str | None,
    typer.Option(
        "--outer",
        help="Outer folds instead of the pipeline's: kfold, site (each --site held out once), temporal (the later by --time "
        "are tested), external (the rows of --external are tested); or written out: '{kind: temporal, cuts: 3}'.",
    ),
]
Splits = Annotated[
    Path | None,
    typer.Option("--splits", help="Use the folds of an earlier result of the same rows: its splits.json."),
]
Time = Annotated[
    str | None,
    typer.Option("--time", help="Column of dates (2019-03-31) or other values in order, for temporal folds."),
]
External = Annotated[
    str | None,
    typer.Option(
        "--external", help="Column that marks the external cohort (1, yes, external), or COLUMN=VALUE."
    ),
]
Parent = Annotated[
    str | None,
    typer.Option(
        "--parent",
        help="Column with the id of the row that an augmented or synthetic row was made from; empty for measured rows. "
        "Such rows are never tested, and are learned from only where their parent is.",
    ),
]
NullControl = Annotated[
    int | None,
    typer.Option(
        "--null-control",
        metavar="[N]",
        help="Run the same pipeline on labels shuffled between patients, N times (20 if not said, and at least): an honest one "
        "gives an AUC of 0.5 (ordered classes: a quadratic kappa of 0; numbers: a rank correlation of 0). Also gives the permutation p value of the true labels. Takes N times as long as the evaluation.",
    ),
]
OptimismMeter = Annotated[
    bool,
    typer.Option(
        "--optimism-meter",
        help="Show beside the result what the wrong way would have reported: every step fitted on all rows before the folds; the best model "
        "or the threshold chosen on the test rows.",
    ),
]
Duplicates = Annotated[
    Literal["group", "refuse"],
    typer.Option(
        "--duplicates",
        help="Rows of different patients that agree in nearly all features, or are closer than chance brings rows: kept on one side of every split, or refused.",
    ),
]


Block = Annotated[
    list[str] | None,
    typer.Option(
        "--block",
        help="A block of columns, NAME=PATTERN[,PATTERN…], or NAME=FILE of a table to join by patient (and region). May be "
        "given several times. Clinical columns that no block names are the block 'clinical', all others 'radiomics'.",
    ),
]
Fusion = Annotated[
    Literal["early", "late", "late-mean", "late-stack"] | None,
    typer.Option(
        "--fusion",
        help="early: one model of all columns (default). late: a model per block, combined by the mean of their "
        "probabilities, or (late-stack) by weights learned in the inner folds.",
    ),
]

NoShap = Annotated[
    bool,
    typer.Option(
        "--no-shap",
        help="Leave SHAP values out, which can take as long as the folds. Every figure is the same without.",
    ),
]
Pool = Annotated[
    str | None,
    typer.Option(
        "--pool",
        help="How a patient's rows (vertebrae, views) become one probability or number: mean (default), median, max, min, or none. "
        "Patients whose rows differ in the target are refused; with '-any' behind it (max-any) they are positive, or of the "
        "highest class; with '-pooled' (mean-pooled) measured numbers are pooled likewise. Rows and patients are both reported.",
    ),
]
Subgroups = Annotated[
    str | None,
    typer.Option(
        "--subgroups",
        help="Report these groups on their own: sex,age:65 (each word of sex; age below 65, and from 65 on).",
    ),
]
MinPatients = Annotated[
    int, typer.Option("--min-patients", min=2, help="Patients that a subgroup must have to be shown.")
]
MinEvents = Annotated[
    int,
    typer.Option(
        "--min-events",
        min=2,
        help="Patients of each class that a subgroup must have; a number has no classes.",
    ),
]
Ablation = Annotated[
    bool,
    typer.Option(
        "--ablation",
        help="Also judge each block alone, all blocks together (early and late fusion) and the --baseline alone, on the same "
        "folds: ablation.csv, ablation.json and a table in the report.",
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        help="Simple column to compare with in --ablation, or 'none'. Default: original_firstorder_Mean, if there is one.",
    ),
]


def subgroup_request(columns: str | None, min_patients: int, min_events: int) -> Any:
    """Gather what is asked of subgroups; None if nothing is."""
    if columns is None:
        return None
    from radiobone.evaluation.subgroups import SubgroupRequest

    return SubgroupRequest(columns=columns, min_patients=min_patients, min_events=min_events)


def roles(
    target: str,
    positive: str | None,
    id_column: str | None,
    groups: str | None,
    site: str | None,
    clinical: str | None,
    features: str | None,
    unit: str,
) -> dict[str, Any]:
    """Gather which column is what."""
    names = tuple(name.strip() for name in (clinical or "").split(",") if name.strip())
    return {
        "target": target,
        "positive": positive,
        "id": id_column,
        "groups": groups,
        "site": site,
        "clinical": names,
        "features": features,
        "unit": unit,
    }


def working_on(scheduler: str | None, output: Path, *, quiet: bool) -> AbstractContextManager[Any]:
    """Work on a cluster while the block runs, if one is named."""
    if scheduler is None:
        return nullcontext()
    from radiobone.core.cluster import on_cluster

    return on_cluster(scheduler, output=output, show=not quiet)


def command_line() -> str:
    """Return what was typed, for the provenance; of absolute paths, which name users and machines, the last part alone."""
    typed = shlex.join(["radiobone", *map(_without_folders, sys.argv[1:])])
    pseudonyms = active_pseudonyms()
    return typed if pseudonyms is None else pseudonyms.text(typed)


def _without_folders(word: str) -> str:
    option, equals, value = word.rpartition("=")
    path = Path(value)
    return f"{option}{equals}{path.name}" if path.is_absolute() and path.name else word
