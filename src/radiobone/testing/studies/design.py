"""A synthetic study: its shape, its table, and the best that any reader of it could reach."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.seeds import rng_for
from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.truth import Population, Reference, Rule, ceiling_auc

FloatArray = npt.NDArray[np.float64]
POOL = 12  # candidates drawn per patient wanted


@dataclass(frozen=True)
class Balance:
    """How many patients of the cohort are positive in a target."""

    target: str
    n_positive: int


@dataclass(frozen=True)
class Readings:
    """Second readings of some regions by another reader.

    Attributes
    ----------
    n_patients : int
    reliable, unreliable : float
        Correlation of the two readings, of most columns and of every ``every``-th one.
    every : int
    """

    n_patients: int
    reliable: float
    unreliable: float
    every: int


@dataclass(frozen=True)
class Part:
    """Groups of columns that are known for some of the patients alone."""

    groups: tuple[str, ...]
    n_patients: int


@dataclass(frozen=True)
class StudyDesign:
    """What a synthetic study is like.

    Attributes
    ----------
    name : str
    n_patients : int
    columns : mapping of str to Columns
        Groups of columns; noise of different groups is independent.
    references : mapping of str to Reference
    rules : mapping of str to Rule
        Targets of two classes, ``yes`` and ``no``.
    origins : mapping of str to str
        Where each parameter is from.
    numbers : tuple of str
        References that are targets themselves.
    balance : Balance or None
        None: as they come.
    rois : tuple of str
        Regions of each patient; empty for one row each. ``n_rows`` of them are kept.
    n_rows : int or None
    patient_share : float
        Share of the variance of the density that a patient's regions have in common.
    population : Population
    known : mapping of str to Part
        Columns that are known for some patients alone; the column ``has_NAME`` says for whom.
    readings : Readings or None
        Whose ICC columns may be dropped by.
    """

    name: str
    n_patients: int
    columns: Mapping[str, Columns]
    references: Mapping[str, Reference]
    rules: Mapping[str, Rule]
    origins: Mapping[str, str]
    numbers: tuple[str, ...] = ()
    balance: Balance | None = None
    rois: tuple[str, ...] = ()
    n_rows: int | None = None
    patient_share: float = 1.0
    population: Population = field(default_factory=Population)
    known: Mapping[str, Part] = field(default_factory=dict)
    readings: Readings | None = None

    def information(self, names: Collection[str]) -> float:
        """Return what columns tell of a row's density, all groups together."""
        return sum(group.information(names, self.patient_share) for group in self.columns.values())

    def ceiling_auc(self, target: str, names: Collection[str]) -> float:
        """Best AUC of any score of a row's columns ``names`` for a target of two classes."""
        density, weight = self.population.nodes()
        risk = self.rules[target].risk(self.references, density)
        return ceiling_auc(self.information(names), risk, density, weight)

    def ceiling_r2(self, target: str, names: Collection[str]) -> float:
        """Best R² of any prediction of a reference, in a population that is not cut."""
        information = self.information(names)
        return float(self.references[target].agreement ** 2 * information / (1 + information))


@dataclass(frozen=True, eq=False)
class StudyCohort:
    """A table of a synthetic study.

    Attributes
    ----------
    design : StudyDesign
    table : pandas.DataFrame
        ``patient_id``, ``roi`` where there are several, the targets, and all columns.
    density : ndarray, shape (n_rows,)
        The latent density of every row, in standard deviations: the truth that no table shows.
    repeats : pandas.DataFrame or None
        Both readings of some regions, as `radiobone.selection.unstable` takes them.
    """

    design: StudyDesign
    table: pd.DataFrame
    density: FloatArray
    repeats: pd.DataFrame | None = None


def draw_study(design: StudyDesign, *, seed: int = 0) -> StudyCohort:
    """Draw the cohort of a design; the same seed gives the same table."""
    rng = rng_for(seed, "study", design.name)
    patients, rows = _densities(rng, design)
    measured = {name: one.draw(rng, rows.ravel()) for name, one in design.references.items()}
    kept = _chosen(rng, design, measured, rows)
    patients, rows = patients[kept], rows[kept]
    n_rois = rows.shape[1]
    where = (kept[:, None] * n_rois + np.arange(n_rois)).ravel()
    table = _who(design, len(kept), n_rois)
    for name, rule in design.rules.items():
        table[name] = np.where(
            rule.labels({key: value[where] for key, value in measured.items()}), "yes", "no"
        )
    for name in design.numbers:
        table[name] = np.round(measured[name][where], 2)
    values, found = _values(rng, design, patients, rows)
    table = pd.concat([table, found], axis=1)
    repeats = None if design.readings is None else _repeats(rng, design, table, values)
    table = _thinned(rng, design, table)
    return StudyCohort(design, table.reset_index(drop=True), rows.ravel()[table.index], repeats)


def _densities(rng: np.random.Generator, design: StudyDesign) -> tuple[FloatArray, FloatArray]:
    """Draw a pool of patients, shape (n,), and their regions, shape (n, n_rois), all within the population."""
    n, n_rois = POOL * design.n_patients, max(1, len(design.rois))
    patient = rng.standard_normal(n)
    own = rng.standard_normal((n, n_rois))
    rows = np.sqrt(design.patient_share) * patient[:, None] + np.sqrt(1 - design.patient_share) * own
    inside = design.population.has(rows).all(axis=1)
    return patient[inside], rows[inside]


def _chosen(
    rng: np.random.Generator, design: StudyDesign, measured: Mapping[str, FloatArray], rows: FloatArray
) -> npt.NDArray[np.int64]:
    """Positions of the patients who enter the cohort: the first, or as many of each class as the balance says."""
    if design.balance is None:
        return np.arange(design.n_patients)
    label = design.rules[design.balance.target].labels(measured).reshape(rows.shape)[:, 0]
    n_positive = design.balance.n_positive
    positive, negative = np.flatnonzero(label), np.flatnonzero(~label)
    return rng.permutation(
        np.concatenate([positive[:n_positive], negative[: design.n_patients - n_positive]])
    )


def _who(design: StudyDesign, n_patients: int, n_rois: int) -> pd.DataFrame:
    width = len(str(n_patients))
    patient = np.repeat([f"P{number:0{width}d}" for number in range(1, n_patients + 1)], n_rois)
    if not design.rois:
        return pd.DataFrame({"patient_id": patient})
    return pd.DataFrame({"patient_id": patient, "roi": np.tile(design.rois, n_patients)})


def _values(
    rng: np.random.Generator, design: StudyDesign, patients: FloatArray, rows: FloatArray
) -> tuple[dict[str, FloatArray], pd.DataFrame]:
    """Draw every group of columns: standard values by group, and the columns in their units."""
    n_rois = rows.shape[1]
    values, parts = {}, []
    for name, group in design.columns.items():
        of_patient = group.per == "patient"
        drawn = group.draw(rng, patients if of_patient else rows.ravel())
        values[name] = np.repeat(drawn, n_rois, axis=0) if of_patient else drawn
        parts.append(pd.DataFrame(group.in_units(rng, values[name]), columns=list(group.names)))
    return values, pd.concat(parts, axis=1) if parts else pd.DataFrame(index=range(rows.size))


def _thinned(rng: np.random.Generator, design: StudyDesign, table: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns of patients for whom they are not known, and rows beyond ``n_rows``."""
    for name, part in design.known.items():
        known = np.isin(np.arange(len(table)), rng.permutation(len(table))[: part.n_patients])
        columns = [column for group in part.groups for column in design.columns[group].names]
        table = table.astype(dict.fromkeys(columns, float))
        table.loc[~known, columns] = np.nan
        table.insert(1, f"has_{name}", np.where(known, "yes", "no"))
    if design.n_rows is None or design.n_rows >= len(table):
        return table
    gone = rng.permutation(np.flatnonzero(table["roi"].to_numpy() == design.rois[-1]))
    stays = ~np.isin(np.arange(len(table)), gone[: len(table) - design.n_rows])
    return table[stays]


def _repeats(
    rng: np.random.Generator, design: StudyDesign, table: pd.DataFrame, values: Mapping[str, FloatArray]
) -> pd.DataFrame:
    """Read some regions a second time; the second reading follows the first by its reliability."""
    plan = design.readings
    if plan is None:  # the caller has looked
        raise ValueError("no readings are planned")
    chosen = np.sort(rng.permutation(len(table))[: plan.n_patients])
    readings = []
    for name, group in design.columns.items():
        if group.per == "patient" or group.form != "number":
            continue
        drawn = values[name][chosen]
        icc = np.where(np.arange(drawn.shape[1]) % plan.every == 0, plan.unreliable, plan.reliable)
        again = icc * drawn + np.sqrt(1 - icc**2) * rng.standard_normal(drawn.shape)
        names = list(group.names)
        readings.append((pd.DataFrame(drawn, columns=names), pd.DataFrame(again, columns=names)))
    both = [pd.concat([pair[k] for pair in readings], axis=1) for k in (0, 1)]
    who = pd.DataFrame({"patient_id": table["patient_id"].to_numpy()[chosen], "roi": ""})
    return pd.concat(
        [pd.concat([who.assign(repeat=k + 1), both[k]], axis=1) for k in (0, 1)], ignore_index=True
    )
