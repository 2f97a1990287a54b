"""The table of perturbed repeats: a file of its own, which no command takes for a table of patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from radiobone.core.errors import TooFewRows
from radiobone.core.files import write_csv, write_parquet
from radiobone.core.folder_kinds import CASE_CACHE, ICC_FILE, REPEAT_COLUMNS, REPEAT_FILES, REPEAT_PICTURES
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.outputs import writing
from radiobone.core.warnings import RepeatFailed
from radiobone.imaging.perturb.plan import Perturbations
from radiobone.io.case import Case
from radiobone.selection.icc import icc_1_1
from radiobone.workflow.cache import Cache, case_key
from radiobone.workflow.case_runner import Outcome, Task
from radiobone.workflow.feature_table import in_order, save_pictures
from radiobone.workflow.image_pool import Job, run_jobs
from radiobone.workflow.repeated import Repeats
from radiobone.workflow.repeats import RepeatTask

CASES_DRAWN = 6
ORIGINAL = "none"
KEPT_REPEATS = "repeats"


def make_repeats(
    outcomes: Sequence[Outcome],
    task: Task,
    plan: Perturbations,
    folder: Path | None,
    *,
    n_processes: int,
    show_progress: bool,
) -> Repeats:
    """Perturb and measure again every region that was measured.

    Parameters
    ----------
    outcomes : sequence of Outcome
        Of the regions themselves.
    task : Task
        How they were measured.
    plan : Perturbations
        Which repeats are made.
    folder : Path or None
        Of the extraction; finished regions are kept below it.
    """
    done = [one for one in in_order(outcomes) if one.status == "done"]
    repeats = RepeatTask(plan, frozenset(one.case.case_id for one in done[:CASES_DRAWN]))
    work = [Job(case, case_key(case, task.settings, task.modality, repeats)) for case in _cases(done)]
    store = None if folder is None else Cache(folder / CASE_CACHE / KEPT_REPEATS)
    keys = {job.key.key for job in work if job.key}
    kept = (
        None
        if store is None
        else lambda: f"the repeats of {store.count(keys)} of {len(work)} regions, and all regions"
    )
    with saying_what_is_kept(kept):
        found = run_jobs(
            work,
            replace(task, repeats=repeats),
            store=store,
            n_processes=n_processes,
            show_progress=show_progress,
        )
    if store is not None:
        store.prune(keys)
    found = in_order(found)
    table = _table(done, found)
    return Repeats(table, _icc(table), plan.n_repeats, tuple(found))


def _cases(done: Sequence[Outcome]) -> list[Case]:
    return [one.case for one in done]


def _table(done: Sequence[Outcome], found: Sequence[Outcome]) -> pd.DataFrame:
    features = tuple(dict.fromkeys(name for one in done for name in one.features))
    repeats = {(one.case.patient_id, one.case.roi): one.repeats for one in found}
    rows = []
    for one in done:
        who = {"patient_id": one.case.patient_id, "roi": one.case.roi}
        rows.append({**who, **dict(zip(REPEAT_COLUMNS, (0, ORIGINAL), strict=True)), **one.features})
        for repeat in repeats.get((one.case.patient_id, one.case.roi), ()):
            if not repeat.code:
                what = dict(zip(REPEAT_COLUMNS, (repeat.number, repeat.perturbation), strict=True))
                rows.append({**who, **what, **repeat.features})
    return pd.DataFrame(rows, columns=["patient_id", "roi", *REPEAT_COLUMNS, *features])


def _icc(table: pd.DataFrame) -> pd.DataFrame:
    """Correlate each feature over the repeats, the original being one of them."""
    columns = ["feature", "icc", "low", "high", "n_regions", "n_rows"]
    features = [name for name in table.columns if name not in ("patient_id", "roi", *REPEAT_COLUMNS)]
    complete = [name for name in features if table[name].notna().all()]
    regions = table["patient_id"].astype(str) + "\n" + table["roi"].astype(str)
    try:
        found = icc_1_1(table[complete].to_numpy(dtype=np.float64), regions.to_numpy(dtype=np.str_))
    except TooFewRows:
        return pd.DataFrame(columns=columns)
    values = {"feature": complete, "icc": found.value, "low": found.low, "high": found.high}
    return pd.DataFrame({**values, "n_regions": found.n_subjects, "n_rows": len(table)}, columns=columns)


def with_failed_repeats(outcomes: Sequence[Outcome], repeats: Repeats) -> list[Outcome]:
    """Add to the warnings of each region which of its repeats failed."""
    told = {(one.case.patient_id, one.case.roi): _failed_repeats(one) for one in repeats.outcomes}
    return [
        replace(one, warnings=(*one.warnings, *told.get((one.case.patient_id, one.case.roi), ())))
        for one in outcomes
    ]


def _failed_repeats(outcome: Outcome) -> list[str]:
    if outcome.status == "failed":
        return [f"{RepeatFailed.code}: No repeat could be made: {outcome.code}: {outcome.message}"]
    return [text for text in outcome.warnings if text.startswith(f"{RepeatFailed.code}:")]


def save_repeats(repeats: Repeats | None, folder: Path, *, csv: bool) -> None:
    """Write the table, the correlations and the pictures; what another run left goes."""
    kept = REPEAT_FILES[1 if csv else 0]
    stale = [name for name in (*REPEAT_FILES, ICC_FILE) if repeats is None or name != kept]
    for name in stale:
        with writing(folder / name):
            (folder / name).unlink(missing_ok=True)
    if repeats is not None:
        (write_csv if csv else write_parquet)(folder / kept, repeats.table)
        write_csv(folder / ICC_FILE, repeats.icc)
    if repeats is not None or (folder / REPEAT_PICTURES).is_dir():
        save_pictures(() if repeats is None else repeats.outcomes, folder / REPEAT_PICTURES)
