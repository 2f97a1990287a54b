"""A manifest is read, checked and drawn, without measuring."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from time import perf_counter

from radiobone.core.folder_kinds import CASE_CACHE, EXTRACTION
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.imaging.perturb.plan import PlanSource
from radiobone.workflow.case_runner import Outcome, Task
from radiobone.workflow.case_store import Cache
from radiobone.workflow.choice import SettingsSource
from radiobone.workflow.estimating import estimate
from radiobone.workflow.extraction import Extraction
from radiobone.workflow.feature_table import case_table, save_cases
from radiobone.workflow.image_pool import Job, run_jobs
from radiobone.workflow.mixed_types import told_of_mixed_types
from radiobone.workflow.planned import names_of_all, planned, repeats_planned
from radiobone.workflow.process_pool import workers
from radiobone.workflow.repeated import PlannedRepeats
from radiobone.workflow.shared_images import patients_of_one_image, told_of_shared_images

SIZES = ("box_mm", "volume_mm3", "n_voxels")


@holds_outputs
def dry_run(
    manifest: str | Path,
    *,
    output: str | Path,
    settings: SettingsSource = None,
    modality: str | None = None,
    root: str | Path | None = None,
    target: str | None = None,
    jobs: int = 1,
    engine: str | None = None,
    perturb: PlanSource | None = None,
    estimates: bool = True,
    show_progress: bool = True,
) -> Extraction:
    """Read and check every file and region of a manifest, and draw it; of a few regions see how long they take.

    Writes ``cases.csv`` and the pictures; a feature table of an earlier run stays as it is.

    Parameters
    ----------
    manifest, output, settings, modality, root, target, jobs, engine, perturb, show_progress
        As ``extract`` takes them.
    estimates : bool
        Whether to measure a few regions, for ``.estimate``.

    Returns
    -------
    Extraction
        Its ``feature_columns`` are those that ``extract`` would give, its ``estimate`` what that would take.

    Raises
    ------
    SettingError, TableError, PathError
    """
    folder = prepare_folder_of(EXTRACTION, output, inputs=[manifest])
    begun = perf_counter()
    listed, choice = planned(manifest, settings, modality, root, target, engine)
    plan = repeats_planned(perturb, choice)
    task, store = Task(choice.settings, choice.modality, measure=False), Cache(folder / CASE_CACHE)
    work = [Job(case) for case in listed.cases]
    outcomes = run_jobs(work, task, store=store, n_processes=jobs, show_progress=show_progress)
    outcomes = told_of_mixed_types(outcomes, choice.settings)
    outcomes = told_of_shared_images(outcomes, patients_of_one_image(listed.cases))
    ready = [_sized(one, store) for one in outcomes if one.status == "ready"]
    cases = case_table(outcomes)
    repeats = None if plan is None else PlannedRepeats(plan, len(ready))
    result = Extraction(names_of_all(ready, choice.settings), cases, {}, planned_repeats=repeats)
    save_cases(cases, outcomes, folder, store.whole)
    if not (estimates and ready):
        store.clear_passing()
        return result
    found = estimate(
        ready, replace(task, measure=True), folder, n_features=len(result.feature_columns), n_processes=workers(jobs),
        checked_s=perf_counter() - begun, n_repeats=0 if plan is None else plan.n_repeats, show_progress=show_progress, whole=store.whole,
    )  # fmt: skip
    store.clear_passing()
    return replace(result, estimate=found)


def _sized(region: Outcome, store: Cache) -> Outcome:
    """Add what tells a region's size."""
    facts = store.whole(region).facts
    return replace(region, facts={name: facts[name] for name in SIZES})
