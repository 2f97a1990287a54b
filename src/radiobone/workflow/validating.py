"""A frozen model on another cohort with labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.cohort.canonical import as_given
from radiobone.core.errors import BadSetting
from radiobone.core.files import write_json, write_parquet
from radiobone.core.folder_kinds import VALIDATION
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.core.provenance import made_now
from radiobone.core.run_record import begin, finish, warn_if_unfinished
from radiobone.core.warnings import collected, warn
from radiobone.evaluation.measure_names import SHOWN
from radiobone.evaluation.model import Model
from radiobone.evaluation.result import METRICS_FILE, PREDICTIONS_FILE, PROVENANCE_FILE, Estimate
from radiobone.evaluation.subgroup_summary import subgroup_summary
from radiobone.evaluation.subgroups import SubgroupRequest, wanted_subgroups
from radiobone.evaluation.summary import cohort_record
from radiobone.evaluation.validation.assessment import Assessment
from radiobone.evaluation.validation.registry import VALIDATIONS
from radiobone.evaluation.validation.two_graded import check_comparable
from radiobone.workflow.announce import described
from radiobone.workflow.reported import Reported
from radiobone.workflow.score import Scorer, load_model
from radiobone.workflow.validated_cohort import Labelled, labelled_from_arrays, read_labelled

ModelSource = str | Path | Scorer | Model


@dataclass(frozen=True, eq=False, repr=False)
class Validation(Reported):
    """A frozen model on another cohort.

    Attributes
    ----------
    summary : dict
        Everything of ``metrics.json``: the cohort, the model, ``metrics``, ``calibration``, ``decision_curve``,
        ``recalibrated`` (which used the new labels), ``ranges``; with a second model ``against`` and ``comparison``. Of
        ordered classes and numbers what ``evaluate`` tells of them, and ``in_the_large``, or ``line`` and ``recalibrated``.
    predictions : pandas.DataFrame
        One row per row of the cohort.
    provenance : dict
        What was run on what.
    """

    summary: dict[str, Any]
    predictions: pd.DataFrame
    provenance: Mapping[str, Any]

    @property
    def metrics(self) -> dict[str, Estimate]:
        """AUC (or what the task has) and the others of the frozen model, each with ``mean``, ``low``, ``high``."""
        return {
            name: Estimate(one["mean"], one["low"], one["high"], one["mean"], None, 1, one["method"])
            for name, one in self.summary["metrics"].items()
        }

    @property
    def task(self) -> str:
        """``binary``, ``ordinal`` or ``number``."""
        return str(self.summary["task"])

    def in_brief(self) -> str:
        """Say what was predicted, of how many, and how well."""
        about = self.summary
        first = about.get("headline", "auc")
        value, title = self.metrics[first], SHOWN[about["task"]][first]
        mean, low, high = (
            "–" if one is None else f"{one:.2f}" for one in (value.mean, value.low, value.high)
        )
        return (
            f"{about['target']}, {about['n_patients']} patients: {title} {mean}, "
            f"95 % interval {low} to {high}"
        )

    def save(self, folder: str | Path) -> Path:
        """Write ``metrics.json``, ``predictions.parquet`` and ``provenance.json`` into ``folder``.

        Raises
        ------
        OutputTaken
            If it holds results of another kind.
        OutputNotWritable, DiskFull
        """
        where = prepare_folder_of(VALIDATION, folder)
        write_parquet(where / PREDICTIONS_FILE, self.predictions)
        write_json(where / PROVENANCE_FILE, dict(self.provenance))
        write_json(where / METRICS_FILE, self.summary)
        finish(where, VALIDATION)
        return where


def validate(
    model: ModelSource,
    X: Any,
    y: Any,
    groups: Any = None,
    sites: Any = None,
    clinical: Any = None,
    *,
    positive: Any = None,
    against: ModelSource | None = None,
    cuts: Sequence[float] | None = None,
    subgroups: SubgroupRequest | str | None = None,
    seed: int = 0,
) -> Validation:
    """Judge a frozen model on another cohort given as arrays or data frames.

    Parameters
    ----------
    model : path, Scorer or Model
        As ``fit`` and ``load_model`` give it; nothing of it changes.
    X : DataFrame, shape (n_rows, n_features)
        Has the columns that the model needs.
    y : array-like, shape (n_rows,)
    groups, sites, clinical
        As ``radiobone.evaluate`` takes them.
    positive : object, optional
        The positive class; the model's, if ``y`` has it.
    against : path, Scorer or Model, optional
        Another frozen model of the same task, to compare ``model`` with on the same rows.
    cuts : sequence of float, optional
        Of two classes, probabilities between the categories of the NRI; the threshold of ``against`` if not given.
    subgroups : str or SubgroupRequest, optional
        ``"sex,age:65"``, columns of ``X`` or ``clinical``.
    seed : int
        Of the bootstrap and of the folds of recalibration.

    Returns
    -------
    Validation
        ``.metrics["auc"].mean``, ``.summary["recalibrated"]``, ``.predictions``, ``.report(path)``.

    Raises
    ------
    FeatureMismatch, TooFewPerClass, BadSetting, TableError
    """
    given = [one for one in (model, against) if one is not None]
    models = [as_model(one) for one in given]
    _check_can_judge(models, cuts)
    labelled = labelled_from_arrays(
        X, y, models, groups=groups, sites=sites, clinical=clinical, positive=positive
    )
    return _validated(
        labelled, models, _names(given), cuts=cuts, subgroups=subgroups, seed=seed, command=None
    )


@holds_outputs
def validate_table(
    model: Path | Model,
    source: Path,
    output: Path,
    *,
    target: str | None = None,
    positive: str | None = None,
    against: Path | None = None,
    cuts: Sequence[float] | None = None,
    subgroups: SubgroupRequest | str | None = None,
    seed: int = 0,
    command: str | None = None,
    say: Callable[[str], None] = lambda _line: None,
    **roles: Any,
) -> Validation:
    """Judge a frozen model on a table or an extract folder, and write the result folder.

    Parameters
    ----------
    model, against : path
        Model files; or a model as it is.
    source : path
        A folder made by ``extract``, or a table.
    output : path
        The result folder.
    target : str, optional
        Column of the label; the model's if not given.
    cuts, subgroups
        As ``validate`` takes them.
    command : str, optional
        What was typed.
    say : callable
        Told, line by line, which column was taken for what.
    **roles
        ``id``, ``groups``, ``site``, ``unit`` and ``duplicates``, as ``radiobone.cohort.readers.read_cohort`` takes them.

    Raises
    ------
    FeatureMismatch, SettingsMismatch, TooFewPerClass, BadSetting, TableError, PathError
    """
    given = [one for one in (model, against) if one is not None]
    loaded = [one if isinstance(one, Model) else load_model(one) for one in given]
    models = [as_model(one) for one in loaded]
    _check_can_judge(models, cuts)
    paths = [one for one in given if isinstance(one, Path)]
    folder = prepare_folder_of(VALIDATION, output, inputs=[source, *paths])
    warn_if_unfinished(source, "extraction")
    for scorer in loaded:
        if isinstance(scorer, Scorer):
            scorer.check_settings(source)
    labelled = read_labelled(source, models, target=target, positive=positive, **roles)
    for line in (*described(labelled.cohort), *labelled.notes):
        say(line)
    begin(folder, VALIDATION)
    found = _validated(
        labelled, models, _names(given), cuts=cuts, subgroups=subgroups, seed=seed, command=command
    )
    found.save(folder)
    return found


def as_model(source: ModelSource) -> Model:
    """Return the model that a path, a scorer or a model stands for.

    Raises
    ------
    FileMissing, UntrustedModel
    """
    return source if isinstance(source, Model) else _scorer(source).model


def _check_can_judge(models: Sequence[Model], cuts: object) -> None:
    """Refuse models that have no score in common, and cut-offs where there is no one probability to cut."""
    check_comparable(models)
    first = models[0]
    if cuts is not None and not VALIDATIONS[first.task.name].takes_cuts:
        raise BadSetting(
            f"The model predicts '{first.about.get('target')}' as '{first.task.name}', and cut-offs divide the one probability that "
            "models of two classes give. Leave --cuts out."
        )


def _scorer(source: str | Path | Scorer) -> Scorer:
    return source if isinstance(source, Scorer) else load_model(source)


def _names(given: Sequence[ModelSource]) -> list[str]:
    """Name the models in warnings: by their files, or by the part that they play; a single one needs no name."""
    if len(given) < 2:
        return [""]
    parts = zip(given, ("the model", "the model against it"), strict=True)
    return [str(one) if isinstance(one, str | Path) else part for one, part in parts]


def _assessed(model: Model, name: str, labelled: Labelled, *, seed: int) -> Assessment:
    """Judge one model; what is warned of begins with its name, so that warnings of two can be told apart."""
    with collected() as told:
        judged = VALIDATIONS[model.task.name]
        found = judged.assess(model, labelled.table, labelled.cohort, seed=seed)
    for one in told:
        warn(f"{name}: {one}" if name else str(one), type(one), stacklevel=4)
    return found


def _validated(
    labelled: Labelled,
    models: Sequence[Model],
    names: Sequence[str],
    *,
    cuts: Sequence[float] | None,
    subgroups: SubgroupRequest | str | None,
    seed: int,
    command: str | None,
) -> Validation:
    cohort, judged = labelled.cohort, VALIDATIONS[models[0].task.name]
    wanted = wanted_subgroups(subgroups, labelled.table)
    found = [_assessed(model, name, labelled, seed=seed) for model, name in zip(models, names, strict=True)]
    summary = {**judged.summary(cohort, seed=seed, notes=labelled.notes), **found[0].entry}
    other = found[1] if len(found) > 1 else None
    if other is not None:
        summary["against"] = other.entry
        more = {"cuts": cuts} if judged.takes_cuts else {}
        summary["comparison"] = judged.compare(cohort, found[0], other, seed=seed, **more)
    predictions = judged.predictions(cohort, found[0], other)
    if wanted is not None:
        request, groups = wanted
        one_repeat = predictions.assign(repeat=0)
        summary["subgroups"] = subgroup_summary(groups, cohort, one_repeat, request, seed=seed)
    return Validation(
        summary,
        as_given(predictions, cohort),
        _provenance(labelled, seed, command),
    )


def _provenance(labelled: Labelled, seed: int, command: str | None) -> dict[str, Any]:
    return {
        **made_now(),
        "seed": seed,
        "command": command,
        "extraction": labelled.cohort.provenance.get("extraction"),
        "cohort": cohort_record(labelled.cohort),
    }
