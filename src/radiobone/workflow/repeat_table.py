"""The table of perturbed repeats: a file of its own, which no command takes for a table of patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.errors import TooFewRows
from radiobone.core.files import write_csv, write_parquet
from radiobone.core.folder_kinds import CASE_CACHE, ICC_FILE, REPEAT_COLUMNS, REPEAT_FILES, REPEAT_PICTURES
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.outputs import writing
from radiobone.core.warnings import RepeatFailed
from radiobone.imaging.perturb.plan import Perturbations
from radiobone.selection.icc import icc_1_1
from radiobone.workflow.cache import case_keys
from radiobone.workflow.case_limits import NO_LIMITS, CaseLimits
from radiobone.workflow.case_runner import Outcome, Task
from radiobone.workflow.case_store import Cache
from radiobone.workflow.feature_rows import Whole, held, in_order
from radiobone.workflow.feature_table import save_pictures
from radiobone.workflow.image_pool import Job, run_jobs, with_fresh_keys
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
    whole: Whole,
    *,
    n_processes: int,
    show_progress: bool,
    limits: CaseLimits = NO_LIMITS,
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
    whole : callable
        Gives an outcome with its features.
    """
    done = [one for one in in_order(outcomes) if one.status == "done"]
    repeats = RepeatTask(plan, frozenset(one.case.case_id for one in done[:CASES_DRAWN]))
    cases = [one.case for one in done]
    found_keys = case_keys(cases, task.settings, task.modality, repeats, n_threads=n_processes)
    work = [Job(case, key) for case, key in zip(cases, found_keys, strict=True)]
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
            limits=limits,
        )
    if store is not None:
        store.prune({job.key.key for job in with_fresh_keys(work, found) if job.key})
    found = in_order(found)
    whole_repeats = held if store is None else store.whole
    table = _table(done, found, whole, whole_repeats)
    return Repeats(table, _icc(table), plan.n_repeats, tuple(found), whole_repeats)


def _table(
    done: Sequence[Outcome], found: Sequence[Outcome], whole: Whole, whole_repeats: Whole
) -> pd.DataFrame:
    """Put the original of each region and its repeats below each other; numbers are held once, as an array."""
    features = tuple(dict.fromkeys(name for own in dict.fromkeys(one.names for one in done) for name in own))
    repeats = {(one.case.patient_id, one.case.roi): one for one in found}
    told, values = [], []
    for one in done:
        who = (one.case.patient_id, one.case.roi)
        told.append((*who, 0, ORIGINAL))
        values.append(_row(whole(one).features, features))
        of_one = repeats.get(who)
        for repeat in () if of_one is None else whole_repeats(of_one).repeats:
            if not repeat.code:
                told.append((*who, repeat.number, repeat.perturbation))
                values.append(_row(repeat.features, features))
    texts = pd.DataFrame(told, columns=["patient_id", "roi", *REPEAT_COLUMNS])
    numbers = np.array(values).reshape(len(told), len(features))
    return pd.concat([texts, pd.DataFrame(numbers, columns=list(features))], axis=1)


def _row(own: Mapping[str, float], features: Sequence[str]) -> npt.NDArray[np.float64]:
    return np.array([own.get(name, np.nan) for name in features], dtype=np.float64)


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
        pictures, whole = ((), held) if repeats is None else (repeats.outcomes, repeats.whole)
        save_pictures(pictures, folder / REPEAT_PICTURES, whole)
