"""What becomes of near-duplicate rows of different patients: kept on one side of every split, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from radiobone.cohort.alike_rows import Pair, alike_rows
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.near_duplicates import near_duplicates
from radiobone.core.errors import BadSetting, DuplicateRows

Duplicates = Literal["group", "refuse"]
RECORD = "near_duplicates"
DOUBTFUL = "doubtful_duplicates"
SHOWN = 3


def settle_duplicates(cohort: Cohort, policy: Duplicates) -> Cohort:
    """Join the groups of near-duplicate rows, or refuse them; the pairs go into the provenance.

    Pairs that are doubtful go there too, and are neither joined nor refused.

    Raises
    ------
    DuplicateRows
        If they are to be refused and there are some.
    BadSetting
        If the policy is neither ``group`` nor ``refuse``.
    """
    if policy not in ("group", "refuse"):
        raise BadSetting(f"duplicates is {policy!r}; it is 'group' (keep them together) or 'refuse'.")
    copies, doubtful = copied_rows(cohort)
    if copies and policy == "refuse":
        raise DuplicateRows(
            f"{len(copies)} pair(s) of rows of different patients agree in nearly all features, or are closer than chance brings "
            f"rows of this table, {such_as(cohort, copies)}. If it is one case under two ids, it could be in training and test at "
            "once. Remove the copies, use one id, or keep them together: --duplicates group."
        )
    names = {RECORD: _named(cohort, copies), DOUBTFUL: _named(cohort, doubtful)}
    told = replace(cohort, provenance={**cohort.provenance, **names})
    return replace(told, group=_joined(cohort.groups, copies)) if copies else told


def copied_rows(cohort: Cohort) -> tuple[list[Pair], list[Pair]]:
    """Pairs of rows of different groups that are copies of each other, and pairs that may be.

    Only features of images count: two patients may well have the same age and sex.
    """
    image = cohort.X.drop(columns=list(cohort.clinical)).to_numpy(dtype=float)
    alike = alike_rows(image, cohort.groups)
    equal = {pair for pair in near_duplicates(image) if cohort.groups[pair[0]] != cohort.groups[pair[1]]}
    return sorted(equal | set(alike.copies)), sorted(set(alike.doubtful) - equal)


def recorded_pairs(cohort: Cohort, record: str) -> list[Pair] | None:
    """Pairs that reading the table found, as positions; None if it was not looked for."""
    found = cohort.provenance.get(record)
    if found is None:
        return None
    place = {str(name): row for row, name in enumerate(cohort.X.index)}
    return [(place[one], place[other]) for one, other in found if {one, other} <= place.keys()]


def such_as(cohort: Cohort, pairs: Sequence[Pair]) -> str:
    """Name the first pairs of rows."""
    shown = (" and ".join(names) for names in _named(cohort, pairs[:SHOWN]))
    return f"such as {', '.join(shown)}{', …' if len(pairs) > SHOWN else ''}"


def _named(cohort: Cohort, pairs: Sequence[Pair]) -> list[list[str]]:
    return [[str(cohort.X.index[row]) for row in pair] for pair in pairs]


def _joined(groups: npt.NDArray[np.str_], pairs: Sequence[Pair]) -> npt.NDArray[np.str_]:
    """Name every group as the first, by name, of those it is joined with."""
    names, codes = np.unique(groups, return_inverse=True)
    first, second = codes[np.array(pairs, dtype=np.int64).T]
    links = coo_array((np.ones(len(pairs)), (first, second)), shape=(len(names), len(names)))
    _, part = connected_components(links, directed=False)
    _, leader = np.unique(part, return_index=True)
    return np.asarray(names[leader[part]][codes])
