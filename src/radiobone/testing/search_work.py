"""Nested cross-validation of one selector and one model on a planted table, by the project and by plain scikit-learn.

Both sides have the same rows, outer and inner folds, grid, selector and seeds, and give the scores of all held-out rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from pydantic import Field, field_validator

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.settings import Settings
from radiobone.evaluation.nested_cv import FoldTask, each_fold, fit_fold, fold_task, jobs_within
from radiobone.evaluation.spec import PipelineSpec, load_pipeline
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.models.scores import raw_scores
from radiobone.testing.plain_search import plain_search
from radiobone.testing.tables import Design, planted_cohort

COUNTS = [5, 10, 20, 40]
SELECTORS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "mannwhitney": {"alpha": 1.0, "max_features": COUNTS},  # the k smallest p-values
        "lasso": {"max_features": COUNTS},
        "mrmr": {"n_features": COUNTS},
    }
)
MODELS: Mapping[str, dict[str, Any]] = MappingProxyType(
    {
        "lr": {"C": [0.001, 0.01, 0.1, 1.0, 10.0]},
        "svm": {"kernel": ["rbf"], "C": [0.1, 1.0, 10.0], "gamma": [0.003, 0.01, 0.03]},
        "rf": {"n_estimators": [300], "min_samples_leaf": [1, 5]},
        "xgboost": {"n_estimators": [200], "max_depth": [2, 4], "learning_rate": [0.03, 0.1]},
    }
)
PAIRS = tuple(f"{selector}:{model}" for selector in SELECTORS for model in MODELS)
SEED = 0
BLOCK = 12  # columns that correlate
Scores = dict[int, float]
Prepared = Callable[[], Scores]


class SearchWork(Settings):
    """What is searched, and on a table of which size."""

    pair: str = "mannwhitney:lr"
    rows: int = Field(default=200, ge=60)
    columns: int = Field(default=400, ge=BLOCK)
    outer_folds: int = Field(default=3, ge=2, le=10)
    inner_folds: int = Field(default=3, ge=2, le=10)
    jobs: int = Field(default=1, ge=1)

    @field_validator("pair")
    @classmethod
    def _known(cls, pair: str) -> str:
        if pair not in PAIRS:
            raise ValueError(
                f"there is no pair {pair!r}; a pair is selector:model, with {', '.join(SELECTORS)} and {', '.join(MODELS)}"
            )
        return pair

    def warm_up(self) -> SearchWork:
        """Return the same on a small table, which imports what is needed and starts the workers."""
        return self.model_copy(update={"rows": 60, "columns": 30, "outer_folds": 2})

    def cohort(self) -> Cohort:
        """Return rows of their own patients; a third of the blocks of columns hold one that tells the classes apart."""
        return search_cohort(self.rows, self.columns)

    def spec(self) -> PipelineSpec:
        """Return the pipeline of the pair."""
        selector, model = self.pair.split(":")
        return load_pipeline(
            {
                "steps": ["scale", {selector: SELECTORS[selector]}],
                "models": [{model: MODELS[model]}],
                "outer": {"folds": self.outer_folds, "repeats": 1},
                "inner": {"folds": self.inner_folds},
            }
        )


def search_cohort(n_rows: int, n_columns: int) -> Cohort:
    """Return the planted table of this size, the same each time."""
    design = Design(
        n_patients=n_rows,
        n_features=n_columns,
        n_informative=max(n_columns // BLOCK // 3, 1),
        block_size=BLOCK,
        correlation=0.7,
    )
    made = planted_cohort(design, auc=0.9, seed=1)
    return cohort_from_arrays(made.X, made.y, groups=made.patient)


def by_radiobone(cohort: Cohort, spec: PipelineSpec, jobs: int) -> Scores:
    """Return the scores of held-out rows, by position, as ``nested_cv`` has them.

    Calibration and threshold are included; the audit and the intervals, which a grid search does not have, are not.
    """
    splits = outer_splits(cohort, spec.outer, seed=SEED)
    tasks = (
        (fold_task(cohort, split, spec, SEED, jobs=jobs_within(number, len(splits), jobs)),)
        for number, split in enumerate(splits)
    )
    scores: Scores = {}
    for found in each_fold(_held_out_scores, tasks, len(splits), jobs=jobs, show_progress=False):
        scores |= found
    return scores


def _held_out_scores(to_fit: FoldTask) -> Scores:
    fit, unseen = fit_fold(*to_fit), to_fit[3]
    found = raw_scores(fit.model, fit.steps.transform(unseen.X))
    return dict(zip(fit.test.tolist(), found.tolist(), strict=True))


def by_scikit_learn(cohort: Cohort, spec: PipelineSpec, jobs: int) -> Scores:
    """Return the same from ``GridSearchCV`` over a ``Pipeline``, one outer fold after the other."""
    scores: Scores = {}
    for split in outer_splits(cohort, spec.outer, seed=SEED):
        found = plain_search(cohort, spec, split, seed=SEED, jobs=jobs).scores
        scores |= dict(zip(split.test.tolist(), found.tolist(), strict=True))
    return scores


SEARCHES: Mapping[str, Callable[[Cohort, PipelineSpec, int], Scores]] = MappingProxyType(
    {"radiobone": by_radiobone, "scikit-learn": by_scikit_learn}
)


def timed_search(side: str, content: Mapping[str, Any], finish: Callable[..., None]) -> None:
    """Time one of ``SEARCHES`` in this process, and tell ``finish`` as a script of the benchmark does."""
    search = SEARCHES[side]
    timed(lambda cohort, spec, jobs: partial(search, cohort, spec, jobs), content, finish)


def timed(
    prepare: Callable[[Cohort, PipelineSpec, int], Prepared],
    content: Mapping[str, Any],
    finish: Callable[..., None],
) -> None:
    """Time what ``prepare`` makes ready, after a small run that is not counted.

    Parameters
    ----------
    prepare : callable
        Gets cohort, pipeline and number of processes, and returns the work; it is itself outside the clock.
    content : mapping
        A ``SearchWork`` as plain data.
    finish : callable
        Gets the end of the small run, the seconds, and the scores of rows by their position.
    """
    work = SearchWork.model_validate(content)
    small = work.warm_up()
    prepare(small.cohort(), small.spec(), work.jobs)()
    first_ended = time.time()
    ready = prepare(work.cohort(), work.spec(), work.jobs)
    start = time.perf_counter()
    scores = ready()
    seconds = time.perf_counter() - start
    finish(first_ended, seconds, {str(row): score for row, score in scores.items()})
