"""What a search tries that is settled beforehand: every setting of a grid, or some that are drawn by chance."""

from __future__ import annotations

import itertools

import numpy as np

from radiobone.core.seeds import rng_for
from radiobone.evaluation.parts import Range, Scalar
from radiobone.evaluation.search_settings import RandomSearch
from radiobone.evaluation.search_space import Candidate, Choices, Space, spaces
from radiobone.evaluation.spec import PipelineSpec


def candidates(spec: PipelineSpec, *, seed: int) -> list[Candidate]:
    """List what a search tries, the earlier models and values first.

    Parameters
    ----------
    spec : PipelineSpec
        A value that is a list is searched over. A random search draws ``n_iter`` of each model
        family's combinations, or takes all if there are fewer, and keeps their order; where there is a range, it draws
        ``n_iter`` settings in which every parameter has a value of its own.
    seed : int
        For the random search.
    """
    found: list[Candidate] = []
    for space in spaces(spec):
        if isinstance(spec.search, RandomSearch) and spec.search.n_iter < space.size:
            found += _drawn(space, spec.search.n_iter, rng_for(seed, "search", space.model))
        else:
            found += all_settings(space)
    return found


def all_settings(space: Space) -> list[Candidate]:
    """List every setting of a space without ranges."""
    lists = [one for one in space.choices if not isinstance(one, Range)]
    return [space.candidate(values) for values in itertools.product(*lists)]


def _drawn(space: Space, n: int, rng: np.random.Generator) -> list[Candidate]:
    if np.isfinite(space.size):
        own = all_settings(space)
        chosen = rng.choice(len(own), size=n, replace=False)
        return [own[position] for position in sorted(chosen.tolist())]
    drawn = [tuple(_one_of(one, share) for one, share in zip(space.choices, row, strict=True)) for row in
             rng.random((n, len(space.choices))).tolist()]  # fmt: skip
    return [space.candidate(values) for values in dict.fromkeys(drawn)]


def _one_of(choices: Choices, share: float) -> Scalar:
    return choices.at(share) if isinstance(choices, Range) else choices[int(share * len(choices))]
