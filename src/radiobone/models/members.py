"""Models that an ensemble consists of, written as ``lr+rf+xgboost`` or ``lr(C=0.01)+rf(min_samples_leaf=3)``."""

from __future__ import annotations

import re
from typing import Any

from sklearn.utils._param_validation import InvalidParameterError

from radiobone.core.seeds import seed_for
from radiobone.core.strict_yaml import plain_data
from radiobone.models.single import SINGLE

PARAMETER = r"\s*\w+\s*=[^=,()]+"
MEMBER = re.compile(rf"\s*(?P<name>\w+)\s*(?:\((?P<params>{PARAMETER}(?:,{PARAMETER})*)\))?\s*")


def make_members(names: str, seed: int) -> dict[str, Any]:
    """Make the unfitted members, each with the values that its family has without a search, or with those given.

    Parameters
    ----------
    names : str
        Families, joined by ``+``, each with parameters of its own in brackets where they differ from the family's.
    seed : int
        Of the ensemble; each member gets one of its own.

    Raises
    ------
    InvalidParameterError
        If there are fewer than two, one twice, one that is not known, or a parameter that its family does not have.
    """
    listed = [_name_and_params(part, names) for part in names.split("+")]
    known = [name for name, _ in listed if name in SINGLE]
    if len(known) < max(2, len(listed)) or len(set(known)) < len(known):
        raise InvalidParameterError(
            f"members={names!r} does not name two or more different models, joined by '+'; there are "
            f"{', '.join(sorted(SINGLE))}."
        )
    return {name: _made(name, params, seed_for(seed, "member", name)) for name, params in listed}


def _name_and_params(part: str, names: str) -> tuple[str, dict[str, Any]]:
    found = MEMBER.fullmatch(part)
    if found is None:
        raise InvalidParameterError(
            f"members={names!r}: '{part.strip()}' is no model, alone or with its parameters in brackets. Write it as "
            "'lr+rf', or 'lr(C=0.01)+rf(min_samples_leaf=3)'."
        )
    pairs = [pair.partition("=") for pair in (found["params"] or "").split(",") if pair]
    return found["name"], {name.strip(): plain_data(value, "members") for name, _, value in pairs}


def _made(name: str, params: dict[str, Any], seed: int) -> Any:
    model = SINGLE[name].make(seed)
    unknown = sorted(set(params) - set(model.get_params()))
    if unknown:
        raise InvalidParameterError(f"members: '{name}' has no parameter '{unknown[0]}'. Correct its name.")
    return model.set_params(**params)
