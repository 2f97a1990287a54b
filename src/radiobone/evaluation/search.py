"""The inner cross-validation: what each candidate scores on rows it has not seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.errors import TooFewPerClass
from radiobone.core.progress import Advance, Progress
from radiobone.evaluation.blocks.joined_chain import BlockChain, JoinedChainBuilder
from radiobone.evaluation.chain import (
    Chain,
    ChainBuilder,
    NewRows,
    Rows,
    StepParams,
    Table,
    named_faults,
    told_in_fit,
)
from radiobone.evaluation.parallel import run_all, run_few
from radiobone.evaluation.parts import Step
from radiobone.evaluation.row_metadata import NO_METADATA, RawRows, RowMetadata
from radiobone.evaluation.search_settings import Scoring
from radiobone.evaluation.search_space import Candidate
from radiobone.evaluation.splits import Split
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.selection.registry import STEPS
from radiobone.selection.row_sites import knows_names

FloatArray = npt.NDArray[np.float64]
LARGE = 1_000_000
"""Cells times candidates from which processes are started at once."""
EQUAL_DIGITS = 12


@dataclass(frozen=True, eq=False)
class Searched:
    """Outcome of a search.

    Attributes
    ----------
    best : Candidate
        The one with the highest mean score; of equals the earliest.
    score : float
        Its mean score over the inner folds.
    oof_score, oof_row : numpy.ndarray
        What it put out for held-out rows, never resampled, and the positions of these rows.
    means : numpy.ndarray of float, shape (n_candidates,)
        Mean score of every candidate.
    """

    best: Candidate
    score: float
    oof_score: FloatArray
    oof_row: npt.NDArray[np.int64]
    means: FloatArray


@dataclass(frozen=True, eq=False)
class Problem:
    """What is searched: rows, steps, candidates, the seeds of all that is random, and what is predicted."""

    X: pd.DataFrame
    y: npt.NDArray[Any]
    groups: npt.NDArray[np.str_]
    steps: tuple[Step, ...]
    candidates: tuple[Candidate, ...]
    seeds: Mapping[str, int]
    blocks: tuple[BlockChain, ...] = ()
    metadata: RowMetadata = NO_METADATA
    task: str = "binary"


def builder_for(
    steps: Sequence[Step],
    blocks: Sequence[BlockChain],
    rows: Rows,
    seeds: Mapping[str, int],
    planned: Sequence[StepParams] = (),
) -> ChainBuilder | JoinedChainBuilder:
    """Return what fits chains on these rows: one over all columns, or one per block where blocks have steps."""
    if blocks:
        return JoinedChainBuilder(blocks, rows, seeds, planned)
    return ChainBuilder(steps, rows, seeds, planned)


def search(
    problem: Problem,
    splits: Sequence[Split],
    *,
    scoring: Scoring = "roc_auc",
    jobs: int = 1,
    advance: Advance = Progress(),  # noqa: B008 - it holds no state
) -> Searched:
    """Score every candidate on every inner fold and take the best.

    Parameters
    ----------
    problem : Problem
        Training rows and candidates.
    splits : sequence of Split
        Inner folds, as positions in the training rows.
    scoring : str
        One of the task's.
    jobs : int
        Processes.
    advance : callable
        Called after each inner fold.

    Raises
    ------
    TooFewPerClass
        If no inner fold has held-out rows that the score can be computed of, such as of both classes.
    """
    is_large = problem.X.size * len(problem.candidates) >= LARGE
    run = run_all if is_large else run_few
    held_out = list(run(score_fold, [(problem, split) for split in splits], jobs=jobs, advance=advance))
    return best_of(problem, problem.candidates, held_out, splits, scoring)


def best_of(
    problem: Problem,
    tried: Sequence[Candidate],
    held_out: Sequence[FloatArray],
    splits: Sequence[Split],
    scoring: Scoring,
) -> Searched:
    """Take the candidate with the best mean score over the inner folds.

    Parameters
    ----------
    problem, splits, scoring
        As for ``search``.
    tried : sequence of Candidate
    held_out : sequence of numpy.ndarray
        Of each inner fold, as ``score_fold`` gives it.

    Raises
    ------
    TooFewPerClass
    """
    means = mean_scores(problem, held_out, splits, scoring)
    best = int(np.argmax(np.round(means, EQUAL_DIGITS)))
    return Searched(
        tried[best],
        float(means[best]),
        np.concatenate([scores[:, best] for scores in held_out]),
        np.concatenate([split.test for split in splits]),
        means,
    )


def mean_scores(
    problem: Problem, held_out: Sequence[FloatArray], splits: Sequence[Split], scoring: Scoring
) -> FloatArray:
    """Return each candidate's mean score, over the inner folds whose held-out rows have one; arguments as for ``best_of``.

    Raises
    ------
    TooFewPerClass
        If no inner fold has held-out rows that the score can be computed of.
    """
    scorer, table = TASKS[problem.task].scorings[scoring], []
    for split, scores in zip(splits, held_out, strict=True):
        row = [scorer(problem.y[split.test], scores[:, number]) for number in range(scores.shape[1])]
        if None not in row:  # a fold with one class says nothing about any candidate
            table.append(row)
    if not table:
        lacking = (
            "both classes" if problem.task == "binary" else "different values on all sides of the target"
        )
        raise TooFewPerClass(
            f"None of the {len(splits)} inner folds has {lacking} among its held-out rows, so no model can be "
            "chosen. Add cases of the rarer class, or use fewer inner folds."
        )
    means: FloatArray = np.array(table, dtype=float).mean(axis=0)
    return means


def score_fold(problem: Problem, split: Split) -> FloatArray:
    """Let every candidate put out what it says of the held-out rows of one inner fold.

    Returns
    -------
    numpy.ndarray of float, shape (n_held_out, n_candidates) or (n_held_out, n_candidates, n_classes)
    """
    fold = InnerFold(problem, split)
    return np.stack([fold.output(candidate) for candidate in problem.candidates], axis=1)


class InnerFold:
    """One inner fold: candidates that share fitted steps, or rows and model, have them fitted once.

    Parameters
    ----------
    problem : Problem
        Training rows, and the candidates that are known beforehand.
    split : Split
        Positions in them.
    """

    def __init__(self, problem: Problem, split: Split) -> None:
        raw = RawRows(problem.X, problem.metadata)
        train, held_out = raw.take(split.train), raw.take(split.test)
        named = _names_matter(problem)
        table, new_table = (one.X if named else _unnamed(one.X) for one in (train, held_out))
        rows = Rows(table, problem.y[split.train], problem.groups[split.train], train.metadata)
        planned = [candidate.steps for candidate in problem.candidates]
        self._builder = builder_for(problem.steps, problem.blocks, rows, problem.seeds, planned)
        self._unseen = NewRows(new_table, held_out.metadata)
        self._problem = problem
        self._known: dict[tuple[Any, ...], FloatArray] = {}

    def output(self, candidate: Candidate) -> FloatArray:
        """Return what a candidate says of the held-out rows, shape (n_held_out,) or (n_held_out, n_classes)."""
        chain = self._builder.fit(candidate.steps)
        same = id(chain.rows), candidate.model, tuple(sorted(candidate.params.items()))
        if same not in self._known:  # two choices of columns may be one
            model = fit_candidate(candidate, chain, self._problem.seeds[candidate.model])
            self._known[same] = TASKS[self._problem.task].output(model, self._unseen.through(chain))
        return self._known[same]


def _names_matter(problem: Problem) -> bool:
    """Tell whether columns are looked up by name: those of a block, or by a step."""
    return bool(problem.blocks) or any(
        knows_names(STEPS[step.name]) for step in problem.steps if not step.resamples
    )


def _unnamed(table: pd.DataFrame) -> Table:
    """Return numbers without names: scikit-learn looks at a frame column by column, again in every step and candidate."""
    return table.to_numpy() if all(kind == np.float64 for kind in table.dtypes) else table


def fit_candidate(candidate: Candidate, chain: Chain, seed: int) -> Any:
    """Fit a candidate's model on training rows as the fitted steps left them.

    Raises
    ------
    BadSetting
        If the model refuses a parameter, or values are missing and it takes none.
    """
    model = candidate.make_model(seed)
    with named_faults(candidate.model, chain.rows.X):
        model.fit(chain.rows.X, chain.rows.y, **told_in_fit(model, chain.rows))
    return model
