"""A search in which each setting is proposed from how the earlier ones did, by Optuna's tree-structured Parzen estimator."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import MissingExtra
from radiobone.core.progress import Advance
from radiobone.core.seeds import seed_for
from radiobone.evaluation.candidates import all_settings
from radiobone.evaluation.parallel import run_all
from radiobone.evaluation.parts import Range, Scalar
from radiobone.evaluation.search import EQUAL_DIGITS, InnerFold, Problem, Searched, best_of, mean_scores
from radiobone.evaluation.search_settings import OptunaSearch
from radiobone.evaluation.search_space import Candidate, Choices, Space, spaces
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split

FloatArray = npt.NDArray[np.float64]
Outputs = tuple[FloatArray, ...]
Judge = Callable[[Candidate], float]


def check_optuna_is_there(spec: PipelineSpec) -> None:
    """Refuse a search by Optuna where it is not installed, before anything is computed.

    Raises
    ------
    MissingExtra
    """
    if isinstance(spec.search, OptunaSearch) and importlib.util.find_spec("optuna") is None:
        raise MissingExtra(
            "The search 'optuna' needs the package Optuna, which is not installed. Install it (pip install "
            "'radiobone[optuna]'), or say search: random (--search random), which needs nothing more."
        )


def n_trials(spec: PipelineSpec) -> int:
    """Return how many settings a search by Optuna tries at most."""
    assert isinstance(spec.search, OptunaSearch)
    return sum(int(min(spec.search.n_iter, space.size)) for space in spaces(spec))


def search_by_trials(
    problem: Problem,
    splits: Sequence[Split],
    spec: PipelineSpec,
    asked: OptunaSearch,
    *,
    seed: int,
    advance: Advance,
) -> Searched:
    """Try settings of each model family one after the other, and take the best of all.

    A family with no more settings than are asked for has all of them tried. A setting that is proposed twice is judged
    once. Every setting is judged in this process, since the next depends on it.

    Parameters
    ----------
    problem, splits
        As for ``search``.
    spec : PipelineSpec
        Where the values are stated.
    asked : OptunaSearch
    seed : int
        Of the proposals; each family has its own.
    advance : callable
        Called after each setting.

    Raises
    ------
    TooFewPerClass, BadSetting, MissingExtra

    References
    ----------
    Bergstra J et al. Algorithms for hyper-parameter optimization. NeurIPS 24, 2011. Akiba T et al. Optuna. KDD 2019.
    """
    check_optuna_is_there(spec)
    folds = [InnerFold(problem, split) for split in splits]
    tried: dict[str, tuple[Candidate, Outputs]] = {}

    def judge(candidate: Candidate) -> float:
        key = repr((candidate.model, candidate.steps, candidate.params))
        if key not in tried:
            tried[key] = candidate, tuple(run_all(_output, [(fold, candidate) for fold in folds]))
        advance(candidate.model)
        single = [output[:, np.newaxis] for output in tried[key][1]]
        return float(mean_scores(problem, single, splits, asked.scoring)[0])

    for space in spaces(spec):
        _try(space, asked.n_iter, judge, seed_for(seed, "optuna", space.model))
    held_out = [
        np.stack(outputs, axis=1) for outputs in zip(*(one for _, one in tried.values()), strict=True)
    ]
    return best_of(problem, [one for one, _ in tried.values()], held_out, splits, asked.scoring)


def _output(fold: InnerFold, candidate: Candidate) -> FloatArray:
    return fold.output(candidate)


def _try(space: Space, n: int, judge: Judge, seed: int) -> None:
    """Judge all settings, or as many as are asked for as Optuna proposes them."""
    if space.size <= n:
        for candidate in all_settings(space):
            judge(candidate)
        return
    import optuna

    open_to_choice = {
        name: one for name, one in zip(space.names, space.choices, strict=True) if _is_open(one)
    }
    distributions = {name: _distribution(one) for name, one in open_to_choice.items()}
    with _quiet():
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=seed))
        for _ in range(n):
            trial = study.ask(distributions)
            values = [
                _value(one, trial.params.get(name, 0))
                for name, one in zip(space.names, space.choices, strict=True)
            ]
            study.tell(trial, round(judge(space.candidate(values)), EQUAL_DIGITS))


def _is_open(choices: Choices) -> bool:
    return isinstance(choices, Range) or len(choices) > 1


def _distribution(choices: Choices) -> Any:
    """Return what Optuna draws from: a number of the range, or the place in the list."""
    from optuna import distributions

    if not isinstance(choices, Range):
        return distributions.CategoricalDistribution(tuple(range(len(choices))))
    if choices.whole:
        return distributions.IntDistribution(int(choices.low), int(choices.high), log=choices.log)
    return distributions.FloatDistribution(float(choices.low), float(choices.high), log=choices.log)


def _value(choices: Choices, drawn: Any) -> Scalar:
    number: Scalar = drawn if isinstance(choices, Range) else choices[drawn]
    return number


@contextmanager
def _quiet() -> Iterator[None]:
    """Let Optuna tell of nothing but warnings, and leave its logging as it was."""
    from optuna import logging

    before = logging.get_verbosity()
    logging.set_verbosity(logging.WARNING)
    try:
        yield
    finally:
        logging.set_verbosity(before)
