"""SHAP values of a vote: the mean of those of its members, as the Shapley values of a mean are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from scipy.special import expit

from radiobone.core.seeds import seed_for
from radiobone.explain.probability import as_fitted
from radiobone.explain.problem import Attribution, FloatArray, Problem
from radiobone.models.vote import member_probability


def explain_vote(problem: Problem, explain: Callable[[Problem], Attribution]) -> Attribution:
    """Explain each member, by the way that suits it, in the probability that it votes with.

    Parameters
    ----------
    problem : Problem
        Of a fitted ``SoftVote``.
    explain : callable
        Explains one member.
    """
    found = [explain(_of_member(problem, number)) for number in range(len(problem.model.models_))]
    kinds = {one.kind for one in found}
    orders = [one.orders for one in found if one.orders is not None]
    return Attribution(
        float(np.mean([one.base_value for one in found])),
        np.asarray(np.mean([one.values for one in found], axis=0), dtype=float),
        kinds.pop() if len(kinds) == 1 else "members",
        min(orders, default=None),
    )


def _of_member(problem: Problem, number: int) -> Problem:
    model = problem.model.models_[number]
    seed = seed_for(problem.seed, "member", number)
    return replace(problem, model=model, predict=partial(_predict, model), seed=seed, link=expit)


def _predict(model: object, table: FloatArray) -> FloatArray:
    return member_probability(model, as_fitted(model, table))
