"""The search that a pipeline asks for, in the inner folds of one set of training rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from radiobone.core.progress import progress
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.search import Problem, Searched, search
from radiobone.evaluation.search_settings import OptunaSearch
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.evaluation.trials import n_trials, search_by_trials

TITLE = "Choosing the model in inner folds"


def choose(
    problem: Problem,
    splits: Sequence[Split],
    spec: PipelineSpec,
    *,
    seed: int,
    jobs: int = 1,
    show_progress: bool = False,
) -> Searched:
    """Find the best setting of steps and model.

    Parameters
    ----------
    problem : Problem
        Training rows; its candidates are those that the search of ``spec`` settles.
    splits : sequence of Split
        Inner folds.
    spec : PipelineSpec
    seed : int
        Of the search. The same seed gives the same choice, whatever ``jobs``.
    jobs : int
        Processes; one is used where every setting depends on how the earlier ones did.
    show_progress : bool

    Raises
    ------
    TooFewPerClass, BadSetting, MissingExtra
    """
    if isinstance(spec.search, OptunaSearch):
        with progress(TITLE, n_trials(spec), show=show_progress) as advance:
            return search_by_trials(problem, splits, spec, spec.search, seed=seed, advance=advance)
    tried = replace(problem, candidates=tuple(candidates(spec, seed=seed)))
    with progress(TITLE, len(splits), show=show_progress) as advance:
        return search(tried, splits, scoring=spec.search.scoring, jobs=jobs, advance=advance)
