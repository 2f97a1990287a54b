"""Model and settings chosen by their score on the test rows that they are reported on: wrong on purpose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import seed_for
from radiobone.evaluation.blocks.resolve import block_chains
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.row_metadata import raw_rows
from radiobone.evaluation.search import EQUAL_DIGITS, Problem, score_fold
from radiobone.evaluation.search_space import Candidate
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.evaluation.tasks.registry import TASKS

Scores = list[float] | None


def contest(cohort: Cohort, spec: PipelineSpec, *, seed: int) -> Problem:
    """Return all rows with every model and setting that the pipeline may choose; steps are fitted in each fold."""
    key = ("wrong way", "winner")
    rows = raw_rows(cohort)
    names = [name for name, _ in spec.keyed_steps] + [choice.name for choice in spec.models]
    found = tuple(candidates(spec, seed=seed_for(seed, *key, "search")))
    return Problem(
        rows.X, cohort.y, cohort.groups, spec.steps, found, {name: seed_for(seed, *key, name) for name in names},
        block_chains(spec, cohort.X.columns), rows.metadata, spec.task.kind,
    )  # fmt: skip


def contest_fold(problem: Problem, split: Split) -> Scores:
    """Score every candidate on the test rows of one outer fold.

    Returns
    -------
    list of float or None
        The task's headline score of each; None if it cannot be computed, as the AUC of test rows of one class.
    """
    headline, y = TASKS[problem.task].headline, problem.y[split.test]
    outputs = score_fold(problem, split)
    found = [headline.of(y, outputs[:, place]) for place in range(outputs.shape[1])]
    scores = [score for score in found if score is not None]
    return scores if len(scores) == len(found) else None


def winner_entry(
    problem: Problem, honest: Sequence[float | None], scores: Sequence[Scores]
) -> dict[str, Any] | None:
    """Put the best candidate beside the honest score, as plain data for ``metrics.json``; means are of folds that both have.

    Returns
    -------
    dict or None
        None where there is nothing to choose from, or no fold that both have.
    """
    key = TASKS[problem.task].headline.key
    both = [(a, b) for a, b in zip(honest, scores, strict=True) if a is not None and b is not None]
    if len(problem.candidates) < 2 or not both:
        return None
    means = np.mean([row for _, row in both], axis=0)
    best = int(np.argmax(np.round(means, EQUAL_DIGITS)))
    mean_honest, mean_wrong = float(np.mean([score for score, _ in both])), float(means[best])
    return {
        f"honest_{key}": mean_honest,
        f"wrong_way_{key}": mean_wrong,
        "inflation": mean_wrong - mean_honest,
        "n_folds": len(both),
        "n_tried": len(problem.candidates),
        "winner": _named(problem.candidates[best]),
        f"mean_{key}_of_all": float(means.mean()),
    }


def _named(candidate: Candidate) -> dict[str, Any]:
    return {"model": candidate.model, "params": candidate.searched}
