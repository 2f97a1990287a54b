"""Nested cross-validation by scikit-learn alone: a grid search over a pipeline in every outer fold, nothing shared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import seed_for
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.chain import make_step
from radiobone.evaluation.fitting import inner_splits
from radiobone.evaluation.parts import Scalar
from radiobone.evaluation.search import EQUAL_DIGITS
from radiobone.evaluation.search_space import Candidate
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.models.scores import raw_scores
from radiobone.selection.registry import STEPS

MODEL = "model"


@dataclass(frozen=True, eq=False)
class PlainFold:
    """What the search of one outer fold chose.

    Attributes
    ----------
    params : dict
        As ``Fitted.params``.
    inner_score : float
        Mean score of the choice over the inner folds.
    scores : numpy.ndarray of float, shape (n_test,)
        Of the test rows, not calibrated.
    """

    params: dict[str, Scalar]
    inner_score: float
    scores: npt.NDArray[np.float64]


def plain_search(cohort: Cohort, spec: PipelineSpec, split: Split, *, seed: int, jobs: int = 1) -> PlainFold:
    """Search, refit and predict one outer fold with ``GridSearchCV`` over a ``Pipeline``.

    Parameters
    ----------
    cohort : Cohort
        Two classes.
    spec : PipelineSpec
        One model, steps of which none resamples, and a grid search by the AUC.
    split : Split
        The outer fold.
    seed : int
        As for ``nested_cv``, of which this is the slow twin.
    jobs : int
        Processes of the grid search.
    """
    key = ("repeat", split.repeat, "fold", split.fold)
    X, y, groups = cohort.X.to_numpy()[split.train], cohort.y[split.train], cohort.groups[split.train]
    tried = candidates(spec, seed=seed_for(seed, *key, "search"))
    steps: list[tuple[str, Any]] = [
        (step.name, make_step(step, {}, seed_for(seed, *key, step.name))) for step in spec.steps
    ]
    model = as_its_library_has_it(tried[0].make_model(seed_for(seed, *key, tried[0].model)))
    inner, _ = inner_splits(y, groups, spec, seed, key, None)
    search = GridSearchCV(
        Pipeline([*steps, (MODEL, model)]), [_one_point(candidate) for candidate in tried], scoring="roc_auc",
        cv=[(part.train, part.test) for part in inner], n_jobs=jobs, refit=_best,
    )  # fmt: skip
    search.fit(X, y, **{f"{name}__groups": groups for name, _ in steps if _takes_groups(name)})
    best = int(search.best_index_)
    return PlainFold(
        tried[best].searched,
        float(search.cv_results_["mean_test_score"][best]),
        raw_scores(search.best_estimator_, cohort.X.to_numpy()[split.test]),
    )


def as_its_library_has_it(model: Any) -> Any:
    """Return scikit-learn's own model in place of one that the project fits in less time."""
    known = (RandomForestClassifier, LogisticRegression, SVC)
    kind = next((kind for kind in known if isinstance(model, kind)), None)
    if kind is None:
        return model
    params = model.get_params(deep=False)
    return kind(**params)


def _one_point(candidate: Candidate) -> dict[str, list[Scalar]]:
    """Return a grid of this candidate alone: a list of them keeps the order in which equals are told apart."""
    steps = {
        f"{step}__{name}": [value] for step, own in candidate.steps.items() for name, value in own.items()
    }
    return {**steps, **{f"{MODEL}__{name}": [value] for name, value in candidate.params.items()}}


def _best(results: dict[str, Any]) -> int:
    return int(np.argmax(np.round(results["mean_test_score"], EQUAL_DIGITS)))


def _takes_groups(name: str) -> bool:
    return "groups" in STEPS[name].fit.__annotations__
