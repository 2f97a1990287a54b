"""All steps fitted on all rows, test rows and their labels included, and rows resampled before the folds: wrong on purpose."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import rng_for, seed_for
from radiobone.evaluation.blocks.resolve import block_chains
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.chain import Chain, NewRows, Rows
from radiobone.evaluation.row_metadata import raw_rows
from radiobone.evaluation.search import builder_for
from radiobone.evaluation.search_space import Candidate
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split

IntArray = npt.NDArray[np.int64]
NEW_ROW = -1


@dataclass(frozen=True, eq=False)
class LeakyTable:
    """A table that all steps, in one setting, made of all rows.

    Attributes
    ----------
    X : pandas.DataFrame, shape (n_rows, n_selected)
    y : numpy.ndarray of int or float, shape (n_rows,)
    origin : numpy.ndarray of int, shape (n_rows,)
        Position of the row in the cohort; -1 for rows that resampling made, copies included.
    groups : numpy.ndarray of str, shape (n_rows,)
        Patient of each row; new rows belong to nobody.
    candidates : tuple of Candidate
        Models to be tried on it.
    """

    X: pd.DataFrame
    y: npt.NDArray[Any]
    origin: IntArray
    groups: npt.NDArray[np.str_]
    candidates: tuple[Candidate, ...]


def leaky_tables(cohort: Cohort, spec: PipelineSpec, *, seed: int) -> Iterator[LeakyTable]:
    """Yield the table of each setting of the steps that the pipeline searches over."""
    key = ("wrong way",)
    seeds = {name: seed_for(seed, *key, name) for name, _ in spec.keyed_steps}
    rows = Rows(cohort.X, cohort.y, cohort.groups, raw_rows(cohort).metadata)
    found = candidates(spec, seed=seed_for(seed, *key, "search"))
    planned = [candidate.steps for candidate in found]
    builder = builder_for(spec.steps, block_chains(spec, cohort.X.columns), rows, seeds, planned)
    tried: dict[int, tuple[Chain, list[Candidate]]] = {}
    for candidate in found:
        chain = builder.fit(candidate.steps)
        tried.setdefault(id(chain), (chain, []))[1].append(candidate)
    for chain, models in tried.values():
        yield _table(cohort, chain, tuple(models))


def _table(cohort: Cohort, chain: Chain, models: tuple[Candidate, ...]) -> LeakyTable:
    made = np.asarray(chain.rows.X, dtype=float)
    everything = raw_rows(cohort)
    through = NewRows(everything.X, everything.metadata).through(chain)
    origin = _origins(made, np.asarray(through, dtype=float))
    fresh = origin == NEW_ROW
    groups = np.where(fresh, [f"new row {row}" for row in range(len(made))], cohort.groups[origin])
    return LeakyTable(pd.DataFrame(made), chain.rows.y, origin, groups.astype(np.str_), models)


def _origins(made: npt.NDArray[np.float64], measured: npt.NDArray[np.float64]) -> IntArray:
    """Find each row among the measured ones, every one of which is given once; the others are new."""
    if made.shape == measured.shape and np.array_equal(made, measured, equal_nan=True):
        return np.arange(len(made), dtype=np.int64)
    free: dict[bytes, list[int]] = {}
    for row in range(len(measured) - 1, -1, -1):
        free.setdefault(measured[row].tobytes(), []).append(row)
    return np.array([_taken(free.get(row.tobytes())) for row in made], dtype=np.int64)


def _taken(free: list[int] | None) -> int:
    return free.pop() if free else NEW_ROW


def leaky_folds(table: LeakyTable, splits: Sequence[Split], *, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Return the training and test rows of the honest folds; new rows are dealt to either side, as they fall.

    Returns
    -------
    list of (numpy.ndarray, numpy.ndarray)
        Positions in the table, one pair per split.
    """
    found = []
    for split in splits:
        n_parts = max(2, sum(other.repeat == split.repeat for other in splits))
        part = _dealt(table, n_parts, rng_for(seed, "wrong way", "new rows", split.repeat))
        fresh = table.origin == NEW_ROW
        here = fresh & (part == split.fold % n_parts)
        test = here | (~fresh & np.isin(table.origin, split.test))
        train = (fresh & ~here) | (~fresh & np.isin(table.origin, split.train))
        found.append((np.flatnonzero(train), np.flatnonzero(test)))
    return found


def _dealt(table: LeakyTable, n_parts: int, rng: np.random.Generator) -> IntArray:
    part = np.zeros(len(table.y), dtype=np.int64)
    fresh = table.origin == NEW_ROW
    for label in np.unique(table.y[fresh]):
        here = np.flatnonzero(fresh & (table.y == label))
        part[here] = rng.permutation(np.arange(len(here)) % n_parts)
    return part
