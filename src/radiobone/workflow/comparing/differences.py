"""How far the values of two tables are apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.errors import MissingColumn
from radiobone.workflow.comparing.pairing import Pairs, pair_rows
from radiobone.workflow.comparing.sides import Side, parts_of

NEAR_ZERO = 1e-12  # absolute difference that is none
BOUNDS = (1e-9, 1e-6, 1e-2)
CLASSES = ("equal to 1e-9", "equal to 1e-6", "within 1 %", "different")
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Differences:
    """Values of the rows and features that both tables have.

    Attributes
    ----------
    pairs : Pairs
    features : tuple of str
        Names of the columns in both, in the order of the first table.
    only_a, only_b : tuple of str
        Features of one table alone.
    a, b : ndarray of float, shape (n_pairs, n_features)
    tolerance : float
        Greatest relative difference of values that agree.
    """

    pairs: Pairs
    features: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    a: FloatArray
    b: FloatArray
    tolerance: float

    @cached_property
    def relative(self) -> FloatArray:
        """Relative differences; 0 near zero and where both have no number, infinite where one has none."""
        apart = np.abs(self.a - self.b)
        largest = np.maximum(np.abs(self.a), np.abs(self.b))
        relative = np.divide(apart, largest, out=np.zeros_like(apart), where=apart > NEAR_ZERO)
        missing_a, missing_b = np.isnan(self.a), np.isnan(self.b)
        relative[missing_a & missing_b] = 0.0
        relative[missing_a ^ missing_b] = np.inf
        return relative

    @cached_property
    def differs(self) -> npt.NDArray[np.bool_]:
        """Whether values lie farther apart than the tolerance."""
        return np.asarray(self.relative > self.tolerance)

    @property
    def agree(self) -> bool:
        """Whether both have the same rows and features, and all values agree."""
        alone = (self.pairs.only_a, self.pairs.only_b, self.only_a, self.only_b)
        return not self.differs.any() and not any(alone)

    def by_group(self) -> pd.DataFrame:
        """Count the values of each filtered image's families by how well they agree, and name the worst."""
        worst = self.relative.max(axis=0)
        classes = np.digitize(self.relative, BOUNDS, right=True)
        rows: dict[tuple[str, str], list[int]] = {}
        for column, name in enumerate(self.features):
            image, family, _ = parts_of(name) or ("", "", name)
            rows.setdefault((image, family), []).append(column)
        return pd.DataFrame(
            [
                {
                    "image": image,
                    "family": family,
                    "values": classes[:, columns].size,
                    **{name: int((classes[:, columns] == k).sum()) for k, name in enumerate(CLASSES)},
                    "greatest difference": float(worst[columns].max()),
                    "feature": self.features[columns[int(np.argmax(worst[columns]))]],
                }
                for (image, family), columns in rows.items()
            ]
        )

    def by_feature(self) -> pd.DataFrame:
        """List features by their greatest relative difference, the worst first."""
        worst = self.relative.max(axis=0)
        n_differ = self.differs.sum(axis=0)
        table = pd.DataFrame({"feature": self.features, "greatest difference": worst, "rows": n_differ})
        return table.sort_values("greatest difference", ascending=False, kind="stable", ignore_index=True)

    def values(self) -> pd.DataFrame:
        """List every value of both tables with its difference, the worst first."""
        n_rows, n_columns = self.a.shape
        classes = np.digitize(self.relative, BOUNDS, right=True).ravel()
        table = pd.DataFrame(
            {
                "row": np.repeat(np.asarray(self.pairs.names, dtype=object), n_columns),
                "feature": np.tile(np.asarray(self.features, dtype=object), n_rows),
                "a": self.a.ravel(),
                "b": self.b.ravel(),
                "relative_difference": self.relative.ravel(),
                "agreement": np.asarray(CLASSES, dtype=object)[classes],
            }
        )
        return table.sort_values("relative_difference", ascending=False, kind="stable", ignore_index=True)


def differences(a: Side, b: Side, *, tolerance: float) -> Differences:
    """Pair rows and columns of two tables.

    Raises
    ------
    MissingId
        If nothing tells which rows belong together.
    MissingColumn
        If the tables have no feature in common.
    """
    shared = tuple(name for name in a.features.columns if name in b.features.columns)
    if not shared:
        raise MissingColumn(
            f"The tables have no feature in common: {a.path.name} has {a.features.columns[0]} and others, "
            f"{b.path.name} has {b.features.columns[0]} and others. Features are paired by their names."
        )
    pairs = pair_rows(a, b)
    return Differences(
        pairs,
        shared,
        tuple(name for name in a.features.columns if name not in b.features.columns),
        tuple(name for name in b.features.columns if name not in a.features.columns),
        a.features[list(shared)].to_numpy()[list(pairs.rows_a)],
        b.features[list(shared)].to_numpy()[list(pairs.rows_b)],
        tolerance,
    )
