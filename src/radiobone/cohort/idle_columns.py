"""Columns that tell nothing, or nothing that another does not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from radiobone.core.errors import MissingColumn
from radiobone.core.warnings import FeatureDropped, warn

SHOWN = 5
ENERGY, TOTAL_ENERGY = "_Energy", "_TotalEnergy"  # equal by definition where voxels have 1 mm³


def check_varies(features: pd.DataFrame) -> None:
    """Refuse features of which none differs between any two rows, and warn of those that a fold may leave out.

    Such columns stay: each fold leaves out what is constant in its own training rows, and what repeats another there.

    Raises
    ------
    MissingColumn

    Warns
    -----
    FeatureDropped
        Of columns with one value in every row, or in all but one, and of those equal to another.
    """
    if features.shape[1] == 0:
        raise MissingColumn(
            "No feature column holds a value in any row, so there is nothing to learn from. Check that the table holds the "
            "features, and that --features (in Python: X) has them."
        )
    same = np.asarray(features.nunique() < 2, dtype=bool)
    shown = _shown([str(name) for name in features.columns[same]])
    if same.all():
        raise MissingColumn(
            f"None of the {features.shape[1]} feature column(s) varies between the rows ({shown}), so there is nothing to "
            "learn from. Check that the table holds the features, and that --features (in Python: X) has them."
        )
    if same.any():
        _warn(
            f"{same.sum()} column(s) hold one and the same value in every row: {shown}. They tell no row from another. If the "
            "value should vary, it was not measured or was filled in: check where it comes from."
        )
    _warn_of_nearly_constant(features.loc[:, ~same])
    _warn_of_equal(features.loc[:, ~same])


def _warn_of_equal(features: pd.DataFrame) -> None:
    pairs = [pair for pair in equal_columns(features) if not _equal_by_definition(*pair)]
    if pairs:
        shown = [f"{name} = {other}" for name, other in pairs]
        _warn(
            f"{len(pairs)} column(s) hold the values of another one in every row: {_shown(shown)}. The step 'correlation' keeps the "
            "first of each; a pipeline without it gives such a column double weight. Check that one is not a wrong export of "
            "the other."
        )


def _equal_by_definition(name: str, other: str) -> bool:
    """Whether two columns are the energy of one image, and that times the volume of a voxel."""
    return name.replace(TOTAL_ENERGY, ENERGY) == other.replace(TOTAL_ENERGY, ENERGY)


def _warn_of_nearly_constant(features: pd.DataFrame) -> None:
    values = features.to_numpy(dtype=float)
    if len(values) < 3:
        return
    usual = np.median(
        values[:3], axis=0
    )  # of three values that agree but for one, the middle one is the usual
    others = (values != usual).sum(axis=0)
    names = [str(name) for name in features.columns[others == 1]]
    if names:
        _warn(
            f"{len(names)} column(s) hold one and the same value in all rows but one: {_shown(names)}. The step 'constant' "
            "leaves them out wherever that row is not among the training rows. Check whether the one value is a slip."
        )


def equal_columns(features: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the columns that agree with an earlier one in every row, missing values too, each with that one."""
    first: dict[bytes, str] = {}
    pairs = []
    for place, name in enumerate(features.columns):
        values = np.nan_to_num(features.iloc[:, place].to_numpy(dtype=float), nan=np.inf) + 0.0
        other = first.setdefault(values.tobytes(), str(name))
        if other != str(name):
            pairs.append((str(name), other))
    return pairs


def _shown(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def _warn(text: str) -> None:
    warn(FeatureDropped(text), stacklevel=4)
