"""The steps between the table and the model: built, fitted, and shared where parameters agree."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, clone
from sklearn.pipeline import Pipeline
from sklearn.utils._param_validation import InvalidParameterError
from sklearn.utils.validation import has_fit_parameter

from radiobone.core.errors import BadSetting, TooFewPerClass
from radiobone.evaluation.parts import Scalar, Step
from radiobone.evaluation.row_metadata import NO_METADATA, RawRows, RowMetadata
from radiobone.selection.recut import Recut
from radiobone.selection.registry import RESAMPLERS, STEPS
from radiobone.selection.row_sites import apply_pipeline, apply_step, named_columns, takes_sites

IntArray = npt.NDArray[np.int64]
StepParams = Mapping[str, Mapping[str, Scalar]]
Table = pd.DataFrame | npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Rows:
    """Training rows: the raw table or what the steps so far made of it.

    ``groups`` is None and ``metadata`` empty once the rows were resampled, since new rows belong to no patient or site.
    """

    X: Table
    y: npt.NDArray[Any]
    groups: npt.NDArray[np.str_] | None
    metadata: RowMetadata = NO_METADATA

    def of_columns(self, positions: Sequence[int]) -> Rows:
        """Return the same rows with some of the columns of a raw table."""
        return replace(self, X=pd.DataFrame(self.X).iloc[:, list(positions)])


@dataclass(frozen=True, eq=False)
class Chain:
    """Fitted steps, and the training rows as the model sees them.

    Attributes
    ----------
    fitted : tuple of (str, estimator)
    rows : Rows
    before : Chain or None
        All but the last step, for rows that go through several chains.
    """

    fitted: tuple[tuple[str, BaseEstimator], ...]
    rows: Rows
    before: Chain | None = None

    def pipeline(self) -> Pipeline:
        """Return the fitted steps as a scikit-learn pipeline."""
        return Pipeline(list(self.fitted))


class ChainBuilder:
    """Fits chains on one set of training rows; what two chains share is fitted once.

    Parameters
    ----------
    steps : sequence of Step
        The steps in order.
    rows : Rows
        The training rows.
    seeds : mapping of str to int
        Random state of each step that takes one.
    planned : sequence of mapping
        Parameters with which the steps will be fitted, so that the longest choice of columns can be learned first.
    """

    def __init__(
        self, steps: Sequence[Step], rows: Rows, seeds: Mapping[str, int], planned: Sequence[StepParams] = ()
    ) -> None:
        self._steps = tuple(steps)
        self._seeds = seeds
        self._planned = planned
        self._done: dict[tuple[Any, ...], Chain] = {(): Chain((), rows)}
        self._learned: dict[tuple[Any, ...], Any] = {}
        self._cuts: dict[tuple[Any, ...], Rows] = {}

    def fit(self, params: StepParams) -> Chain:
        """Fit the steps with these parameters, from the training rows only.

        Two chains whose last step keeps the same columns have the same ``rows``.
        """
        key: tuple[Any, ...] = ()
        for step in self._steps:
            before, own = key, dict(params.get(step.name, {}))
            key = (*key, (step.name, tuple(sorted(own.items()))))
            if key not in self._done:
                self._done[key] = self._extend(before, step, own)
        return self._done[key]

    def _extend(self, key: tuple[Any, ...], step: Step, params: dict[str, Scalar]) -> Chain:
        before, estimator = self._done[key], make_step(step, params, self._seeds[step.name])
        rows = before.rows
        if step.resamples:
            X, y = _resample(step.name, estimator, rows)
            return Chain(before.fitted, Rows(X, y, None), before)
        if isinstance(estimator, Recut):
            return self._cut(key, step, estimator)
        table = rows.X
        if takes_sites(estimator):
            check_sites_known(step.name, rows.metadata)
            table = named_columns(rows.X, self._names_after(before))
        with named_faults(step.name, rows.X):
            estimator.fit(table, rows.y, **told_in_fit(estimator, rows))
        X = apply_step(estimator, table, rows.metadata.sites)
        return Chain((*before.fitted, (step.name, estimator)), replace(rows, X=X), before)

    def _cut(self, key: tuple[Any, ...], step: Step, wanted: Any) -> Chain:
        """Cut what was learned once at the columns that are wanted."""
        before = self._done[key]
        params = wanted.get_params(deep=False)
        cut = {name: params.pop(name) for name in wanted.cut_parameters}
        shared = (*key, step.name, tuple(sorted(params.items())))
        if shared not in self._learned or not self._learned[shared].covers(cut):
            self._learned[shared] = self._learn(step, wanted, before.rows)
        with named_faults(step.name, before.rows.X):
            estimator = self._learned[shared].recut(**cut)
        place = (*shared, estimator.get_support().tobytes())
        if place not in self._cuts:
            self._cuts[place] = replace(before.rows, X=estimator.transform(before.rows.X))
        return Chain((*before.fitted, (step.name, estimator)), self._cuts[place], before)

    def _learn(self, step: Step, wanted: Any, rows: Rows) -> Any:
        name, estimator = wanted.learned_up_to, clone(wanted)
        if name is not None:
            planned = [
                params[step.name][name] for params in self._planned if name in params.get(step.name, {})
            ]
            estimator.set_params(**{name: max([getattr(wanted, name), *planned])})
        with named_faults(step.name, rows.X):
            estimator.fit(rows.X, rows.y, **told_in_fit(estimator, rows))
        return estimator

    def _names_after(self, chain: Chain) -> list[str]:
        names = np.asarray(pd.DataFrame(self._done[()].rows.X).columns, dtype=object)
        return list(chain.pipeline().get_feature_names_out(names)) if chain.fitted else list(names)


def told_in_fit(estimator: Any, rows: Rows) -> dict[str, Any]:
    """Return what an estimator asks to know of training rows, as arguments of ``fit``: their patients, if it splits rows.

    A step that corrects rows by their site gets sites and the names of clinical columns.
    """
    known = {
        "groups": rows.groups,
        "sites": rows.metadata.sites,
        "clinical": rows.metadata.clinical or None,
    }
    return {
        name: value
        for name, value in known.items()
        if value is not None and _asks_for(cast(Hashable, type(estimator)), name)
    }


@cache
def _asks_for(kind: Hashable, name: str) -> bool:
    """Tell whether estimators of a kind take this argument in ``fit``."""
    return bool(has_fit_parameter(kind, name))


def apply_steps(steps: Pipeline, rows: RawRows) -> Table:
    """Bring raw rows to the model's columns by fitted steps, each of which is told what it asks to know of the rows."""
    transformed: Table = apply_pipeline(steps, rows.X, rows.metadata.sites)
    return transformed


class NewRows:
    """Rows that were not learned from, brought through several chains; they are never resampled.

    Parameters
    ----------
    table : pandas.DataFrame or numpy.ndarray, shape (n_rows, n_features)
        Rows of the raw table.
    metadata : RowMetadata
    """

    def __init__(self, table: Table, metadata: RowMetadata = NO_METADATA) -> None:
        self._table, self._sites = table, metadata.sites
        self._seen: dict[int, tuple[Chain, Table]] = {}

    def through(self, chain: Chain) -> Table:
        """Return the rows as the model after this chain sees them; what two chains share is done once."""
        if id(chain) not in self._seen:
            self._seen[id(chain)] = chain, self._transformed(chain)
        return self._seen[id(chain)][1]

    def _transformed(self, chain: Chain) -> Table:
        if chain.before is None:
            whole: Table = apply_pipeline(chain.pipeline(), self._table, self._sites)
            return whole
        table = self.through(chain.before)
        resampled = len(chain.fitted) == len(chain.before.fitted)
        if resampled:
            return table
        transformed: Table = apply_step(chain.fitted[-1][1], table, self._sites)
        return transformed


def check_sites_known(part: str, metadata: RowMetadata) -> None:
    """Refuse to correct rows by a site that is not known.

    Raises
    ------
    BadSetting
    """
    if metadata.sites is None:
        raise BadSetting(
            f"'{part}' corrects rows by their site, and the sites are not known, or not any more. Name their column (--site "
            "COLUMN; in Python sites=table['COLUMN']), and put the step before any that resamples."
        )


@contextmanager
def named_faults(part: str, table: Table) -> Iterator[None]:
    """Say which part of the pipeline is at fault when scikit-learn refuses to fit it.

    Raises
    ------
    BadSetting
        If a parameter has a value that the part does not take, alone or beside the others, or ``table`` has missing values
        and the part takes none.
    """
    try:
        yield
    except InvalidParameterError as error:
        raise BadSetting(f"'{part}' in the pipeline: {error} Correct the value.") from error
    except (ValueError, TypeError) as error:
        if not np.isnan(np.asarray(table, dtype=float)).any():
            if _is_our_own(error):
                raise
            raise BadSetting(
                f"'{part}' in the pipeline cannot be fitted with the parameters that it has: {error} Correct them."
            ) from error
        raise BadSetting(
            f"'{part}' takes no missing values, the table has some, and no step before it fills them in. "
            "Put the step 'impute' before it."
        ) from error


def _is_our_own(error: BaseException) -> bool:
    """Whether an error was raised by a line of this package, and not by a library that it called."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return place is not None and str(place.tb_frame.f_globals.get("__name__", "")).startswith("radiobone.")


def make_step(step: Step, params: Mapping[str, Scalar], seed: int) -> Any:
    """Make an unfitted step; one that takes a random state gets ``seed`` unless it was given one."""
    kind = RESAMPLERS[step.name] if step.resamples else STEPS[step.name]
    estimator = kind(**params)
    if "random_state" in estimator.get_params(deep=False) and "random_state" not in params:
        estimator.set_params(random_state=seed)
    return estimator


def _resample(name: str, resampler: Any, rows: Rows) -> tuple[Table, IntArray]:
    try:
        with named_faults(name, rows.X):
            X, y = resampler.fit_resample(rows.X, rows.y)
    except ValueError as error:
        counts = np.bincount(rows.y, minlength=2)
        raise TooFewPerClass(
            f"'{name}' cannot resample a training fold with {counts[1]} positive and {counts[0]} negative rows: {error} "
            "Use fewer neighbours, another resampler or none."
        ) from error
    return X, np.asarray(y, dtype=np.int64)
