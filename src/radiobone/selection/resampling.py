"""Imbalanced-learn's resamplers, made safe for the small classes of a training fold.

Three things differ from the classes they extend: ``random_state`` is 0 unless said otherwise, so that two
runs agree; the number of neighbours is lowered to what the class allows; and what cannot work is a named
error instead of a message about neighbours. Resample training rows only: inside imbalanced-learn's
``Pipeline`` that happens by itself.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import numpy.typing as npt
from imblearn.combine import SMOTEENN, SMOTETomek
from imblearn.over_sampling import ADASYN, SMOTE, BorderlineSMOTE, RandomOverSampler
from imblearn.under_sampling import EditedNearestNeighbours, RandomUnderSampler, TomekLinks
from sklearn.neighbors import NearestNeighbors

from radiobone.core.errors import TooFewPerClass

Sampled = tuple[npt.NDArray[Any], npt.NDArray[Any]]


def allowed_neighbours(k_neighbors: int, sizes: dict[Any, int], classes: dict[Any, int]) -> int:
    """Largest number of neighbours, up to ``k_neighbors``, that every class to be filled up allows.

    Parameters
    ----------
    k_neighbors : int
    sizes : dict
        Rows per class.
    classes : dict
        Rows to be made per class.

    Raises
    ------
    TooFewPerClass
        If such a class has one row: there is nothing to interpolate.
    """
    rarest = min((sizes[name] for name, extra in classes.items() if extra > 0), default=k_neighbors + 1)
    if rarest < 2:
        raise TooFewPerClass(
            "The rarer class has 1 row in these training rows, and new rows are made between two of one "
            "class. Use fewer folds, more cases, or the resampler 'random_over'."
        )
    return min(k_neighbors, rarest - 1)


def check_classes_left(before: npt.NDArray[Any], after: npt.NDArray[Any], name: str) -> None:
    """Refuse a resampling that removed a class.

    Raises
    ------
    TooFewPerClass
        If a class of ``before`` is not in ``after``.
    """
    lost = sorted(set(np.unique(before).tolist()) - set(np.unique(after).tolist()))
    if lost:
        raise TooFewPerClass(
            f"{name} removed every row of class {lost[0]!r} ({int(np.sum(before == lost[0]))} before): the "
            "classes overlap too much for cleaning. Use 'smote' or no resampling."
        )


class SafeRandomOver(RandomOverSampler):
    """Repeat rows of the rarer class, at random, until the classes are of one size."""

    def __init__(self, *, sampling_strategy: Any = "auto", random_state: int = 0) -> None:
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)


class SafeRandomUnder(RandomUnderSampler):
    """Leave out rows of the commoner class, at random, until the classes are of one size."""

    def __init__(self, *, sampling_strategy: Any = "auto", random_state: int = 0) -> None:
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)


class SafeSMOTE(SMOTE):
    """Make rows of the rarer class between a row and one of its ``k_neighbors`` nearest of that class."""

    def __init__(
        self, *, sampling_strategy: Any = "auto", random_state: int = 0, k_neighbors: int = 5
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy, random_state=random_state, k_neighbors=k_neighbors
        )

    def _fit_resample(self, X: Any, y: Any) -> Sampled:
        allowed = allowed_neighbours(self.k_neighbors, Counter(y.tolist()), self.sampling_strategy_)
        plain = SMOTE(
            sampling_strategy=self.sampling_strategy, random_state=self.random_state, k_neighbors=allowed
        )
        self.k_neighbors_ = allowed
        sampled: Sampled = plain.fit_resample(X, y)
        return sampled


class SafeBorderlineSMOTE(BorderlineSMOTE):
    """SMOTE from the rows of the rarer class that lie near the other class."""

    def __init__(
        self,
        *,
        sampling_strategy: Any = "auto",
        random_state: int = 0,
        k_neighbors: int = 5,
        m_neighbors: int = 10,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            k_neighbors=k_neighbors,
            m_neighbors=m_neighbors,
        )

    def _fit_resample(self, X: Any, y: Any) -> Sampled:
        allowed = allowed_neighbours(self.k_neighbors, Counter(y.tolist()), self.sampling_strategy_)
        plain = BorderlineSMOTE(
            sampling_strategy=self.sampling_strategy,
            random_state=self.random_state,
            k_neighbors=allowed,
            m_neighbors=min(self.m_neighbors, len(y) - 1),
        )
        self.k_neighbors_ = allowed
        sampled: Sampled = plain.fit_resample(X, y)
        return sampled


class SafeADASYN(ADASYN):
    """Make rows of the rarer class, more of them where the other class is near.

    Where there is nothing to place, rows are returned as they are: no row of the rarer class has a
    neighbour of the other, or so few are wanted that every share rounds to none.
    """

    def __init__(
        self, *, sampling_strategy: Any = "auto", random_state: int = 0, n_neighbors: int = 5
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy, random_state=random_state, n_neighbors=n_neighbors
        )

    def _fit_resample(self, X: Any, y: Any) -> Sampled:
        allowed = allowed_neighbours(self.n_neighbors, Counter(y.tolist()), self.sampling_strategy_)
        self.n_neighbors_ = allowed
        wanted = {
            name: extra
            for name, extra in self.sampling_strategy_.items()
            if extra > 0 and _places_rows(X, y, name, extra, allowed)
        }
        if not wanted:
            return X.copy(), y.copy()
        sizes = Counter(y.tolist())
        plain = ADASYN(
            sampling_strategy={name: sizes[name] + extra for name, extra in wanted.items()},
            random_state=self.random_state,
            n_neighbors=allowed,
        )
        sampled: Sampled = plain.fit_resample(X, y)
        return sampled


def _places_rows(X: Any, y: Any, name: Any, extra: int, n_neighbors: int) -> bool:
    """Whether ADASYN's shares of ``extra`` rows come to at least one row."""
    rows = X[np.flatnonzero(y == name)]
    near = NearestNeighbors(n_neighbors=n_neighbors + 1).fit(X).kneighbors(rows, return_distance=False)
    hardness = (y[near[:, 1:]] != name).mean(axis=1)
    return bool(hardness.sum() > 0 and np.rint(hardness / hardness.sum() * extra).sum() > 0)


class SafeTomekLinks(TomekLinks):
    """Leave out rows of the commoner class whose nearest row, mutually, is of the rarer class."""

    def _fit_resample(self, X: Any, y: Any) -> Sampled:
        sampled: Sampled = super()._fit_resample(X, y)
        check_classes_left(y, sampled[1], "Removing Tomek links")
        return sampled


class SafeSMOTEENN(SMOTEENN):
    """SMOTE, then leave out rows that their three nearest rows contradict."""

    def __init__(
        self, *, sampling_strategy: Any = "auto", random_state: int = 0, k_neighbors: int = 5
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)
        self.k_neighbors = k_neighbors

    def _fit_resample(self, X: Any, y: Any) -> Sampled:
        filled = _smote_of(self).fit_resample(X, y)
        sampled: Sampled = EditedNearestNeighbours(sampling_strategy="all").fit_resample(*filled)
        check_classes_left(y, sampled[1], "SMOTE-ENN")
        return sampled


class SafeSMOTETomek(SMOTETomek):
    """SMOTE, then leave out pairs of mutually nearest rows of different classes."""

    def __init__(
        self, *, sampling_strategy: Any = "auto", random_state: int = 0, k_neighbors: int = 5
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy, random_state=random_state)
        self.k_neighbors = k_neighbors

    def _fit_resample(self, X: Any, y: Any) -> Sampled:
        filled = _smote_of(self).fit_resample(X, y)
        sampled: Sampled = TomekLinks(sampling_strategy="all").fit_resample(*filled)
        check_classes_left(y, sampled[1], "SMOTE-Tomek")
        return sampled


def _smote_of(combined: SafeSMOTEENN | SafeSMOTETomek) -> SafeSMOTE:
    return SafeSMOTE(
        sampling_strategy=combined.sampling_strategy,
        random_state=combined.random_state,
        k_neighbors=combined.k_neighbors,
    )
