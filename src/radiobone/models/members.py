"""Models that an ensemble consists of, written as ``lr+rf+xgboost``."""

from __future__ import annotations

from typing import Any

from sklearn.utils._param_validation import InvalidParameterError

from radiobone.core.seeds import seed_for
from radiobone.models.single import SINGLE


def make_members(names: str, seed: int) -> dict[str, Any]:
    """Make the unfitted members, each with the values that its family has without a search.

    Parameters
    ----------
    names : str
        Families, joined by ``+``.
    seed : int
        Of the ensemble; each member gets one of its own.

    Raises
    ------
    InvalidParameterError
        If there are fewer than two, one twice, or one that is not known.
    """
    listed = [name.strip() for name in names.split("+")]
    unknown = [name for name in listed if name not in SINGLE]
    if unknown or len(listed) < 2 or len(set(listed)) < len(listed):
        raise InvalidParameterError(
            f"members={names!r} does not name two or more different models, joined by '+'; there are "
            f"{', '.join(sorted(SINGLE))}."
        )
    return {name: SINGLE[name].make(seed_for(seed, "member", name)) for name in listed}
