"""The main job on a cohort that the package makes itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from radiobone.core.files import read_json, write_text
from radiobone.core.folder_kinds import EVALUATION
from radiobone.core.folders import prepare_folder_of
from radiobone.evaluation.result import Estimate
from radiobone.testing.demo_cohort import write_demo_cohort
from radiobone.workflow.study_file import run_study

STUDY = """\
# The demo's study file: change the paths and names, and it is yours.
title: Does CT texture of L1 and L2 tell patients with osteoporosis?
manifest: cohort/manifest.csv
modality: ct
target: osteoporosis
positive: "yes"
site: site
pipeline: {pipeline}
seed: {seed}
"""


@dataclass(frozen=True)
class DemoOutcome:
    """Where the demo's report lies, and how its AUC compares with the truth.

    Attributes
    ----------
    report : Path
    auc : Estimate
        Of the nested cross-validation.
    ceiling : float
        AUC of a reader who knows every patient's true density: nothing honest can beat it by more
        than chance.
    """

    report: Path
    auc: Estimate
    ceiling: float


def run_demo(
    folder: Path,
    *,
    n_patients: int,
    seed: int = 0,
    pipeline: str = "default",
    jobs: int = 1,
    show_progress: bool = True,
    say: Callable[[str], None] = lambda _line: None,
) -> DemoOutcome:
    """Make the cohort, extract, evaluate and report, all through files as a user would.

    Parameters
    ----------
    folder : path
        Gets ``cohort/`` (images, masks, manifest), ``study.yaml``, ``features/``, the result and ``report.html``.
    n_patients : int
    seed : int
        Of the cohort and of the evaluation.
    """
    prepare_folder_of(EVALUATION, folder)
    say(f"Making {n_patients} synthetic patients in {folder / 'cohort'} …")
    write_demo_cohort(folder / "cohort", n_patients=n_patients, seed=seed)
    write_text(folder / "study.yaml", STUDY.format(pipeline=pipeline, seed=seed))
    command = f"radiobone run {folder / 'study.yaml'} -o {folder}"
    _, evaluation = run_study(
        folder / "study.yaml", folder, jobs=jobs, show_progress=show_progress, command=command, say=say
    )
    truth = read_json(folder / "cohort" / "truth.json")
    return DemoOutcome(folder / "report.html", evaluation.metrics["auc"], float(truth["ceiling"]))
