"""A manifest measured case by case: what was asked, what came of it, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.folder_kinds import CASE_CACHE, EXTRACTION
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.provenance import made_now
from radiobone.core.pseudonymising import pseudonym_record, table_digest
from radiobone.core.run_record import begin, finish
from radiobone.imaging.perturb.plan import PlanSource
from radiobone.io.acquisition import acquisition_record
from radiobone.io.manifest import Manifest
from radiobone.workflow.cache import case_keys
from radiobone.workflow.case_limits import CaseLimits
from radiobone.workflow.case_runner import Outcome, Task
from radiobone.workflow.case_store import Cache
from radiobone.workflow.choice import Choice, SettingsSource
from radiobone.workflow.feature_rows import Whole, held
from radiobone.workflow.feature_table import save_parts
from radiobone.workflow.fingerprint import fingerprint_of
from radiobone.workflow.image_pool import Job, run_jobs, with_fresh_keys
from radiobone.workflow.mixed_types import told_of_mixed_types
from radiobone.workflow.planned import names_of_all, planned, repeats_planned
from radiobone.workflow.repeat_table import make_repeats, save_repeats, with_failed_repeats
from radiobone.workflow.repeated import Repeats
from radiobone.workflow.shared_images import patients_of_one_image, told_of_shared_images


@dataclass(frozen=True)
class Asked:
    """What is to be extracted, as the user said it."""

    manifest: str | Path
    settings: SettingsSource = None
    modality: str | None = None
    root: str | Path | None = None
    target: str | None = None
    perturb: PlanSource | None = None
    engine: str | None = None


@dataclass(frozen=True)
class Measured:
    """Every case of a manifest, measured; where there is a folder, numbers and pictures lie there already."""

    listed: Manifest
    outcomes: list[Outcome]
    names: tuple[str, ...]
    provenance: dict[str, Any]
    repeats: Repeats | None
    store: Cache | None
    keys: set[str]

    @property
    def whole(self) -> Whole:
        """How an outcome gets its numbers."""
        return held if self.store is None else self.store.whole

    def save(
        self,
        folder: Path,
        chunks: Iterable[pd.DataFrame],
        cases: pd.DataFrame,
        features: Sequence[str],
        *,
        csv: bool,
    ) -> None:
        """Write everything, and let go of what no case needs any more."""
        provenance = {**self.provenance, "feature_columns": list(features)}
        save_repeats(self.repeats, folder, csv=csv)
        save_parts(chunks, cases, provenance, self.outcomes, folder, csv=csv, whole=self.whole)
        if self.store is not None:
            self.store.prune(self.keys)
        finish(folder, EXTRACTION)


def inputs_of(asked: Asked) -> list[str | Path]:
    """Return the files that a run reads besides images, and must not replace."""
    perturb = asked.perturb
    return [asked.manifest, *([perturb] if isinstance(perturb, (str, Path)) else [])]


def measure(
    asked: Asked, folder: Path | None, jobs: int, limits: CaseLimits, *, show_progress: bool
) -> Measured:
    """Measure every region of a manifest, and its repeats where they were asked for.

    Parameters
    ----------
    asked : Asked
    folder : Path or None
        Prepared. What is finished goes there at once; without one it is held in memory.
    jobs : int
        Worker processes.
    limits : CaseLimits
    show_progress : bool
    """
    listed, choice = planned(
        asked.manifest, asked.settings, asked.modality, asked.root, asked.target, asked.engine
    )
    plan = repeats_planned(asked.perturb, choice)
    store = None if folder is None else Cache(folder / CASE_CACHE)
    is_rerun = folder is not None and (folder / CASE_CACHE).is_dir()
    found = case_keys(
        listed.cases, choice.settings, choice.modality, n_threads=jobs, show_progress=show_progress,
        doing="Comparing files with the last run" if is_rerun else "Reading files",
    )  # fmt: skip
    work = [Job(case, key) for case, key in zip(listed.cases, found, strict=True)]
    task = Task(choice.settings, choice.modality)
    keys = {job.key.key for job in work if job.key}
    kept = None if store is None else lambda: f"{store.count(keys)} of {len(work)} cases"
    if folder is not None:
        begin(folder, EXTRACTION)
    with saying_what_is_kept(kept):
        outcomes = run_jobs(
            work, task, store=store, n_processes=jobs, show_progress=show_progress, limits=limits
        )
    work = with_fresh_keys(work, outcomes)
    outcomes = told_of_mixed_types(outcomes, choice.settings)
    shared = patients_of_one_image(listed.cases)
    outcomes = told_of_shared_images(outcomes, shared)
    repeats = None
    if plan is not None:
        whole = held if store is None else store.whole
        repeats = make_repeats(
            outcomes, task, plan, folder, whole, n_processes=jobs, show_progress=show_progress, limits=limits
        )
        outcomes = with_failed_repeats(outcomes, repeats)
    provenance = _provenance(listed, choice, work)
    provenance["acquisition"] = acquisition_record(one.case for one in outcomes if one.status == "done")
    if shared:
        provenance["shared_images"] = shared
    if plan is not None:
        provenance["repeats"] = plan.model_dump(mode="json")
    names = names_of_all(outcomes, choice.settings)
    return Measured(
        listed, outcomes, names, provenance, repeats, store, {job.key.key for job in work if job.key}
    )


def _provenance(manifest: Manifest, choice: Choice, work: Sequence[Job]) -> dict[str, Any]:
    inputs = {
        f"{job.case.case_id}#{job.case.label if job.case.label is not None else ''}": {
            "image_sha256": job.key.image_digest,
            "mask_sha256": job.key.mask_digest,
        }
        for job in work
        if job.key
    }
    fingerprint = fingerprint_of(choice.settings)
    return {
        **made_now(),
        **({} if fingerprint is None else {"fingerprint": fingerprint}),
        **pseudonym_record(),
        "modality": choice.modality,
        "settings": choice.settings.model_dump(mode="json"),
        "manifest": {
            "name": manifest.path.name,
            "sha256": table_digest(manifest.path),
            "n_cases": len(manifest.cases),
        },
        "inputs": inputs,
    }
