"""A fitted model that scores new rows and knows what it was made for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from radiobone.cohort.checks import texts
from radiobone.core.errors import MissingColumn
from radiobone.evaluation.calibration import SigmoidCalibrator
from radiobone.evaluation.certainty import Certainty, Zone, certainty_columns, to_plain
from radiobone.evaluation.chain import apply_steps
from radiobone.evaluation.drift.reference import Reference
from radiobone.evaluation.model_file import write_model
from radiobone.evaluation.needed_values import needed_values, warn_filled_in
from radiobone.evaluation.pooling import pool_output
from radiobone.evaluation.probes import make_probes
from radiobone.evaluation.row_metadata import RawRows, RowMetadata
from radiobone.evaluation.row_names import patients_of, regions_of
from radiobone.evaluation.tasks.base import Task
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.training_range import far_notes, range_notes, warn_of_range
from radiobone.selection.row_sites import takes_sites

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Model:
    """A pipeline fitted on all rows of a cohort.

    Attributes
    ----------
    steps : sklearn.pipeline.Pipeline
        From ``inputs`` to the classifier's columns.
    classifier : fitted classifier
        Not calibrated.
    calibrator : SigmoidCalibrator or None
        From scores to probabilities.
    threshold : float or None
        Probability from which a row counts as positive; None where the task has none.
    inputs : tuple of str
        Columns that the steps were fitted on.
    needed : tuple of str
        Those of them that the result depends on; a table to score must have them.
    features : tuple of str
        Columns that reach the classifier.
    fill : tuple of float
        Training median of each input: stands in for columns that are not needed.
    ranges : dict of str to (low, high)
        Least and greatest training value of each needed column.
    about : dict
        Plain data: target, classes, training counts, settings of extraction, intended use, versions.
    digest : str
        Of the saved file; empty before saving.
    patient_threshold : float or None
        Pooled probability from which a patient counts as positive; None where rows are not pooled.
    reference : Reference or None
        How the training rows spread, for ``radiobone monitor``; None in files of versions that did not keep it.
    certainty : ProbabilityInterval, NumberInterval, ClassRun or None
        How sure scores are; None of a model that an older version fitted.
    """

    steps: Pipeline
    classifier: Any
    calibrator: SigmoidCalibrator | None
    threshold: float | None
    inputs: tuple[str, ...]
    needed: tuple[str, ...]
    features: tuple[str, ...]
    fill: tuple[float, ...]
    ranges: Mapping[str, tuple[float, float]]
    about: Mapping[str, Any]
    digest: str = ""
    patient_threshold: float | None = None
    reference: Reference | None = None
    certainty: Certainty | None = None

    def __repr__(self) -> str:
        return f"Model({self.in_brief()})"

    def in_brief(self) -> str:
        """Say what is predicted, by what, and on whom it was trained, in two lines."""
        about, training = self.about, self.about["training"]
        cut = "" if self.threshold is None else f", threshold {self.threshold:.2f}"
        return (
            f"{str(about['target'])[:30]}: {self.task.said(about)}\n"
            f"  {about['model']} on {len(self.features)} features of {len(self.inputs)}"
            f"{cut}, trained on {training['n_patients']} patients"
        )

    @property
    def clinical(self) -> tuple[str, ...]:
        """Clinical variables that scores depend on, by their names in the table."""
        known = set(self.about.get("training", {}).get("clinical", ()))
        return _variables(name for name in self.needed if name in known)

    @property
    def clinical_left_out(self) -> tuple[str, ...]:
        """Clinical variables of the training that scores do not depend on, as the selection left them out."""
        known = _variables(self.about.get("training", {}).get("clinical", ()))
        return tuple(name for name in known if name not in self.clinical)

    @property
    def task(self) -> Task:
        """What is predicted."""
        return TASKS[self.about.get("task", "binary")]

    def predict(
        self, table: pd.DataFrame, sites: npt.ArrayLike | None = None, *, grey_zone: Zone | None = None
    ) -> pd.DataFrame:
        """Score the rows of a feature table.

        Parameters
        ----------
        table : pandas.DataFrame
            Has the columns in ``needed``; others are ignored. A clinical column of words, such as
            ``sex``, serves for ``sex=M``.
        sites : array-like of str, shape (n_rows,), optional
            Hospital or scanner of each row, for a model that corrects rows by it; the column of that name in training
            if not given.
        grey_zone : (low, high), optional
            Of two classes: probabilities between which ``answer`` is to be "uncertain".

        Returns
        -------
        pandas.DataFrame
            With the table's index: the columns of patient and region where the table has them; of two classes
            ``probability``, ``threshold``, ``predicted`` (1 or 0), ``predicted_class`` (its name); of ordered classes
            ``probability_…`` of each, ``predicted`` (its place) and ``predicted_class``; of a number ``predicted``; the ends of
            its interval, ``interval_low`` and ``interval_high`` (of the probability, the number, or the lowest and highest
            class that is possible; empty of an older model), ``answer`` (the class, or "uncertain") and ``uncertain``, why;
            how many of the needed features lie outside what the model was trained on, ``outside_range``, with their names,
            ``outside_features``, and ``warnings``, empty or why the score is not to be used. Where the model pools
            rows and the table tells patients apart, also ``patient_probability``, ``patient_threshold`` and
            ``patient_predicted`` (of other tasks what they have of them), the same in all rows of a patient.

        Raises
        ------
        FeatureMismatch
            If columns are missing, a row holds none of the needed values, or a clinical column holds a word that training
            did not have.
        MissingColumn
            If the model corrects rows by their site, and it is not known.
        UnseenSite
            If a row is of a site that the model was not trained on, and its pipeline refuses such.
        DuplicateColumn
            If a needed column is there twice.
        NotNumeric, NonFiniteFeature
            If values are no finite numbers.

        Warns
        -----
        Imputed
            If needed values are missing, which the model fills in as it learned to from its training rows.
        OutsideTrainingRange
            If half or more of the needed features of a row lie outside what the model was trained on.
        """
        wanted = self.needed_values(table)
        warn_filled_in(wanted)
        task, reported = self.task, self.reported(wanted, self._sites(table, sites))
        columns = task.columns(reported, self.threshold, self.about)
        outside = self._outside(wanted)
        named = dict.fromkeys([*self.patients_in(table), *self.regions_in(table)])
        notes = range_notes(outside)
        warn_of_range(notes)
        doubts = [notes, far_notes(wanted.to_numpy(dtype=float), self._bounds(), self.needed)]
        sure = certainty_columns(self.certainty, reported, columns, self.about, doubts, grey_zone)
        scored = pd.DataFrame(
            {
                **{name: table[name].to_numpy() for name in named},
                **{name: sure.pop(name) for name in ("answer",) if name in sure},
                **columns,
                **sure,
                "outside_range": outside.sum(axis=1),
                "outside_features": [", ".join(np.array(self.needed)[row]) for row in outside],
                "warnings": notes,
            },
            index=table.index,
        )
        return self._with_patients(scored, reported, self.patients_in(table))

    def reported(self, wanted: pd.DataFrame, sites: npt.NDArray[np.str_] | None = None) -> FloatArray:
        """Return what the task reports of rows that hold the needed columns as numbers: a probability, or those of each class."""
        rows = RawRows(self._full(wanted), RowMetadata(sites))
        output = self.task.output(self.classifier, apply_steps(self.steps, rows))
        return self.task.predict(output, self.calibrator)

    def _with_patients(
        self, scored: pd.DataFrame, reported: FloatArray, columns: Sequence[str]
    ) -> pd.DataFrame:
        """Add the pooled prediction of each row's patient."""
        if "pooling" not in self.about or not columns:
            return scored
        patient = scored[columns[0]].astype(str).to_numpy()
        pooled, of_row = pool_output(reported, patient, self.about["pooling"]["rule"])
        told = self.task.columns(pooled[of_row], self.patient_threshold, self.about)
        return scored.assign(
            **{f"patient_{name}": one for name, one in told.items() if name != "predicted_class"}
        )

    def needed_values(self, table: pd.DataFrame) -> pd.DataFrame:
        """Return the needed columns of a table as numbers.

        Raises
        ------
        DuplicateColumn, FeatureMismatch, NotNumeric, NonFiniteFeature
            As ``predict``.
        """
        return needed_values(table, self.needed, self.about.get("training", {}))

    def patients_in(self, table: pd.DataFrame) -> list[str]:
        """Return the columns of a table that tell its patients apart: those of training, or known by their names."""
        return patients_of(table, *self._of_training())

    def regions_in(self, table: pd.DataFrame) -> list[str]:
        """Return the columns of a table that tell a patient's regions apart."""
        return regions_of(table, *self._of_training())

    def save(self, path: Path) -> str:
        """Write the model as one file without pickle, and return its digest.

        Raises
        ------
        OutputNotWritable, DiskFull
        """
        return write_model(Path(path), self._plain(), self.steps, self.classifier)

    def _plain(self) -> dict[str, Any]:
        return {
            "threshold": self.threshold,
            "patient_threshold": self.patient_threshold,
            "calibrator": None if self.calibrator is None else asdict(self.calibrator),
            "inputs": list(self.inputs),
            "needed": list(self.needed),
            "features": list(self.features),
            "fill": list(self.fill),
            "ranges": {name: list(bounds) for name, bounds in self.ranges.items()},
            "about": dict(self.about),
            **({} if self.reference is None else {"reference": self.reference.as_plain()}),
            "certainty": to_plain(self.certainty),
            "probes": make_probes(self),
        }

    def _of_training(self) -> tuple[Mapping[str, Any], set[str]]:
        """Columns of patient and region in training, and those that were used as inputs."""
        training = self.about.get("training", {})
        return training.get("columns", {}), {*self.inputs, *training.get("categories", {})}

    def _sites(self, table: pd.DataFrame, sites: npt.ArrayLike | None) -> npt.NDArray[np.str_] | None:
        """Return the site of each row, if a step corrects rows by it."""
        if not takes_sites(self.steps):
            return None
        name = self.about.get("training", {}).get("columns", {}).get("site")
        if sites is None and name not in table.columns:
            raise MissingColumn(
                "The model corrects features by the site (hospital or scanner) of each row, and the table has no column "
                + (
                    f"'{name}', as training had. Add it, or name"
                    if name
                    else "for it that training named. Name"
                )
                + " yours: --site COLUMN ("
                + (f"of a single image --clinical {name}=…; " if name else "")
                + "in Python predict(table, sites=…)). Where the site is not among those of training: see `unseen` of the step."
            )
        return np.array(
            texts(pd.Series(table[name] if sites is None else sites, dtype=object), empty=""), dtype=np.str_
        )

    def _full(self, wanted: pd.DataFrame) -> pd.DataFrame:
        """Return all inputs; columns without influence hold their training median."""
        filled = np.tile(np.asarray(self.fill, dtype=float), (len(wanted), 1))
        full = pd.DataFrame(filled, columns=list(self.inputs), index=wanted.index)
        full[list(self.needed)] = wanted
        return full

    def _outside(self, wanted: pd.DataFrame) -> npt.NDArray[np.bool_]:
        bounds, values = self._bounds(), wanted.to_numpy()
        return np.asarray((values < bounds[:, 0]) | (values > bounds[:, 1]), dtype=bool)

    def _bounds(self) -> FloatArray:
        return np.array([self.ranges[name] for name in self.needed], dtype=float).reshape(-1, 2)


def _variables(columns: Iterable[str]) -> tuple[str, ...]:
    """Names of variables from those of their columns: a category has one for each of its words, such as ``sex=f``."""
    return tuple(dict.fromkeys(name.rpartition("=")[0] or name for name in columns))
