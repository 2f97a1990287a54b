"""A model in use: new cases against those that it was trained on, and against their labels when these arrive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.roles import missing_column
from radiobone.core.errors import BadSetting
from radiobone.core.folder_kinds import MONITORING
from radiobone.core.folders import prepare_folder_of
from radiobone.core.provenance import versions
from radiobone.core.run_record import RUN_FILE, begin, warn_if_unfinished, withdrawn_if_refused
from radiobone.evaluation.drift.kinds import kind_entries
from radiobone.evaluation.drift.labels import labels_for
from radiobone.evaluation.drift.limits import Limits
from radiobone.evaluation.drift.outcome import Labelled, outcome_entry
from radiobone.evaluation.drift.reference import Reference
from radiobone.evaluation.drift.shares import share_level
from radiobone.evaluation.drift.summary import drift_entry
from radiobone.evaluation.drift.verdict import verdict
from radiobone.evaluation.drift.windows import Every, Window, batch_windows, time_windows
from radiobone.evaluation.model import Model
from radiobone.evaluation.subgroups import SubgroupRequest, find_subgroups
from radiobone.evaluation.validation.assessment import model_record
from radiobone.workflow.monitor_reference import Source, compared_with
from radiobone.workflow.monitored_rows import Monitored, cases_entry, read_monitored
from radiobone.workflow.monitoring import Monitoring, plain_data
from radiobone.workflow.score import Scorer, load_model
from radiobone.workflow.training_again import is_training_again


def monitor(
    model: str | Path | Scorer | Model,
    source: Source,
    *,
    target: str | None = None,
    positive: str | None = None,
    time: str | None = None,
    batch: str | None = None,
    every: Every = "month",
    site: str | None = None,
    subgroups: str | None = None,
    reference: Source | None = None,
    limits: Limits | None = None,
    seed: int = 0,
    command: str | None = None,
) -> Monitoring:
    """Compare new cases with those that a model was trained on.

    Parameters
    ----------
    model : path, Scorer or Model
        As ``fit`` made it.
    source : path or DataFrame
        New cases: a folder made by ``extract``, or a table with the columns that the model needs.
    target : str, optional
        Column of labels, as far as they are known: cells may be empty.
    positive : str, optional
        The value of ``target`` that stands for the model's positive class, if it is spelled otherwise.
    time, batch : str, optional
        Column of dates, or of the names of batches: every window is shown, and the last one counts on its own.
    every : {"day", "week", "month", "quarter", "year"}
        How long a window of ``time`` is.
    site : str, optional
        Column of hospitals or scanners, for a model that corrects by it.
    subgroups : str, optional
        ``"sex,age:65"``: observed against expected in each.
    reference : path or DataFrame, optional
        Cases to compare with in place of the training data: those with which the model was accepted here, or the training
        table of a model file that keeps no distribution.
    limits : Limits, optional
        What counts as drift.
    seed : int
        Of the bootstrap.
    command : str, optional
        What was typed.

    Returns
    -------
    Monitoring
        ``.level``, ``.summary``, ``.columns``, ``.save(folder)``, ``.report(path)``.

    Raises
    ------
    NoTrainingReference
        If the model file is of a version that did not keep how the training values spread, and no ``reference`` is given.
    SettingsMismatch, FeatureMismatch, BadSetting, BadTime, TableError, PathError

    Warns
    -----
    UnfinishedRun, RepeatedId, TrainingDataReused
    """
    scorer = _scorer(model)
    chosen = Limits() if limits is None else limits
    known, ranges = compared_with(scorer, reference, site)
    if not isinstance(source, pd.DataFrame):
        warn_if_unfinished(Path(source), "extraction")
    found = read_monitored(scorer, source, site)
    again = is_training_again(scorer.model, source, found.rows.features)
    n_empty = int((~found.kept).sum())
    windows = _windows(found, time, batch, every)
    summary = {
        "kind": "monitoring",
        "target": scorer.model.about["target"],
        "task": scorer.model.task.name,
        "model": model_record(scorer.model),
        "reference": {
            "n_rows": known.n_rows,
            "n_patients": known.n_patients,
            "source": known.source,
            "own": reference is None,
        },
        "every": None if time is None else every,
        "empty": {"n": n_empty, "level": share_level(n_empty, len(found.kept), chosen)},
        "drift": drift_entry(found.rows, found.unlike, found.uncertain, windows, known, ranges, chosen),
        "cases": cases_entry(found.cases, chosen),
        "kinds": kind_entries(_kinds(scorer.model, known), found.kinds, chosen),
        "training_again": again,
        "outcome": None
        if again
        else _outcome(scorer.model, known, found, windows, target, positive, subgroups, chosen, seed),
        "internal_auc": ((scorer.model.about.get("internal") or {}).get("metrics") or {}).get("auc"),
        "limits": chosen.model_dump(),
        "notes": _notes(scorer.model, found, target),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "command": command,
    }
    summary["verdict"] = verdict(summary, chosen)
    return Monitoring(plain_data(summary))


def monitor_table(
    model: Path, source: Path, output: Path, *, say: Callable[[str], None] = lambda _line: None, **how: Any
) -> Monitoring:
    """Compare a table or an extract folder with a model file, and write the folder; parameters as for ``monitor``.

    Raises
    ------
    As ``monitor``; OutputTaken, OutputNotWritable, DiskFull
    """
    given, begun_before = how.get("reference"), (Path(output) / RUN_FILE).exists()
    folder = prepare_folder_of(MONITORING, output, [model, source, *([] if given is None else [given])])
    with withdrawn_if_refused(folder, begun_before=begun_before):
        found = monitor(model, source, **how)
    for note in found.summary["notes"]:
        say(note)
    begin(folder, MONITORING)
    found.save(folder)
    return found


def _scorer(model: str | Path | Scorer | Model) -> Scorer:
    if isinstance(model, Scorer):
        return model
    return Scorer(model) if isinstance(model, Model) else load_model(model)


def _windows(found: Monitored, time: str | None, batch: str | None, every: Every) -> list[Window]:
    """Divide the rows as they were given, so that messages name them rightly."""
    if time is not None and batch is not None:
        raise BadSetting("--time and --batch both divide the cases into windows. Give one of them.")
    name = batch if time is None else time
    if name is None:
        return []
    table = found.raw
    if name not in table.columns:
        raise missing_column(name, [str(one) for one in table.columns])
    given = time_windows(table[name], every) if time is not None else batch_windows(table[name])
    parts = [Window(one.name, one.here[found.kept]) for one in given]
    return [one for one in parts if one.here.any()]


def _kinds(model: Model, known: Reference) -> dict[str, dict[str, int]]:
    """How the images of training were made: fields of DICOM headers, and columns of the table."""
    headers = (((model.about.get("extraction") or {}).get("acquisition") or {}).get("parameters")) or {}
    return {**headers, **{name: dict(counts) for name, counts in known.kinds.items()}}


def _outcome(
    model: Model, known: Reference, found: Monitored, windows: Sequence[Window], target: str | None,
    positive: str | None, subgroups: str | None, limits: Limits, seed: int,
) -> dict[str, Any] | None:  # fmt: skip
    if target is None:
        _refuse_without_target(positive, subgroups)
        return None
    if target not in found.table.columns:
        raise missing_column(target, [str(one) for one in found.table.columns])
    y = labels_for(model, found.table[target], positive)
    there = ~np.isnan(y)
    if not there.any():
        return None
    table = found.table[there].reset_index(drop=True)
    groups = () if subgroups is None else find_subgroups(table, SubgroupRequest(columns=subgroups))
    rows = Labelled(
        y[there], found.rows.predicted[there], found.rows.patients[there],
        [Window(one.name, one.here[there]) for one in windows], groups,
    )  # fmt: skip
    return outcome_entry(model, known, rows, limits, seed=seed)


def _refuse_without_target(positive: str | None, subgroups: str | None) -> None:
    for name, given in (("--positive", positive), ("--subgroups", subgroups)):
        if given is not None:
            raise BadSetting(
                f"{name} {given} needs labels. Name their column with --target, or leave it out."
            )


def _notes(model: Model, found: Monitored, target: str | None) -> list[str]:
    notes = []
    n_empty = int((~found.kept).sum())
    if n_empty:
        notes.append(
            f"{n_empty} row(s) hold no value of any feature that the model needs. They could not be scored, and are left out."
        )
    name = str(model.about["target"])
    if target is None and name in found.table.columns:
        notes.append(
            f"The table has a column '{name}': --target {name} also compares the predictions with it."
        )
    if target is not None:
        n = int(found.table[target].isna().sum())
        if n:
            notes.append(f"{len(found.table) - n} of {len(found.table)} rows have a label in '{target}'.")
    if not model.patients_in(found.table):
        notes.append("No column tells patients apart, so every row counts as a patient.")
    return notes
