"""Steps of several blocks of columns, each on its own columns, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin

from radiobone.selection.row_sites import Sites, apply_pipeline, takes_sites

FloatArray = npt.NDArray[np.float64]


class JoinedBlocks(TransformerMixin, BaseEstimator):
    """Put what fitted pipelines make of their own columns side by side.

    It learns nothing itself: the pipelines are fitted before, each on the training rows of its block.

    Parameters
    ----------
    pipelines : sequence of fitted transformers
        One per block.
    positions : sequence of sequence of int
        Columns of each block in the raw table.
    """

    def __init__(self, pipelines: Sequence[Any] = (), positions: Sequence[Sequence[int]] = ()) -> None:
        self.pipelines = pipelines
        self.positions = positions

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Do nothing: the pipelines are fitted already."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return len(self.pipelines) > 0

    @property
    def feature_names_in_(self) -> npt.NDArray[np.object_]:
        """Names of the columns of the raw table, each of which belongs to one block."""
        parts = zip(self.pipelines, self.positions, strict=True)
        name_at = {
            at: name for one, where in parts for at, name in zip(where, one.feature_names_in_, strict=True)
        }
        return np.array([name_at[at] for at in sorted(name_at)], dtype=object)

    @property
    def row_metadata(self) -> tuple[str, ...]:
        """What ``transform`` is told of each row, because a step of a block asks for it."""
        return ("sites",) if any(takes_sites(one) for one in self.pipelines) else ()

    def transform(self, X: npt.ArrayLike | pd.DataFrame, sites: Sites = None) -> FloatArray:
        """Bring rows of the raw table to the columns of all blocks, in the order of the blocks."""
        parts = zip(self.pipelines, self.positions, strict=True)
        return np.hstack(
            [np.asarray(apply_pipeline(one, _columns(X, where), sites), dtype=float) for one, where in parts]
        )

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Return the names of the columns of all blocks."""
        names = [one.get_feature_names_out() for one in self.pipelines]
        return np.concatenate(names).astype(object)


def _columns(table: npt.ArrayLike | pd.DataFrame, positions: Sequence[int]) -> Any:
    if isinstance(table, pd.DataFrame):
        return table.iloc[:, list(positions)]
    return np.asarray(table)[:, list(positions)]
