"""The model to be used on new patients: the pipeline fitted on all rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.set_aside import names_place
from radiobone.core.errors import UntrustedModel
from radiobone.core.provenance import versions
from radiobone.evaluation.blocks.late import learn
from radiobone.evaluation.blocks.resolve import settle_blocks
from radiobone.evaluation.calibration import SigmoidCalibrator
from radiobone.evaluation.certainty import Certainty, certainty_columns, fit_certainty, from_plain
from radiobone.evaluation.chain import apply_steps
from radiobone.evaluation.drift.reference import Reference, make_reference, one_number, read_reference
from radiobone.evaluation.fitting import Fitted
from radiobone.evaluation.idle_steps import warn_of_idle_steps
from radiobone.evaluation.internal import internal_record
from radiobone.evaluation.model import Model
from radiobone.evaluation.model_content import check_content
from radiobone.evaluation.model_file import read_model
from radiobone.evaluation.pooling import is_pooled, patient_cut
from radiobone.evaluation.probes import check_probes
from radiobone.evaluation.result import Result
from radiobone.evaluation.row_metadata import RawRows, raw_rows
from radiobone.evaluation.site_checks import check_sites
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.tasks.same import check_same_task

__all__ = ["Model", "fit_model", "load_model"]


def fit_model(
    cohort: Cohort,
    pipeline: PipelineSpec,
    *,
    seed: int = 0,
    jobs: int = 1,
    intended_use: str | None = None,
    show_progress: bool = False,
    evaluated: Result | None = None,
) -> Model:
    """Fit the pipeline on all rows: the inner folds choose, calibrate and set the threshold.

    How well it does on new patients is what nested cross-validation of the same pipeline estimates.

    Parameters
    ----------
    cohort : Cohort
        All rows.
    pipeline : PipelineSpec
        Steps, models, inner folds, calibration and threshold.
    seed : int
        The same seed gives the same model, whatever ``jobs``.
    jobs : int
        Processes.
    intended_use : str, optional
        What the model is for, in words.
    show_progress : bool
        Count the inner folds as they are finished.
    evaluated : Result, optional
        Nested cross-validation of this pipeline on this cohort: the model carries its figures.

    Raises
    ------
    TooFewPerClass
        If a class has fewer than two patients.
    BadSetting
        If ``evaluated`` is of another cohort or pipeline.
    """
    check_same_task(cohort, pipeline)
    warn_of_idle_steps(pipeline)
    cohort, pipeline = settle_blocks(cohort, pipeline)
    check_sites(cohort, pipeline, seed=seed)
    internal = {} if evaluated is None else {"internal": internal_record(evaluated, cohort, pipeline)}
    pooled = is_pooled(cohort, pipeline.pool)
    pooling = {"pooling": pipeline.pool.model_dump()} if pooled and pipeline.pool else {}
    fitted = learn(
        cohort.X, cohort.y, cohort.groups, pipeline,
        seed=seed, key=("final",), jobs=jobs, show_progress=show_progress, derived=cohort.derived,
        metadata=raw_rows(cohort).metadata,
    )  # fmt: skip
    needed = needed_columns(raw_rows(cohort), fitted)
    values = cohort.X[list(needed)]
    ranges = {name: (float(values[name].min()), float(values[name].max())) for name in needed}
    certainty = fit_certainty(fitted.task, fitted.unseen, cohort.y, fitted.unseen_row, cohort.groups)
    about = {**_about(cohort, pipeline, fitted, seed, intended_use), **internal, **pooling}
    return Model(
        fitted.steps, fitted.model, fitted.calibrator, fitted.threshold,
        tuple(str(name) for name in cohort.X.columns), needed, fitted.features,
        tuple(float(value) for value in cohort.X.median()), ranges,
        about,
        patient_threshold=patient_cut(fitted, cohort.y, cohort.patient, pipeline) if pooling else None,
        reference=training_reference(cohort, fitted, needed, certainty, about),
        certainty=certainty,
    )  # fmt: skip


MOST_REGION_NAMES = 100
HELD_OUT = "predictions of training rows that the inner folds held out"


def training_reference(
    cohort: Cohort,
    fitted: Fitted,
    needed: Sequence[str],
    certainty: Certainty | None,
    about: Mapping[str, Any],
) -> Reference:
    """Sum up the training rows for later comparison with new ones.

    Rows made from others are left out; what is predicted is that of the first time that a row was held out.
    """
    own = np.ones(cohort.n_rows, dtype=bool) if cohort.derived is None else ~cohort.derived
    rows, first = np.unique(fitted.unseen_row, return_index=True)
    columns = cohort.provenance.get("acquisition", {})
    kinds = {name: np.array(cells)[own].tolist() for name, cells in columns.items() if not names_place(name)}
    reported = fitted.unseen[first]
    told = TASKS[fitted.task].columns(reported, fitted.threshold, about)
    sure = certainty_columns(certainty, reported, told, about, [[""] * len(first)])
    return make_reference(
        cohort.X.loc[own, list(needed)], cohort.groups[own],
        one_number(reported), cohort.y[rows], cohort.groups[rows],
        source=HELD_OUT, n_uncertain=sum(map(bool, sure["uncertain"])), kinds=kinds,
    )  # fmt: skip


def needed_columns(rows: RawRows, fitted: Fitted) -> tuple[str, ...]:
    """Return the columns that a prediction depends on.

    Those that reach the model, or these and the clinical ones (which a step may correct others by), if the steps give
    the same bits when all others hold one value; else all.
    """
    names = [str(name) for name in rows.X.columns]
    expected = np.asarray(apply_steps(fitted.steps, rows))
    for chosen in (set(fitted.features), {*fitted.features, *rows.metadata.clinical}):
        blanked = replace(rows, X=_blanked(rows.X, chosen))
        found = np.asarray(apply_steps(fitted.steps, blanked))
        if chosen <= set(names) and np.array_equal(expected, found, equal_nan=True):
            return tuple(name for name in names if name in chosen)
    return tuple(names)


def _blanked(table: pd.DataFrame, kept: set[str]) -> pd.DataFrame:
    others = [name for name in table.columns if name not in kept]
    blanked = table.copy()
    blanked[others] = np.tile(table[others].median().to_numpy(), (len(table), 1))
    return blanked


def load_model(path: Path) -> Model:
    """Read a model that ``Model.save`` wrote.

    Raises
    ------
    FileMissing, ResourceLimit
    UntrustedModel
        If the file is no model or was changed, or the model gives other numbers here than where it was saved, as other
        versions of the libraries can make it.
    """
    content, steps, classifier = read_model(Path(path))
    check_content(content, steps, Path(path))
    calibrator = content["calibrator"]
    with _understood(Path(path)):
        model = Model(
            steps, classifier, None if calibrator is None else SigmoidCalibrator(**calibrator), content["threshold"],
            tuple(content["inputs"]), tuple(content["needed"]), tuple(content["features"]), tuple(content["fill"]),
            {name: (bounds[0], bounds[1]) for name, bounds in content["ranges"].items()}, content["about"],
            content["digest"], content["patient_threshold"],
            read_reference(content["reference"], content["needed"]) if "reference" in content else None,
            from_plain(content["about"].get("task", "binary"), content.get("certainty")),
        )  # fmt: skip
    check_probes(model, content["probes"], Path(path))
    return model


@contextmanager
def _understood(path: Path) -> Iterator[None]:
    """Name the file whose parts are not what a model's are."""
    try:
        yield
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise UntrustedModel(
            f"{path}: what it holds of its training values cannot be understood ({error}). Get it again."
        ) from error


def _about(
    cohort: Cohort, pipeline: PipelineSpec, fitted: Fitted, seed: int, intended_use: str | None
) -> dict[str, Any]:
    binary, written = cohort.task.kind == "binary", TASKS[cohort.task.kind].intended_use
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "target": cohort.target,
        "positive": cohort.positive,
        "negative": cohort.negative,
        **(
            {}
            if binary
            else {
                "task": cohort.task.kind,
                "task_settings": cohort.task.model_dump(mode="json"),
                "levels": list(cohort.levels),
            }
        ),
        "intended_use": intended_use or written.format(positive=cohort.positive, target=cohort.target),
        "model": fitted.model_name,
        "params": fitted.params,
        **({"inner_auc": fitted.inner_score} if binary else {"inner_score": fitted.inner_score}),
        "seed": seed,
        "pipeline": pipeline.model_dump(mode="json"),
        "extraction": cohort.provenance.get("extraction"),
        "training": {
            "source": cohort.provenance.get("source"),
            "digest": cohort.provenance.get("digest"),
            "n_rows": cohort.n_rows,
            "n_rows_derived": 0 if cohort.derived is None else int(cohort.derived.sum()),
            "n_patients": cohort.n_patients,
            **class_counts(cohort),
            "columns": _columns(cohort),
            "region_names": _region_names(cohort),
            "clinical": list(cohort.clinical),
            "categories": {name: list(words) for name, words in cohort.categories.items()},
        },
    }


def class_counts(cohort: Cohort) -> dict[str, Any]:
    """Return how many rows each class has; for a number its least, middle and greatest value."""
    if cohort.task.kind == "binary":
        return {"n_positive": int(cohort.y.sum()), "n_negative": int((1 - cohort.y).sum())}
    if cohort.levels:
        counts = np.bincount(cohort.y, minlength=len(cohort.levels)).tolist()
        return {"levels": [{"name": name, "n": n} for name, n in zip(cohort.levels, counts, strict=True)]}
    low, middle, high = np.quantile(cohort.y, [0.0, 0.5, 1.0])
    return {"values": {"least": float(low), "median": float(middle), "greatest": float(high)}}


def _region_names(cohort: Cohort) -> list[str]:
    """Names of the regions; none where there are too many for names of structures."""
    names = sorted({str(name) for name in cohort.roi} - {""})
    return names if len(names) <= MOST_REGION_NAMES else []


def _columns(cohort: Cohort) -> dict[str, Any]:
    """Names of the columns that said whose row it is, so that scores of a like table carry them."""
    columns = cohort.provenance.get("columns", {})
    return {
        "id": columns.get("id"),
        "groups": columns.get("groups"),
        "site": columns.get("site"),
        "regions": list(columns.get("regions") or ()),
    }
