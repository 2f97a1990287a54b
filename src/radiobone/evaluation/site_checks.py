"""What a pipeline that corrects rows by their site needs of a cohort and its folds, looked at before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from radiobone.cohort.build import UNKNOWN_SITE
from radiobone.cohort.cohort import Cohort, StrArray
from radiobone.core.errors import BadSetting, MissingColumn, UnseenSite
from radiobone.core.warnings import OneSite, SmallSite, warn
from radiobone.evaluation.chain import check_sites_known
from radiobone.evaluation.fitting import inner_splits
from radiobone.evaluation.parts import Scalar, Step, listed
from radiobone.evaluation.row_metadata import Positions, raw_rows
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.selection.registry import STEPS
from radiobone.selection.row_sites import takes_sites
from radiobone.selection.site_covariates import (
    as_names,
    check_not_the_target,
    matching,
    named,
    target_as_covariate,
)

FEW_ROWS = 10  # below this a spread says little, and inner folds may have one row or none


@dataclass(frozen=True, eq=False)
class _Fold:
    """Rows that are learned from, and those that are scored by what was learned."""

    name: str
    train: Positions
    test: Positions
    is_outer: bool = True


def check_sites(cohort: Cohort, pipeline: PipelineSpec, splits: Sequence[Split] = (), *, seed: int) -> None:
    """Check every step that corrects rows by their site, in outer and in inner folds.

    Parameters
    ----------
    cohort : Cohort
    pipeline : PipelineSpec
    splits : sequence of Split
        The outer folds; none where all rows are learned from.
    seed : int
        The user's seed, which the inner folds depend on.

    Raises
    ------
    BadSetting
        If the sites are not known, of some rows are not, or the step stands after one that resamples.
    MissingColumn, TargetAsCovariate
        If a covariate is no column, or the target.
    UnseenSite
        If a fold scores rows of a site that it does not learn from, and such are refused.

    Warns
    -----
    OneSite, SmallSite
        If a fold learns from one site, so that nothing is corrected, or a site has few rows.
    """
    for steps in (pipeline.steps, *(block.steps for block in pipeline.blocks.values())):
        for number, step in enumerate(steps):
            if step.name in STEPS and takes_sites(STEPS[step.name]):
                check_sites_known(step.name, raw_rows(cohort).metadata)
                _check_order(step, steps[:number])
                _check_no_gaps(step, cohort)
                _check_covariates(step, cohort)
                _check_folds(step, cohort, _folds(cohort, pipeline, splits, seed))


def _check_order(step: Step, before: Sequence[Step]) -> None:
    resampling = [other.name for other in before if other.resamples]
    if resampling:
        raise BadSetting(
            f"'{step.name}' stands after '{resampling[0]}', whose new rows are of no site. Put it before."
        )


def _check_no_gaps(step: Step, cohort: Cohort) -> None:
    gaps = 0 if cohort.site is None else int((cohort.site == UNKNOWN_SITE).sum())
    if gaps:
        raise BadSetting(
            f"{gaps} of {cohort.n_rows} rows have no site, and '{step.name}' corrects every row by its site. Fill the sites "
            "in, or leave these rows out."
        )


def _check_covariates(step: Step, cohort: Cohort) -> None:
    columns = [str(name) for name in cohort.X.columns]
    (covariates,) = _values(step, "covariates", None)
    for name in as_names(None if covariates is None else str(covariates)):
        if name == cohort.target:
            raise target_as_covariate(name)
        mine = matching(name, columns)
        if not mine:
            raise MissingColumn(
                f"'{step.name}' is to keep the effect of '{name}', and the table has no such clinical column. Name it as one: "
                f"--clinical {name} (in Python clinical=)."
            )
        values = cohort.X[mine].fillna(cohort.X[mine].median())
        check_not_the_target(values.to_numpy(), mine, cohort.y)


def _check_folds(step: Step, cohort: Cohort, folds: Sequence[_Fold]) -> None:
    sites = cohort.site if cohort.site is not None else np.empty(0, dtype=np.str_)
    alone: list[str] = []
    few: dict[str, int] = {}
    for fold in folds:
        names, counts = np.unique(sites[fold.train], return_counts=True)
        _check_seen(step, fold.name, names, sites[fold.test])
        alone += [fold.name] if len(names) == 1 and fold.is_outer else []
        for name, count in zip(names.tolist(), counts.tolist(), strict=True):
            few[name] = min(count, few.get(name, FEW_ROWS))
    few = {name: count for name, count in few.items() if count < FEW_ROWS}
    if alone:
        n_outer = sum(fold.is_outer for fold in folds)
        warn(
            f"All training rows of {alone[0]} are of one site ({len(alone)} of {n_outer} so). There is nothing that "
            f"'{step.name}' could learn of the difference between sites, and it changes no value.",
            OneSite,
            stacklevel=5,
        )
    if few:
        shown = ", ".join(f"'{name}' {count}" for name, count in sorted(few.items())[:5])
        warn(
            f"{len(few)} site(s) have fewer than {FEW_ROWS} training rows in an outer or inner fold (at the least {shown}). What "
            f"'{step.name}' learns of them is mostly chance. Merge small sites, or set mean_only: true.",
            SmallSite,
            stacklevel=5,
        )


def _folds(cohort: Cohort, pipeline: PipelineSpec, splits: Sequence[Split], seed: int) -> list[_Fold]:
    """Return each outer fold, followed by its inner folds; without outer folds all rows are learned from."""
    if not splits:
        everyone = np.arange(cohort.n_rows)
        whole = _Fold("the model", everyone, np.arange(0))
        return [whole, *_inner(cohort, pipeline, whole, seed, ("final",))]
    found: list[_Fold] = []
    for split in splits:
        name = split.name or f"repeat {split.repeat + 1}, fold {split.fold + 1}"
        fold = _Fold(name, split.train, split.test)
        key = ("repeat", split.repeat, "fold", split.fold)
        found += [fold, *_inner(cohort, pipeline, fold, seed, key)]
    return found


def _inner(
    cohort: Cohort, pipeline: PipelineSpec, outer: _Fold, seed: int, key: tuple[str | int, ...]
) -> Iterator[_Fold]:
    """Yield the inner folds that the rows of an outer fold will be searched in."""
    rows = outer.train
    derived = None if cohort.derived is None else cohort.derived[rows]
    inner, _ = inner_splits(cohort.y[rows], cohort.groups[rows], pipeline, seed, key, derived)
    for split in inner:
        name = f"{outer.name}, inner repeat {split.repeat + 1}, fold {split.fold + 1}"
        yield _Fold(name, rows[split.train], rows[split.test], is_outer=False)


def _check_seen(step: Step, fold: str, trained: StrArray, tested: StrArray) -> None:
    unseen = np.setdiff1d(tested, trained)
    if len(unseen) and "refuse" in _values(step, "unseen", "refuse"):
        raise UnseenSite(
            f"The fold '{fold}' tests rows of site {named(unseen)} after learning from {named(trained)}, and '{step.name}' "
            "refuses rows of a site that it did not learn from. Say what such rows are to be taken for: unseen: pooled (like "
            "the average of the training sites) or unseen: reference; or leave the step out."
        )


def _values(step: Step, name: str, default: Scalar) -> tuple[Scalar, ...]:
    """Return the values that the search may choose for a parameter."""
    return listed(step.params.get(name, default))
