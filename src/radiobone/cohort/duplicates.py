"""What becomes of near-duplicate rows of different patients: kept on one side of every split, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.near_duplicates import near_duplicates
from radiobone.core.errors import BadSetting, DuplicateRows

Duplicates = Literal["group", "refuse"]
RECORD = "near_duplicates"


def settle_duplicates(cohort: Cohort, policy: Duplicates) -> Cohort:
    """Join the groups of near-duplicate rows, or refuse them; the pairs go into the provenance.

    Only features of images count: two patients may well have the same age and sex.

    Raises
    ------
    DuplicateRows
        If they are to be refused and there are some.
    BadSetting
        If the policy is neither ``group`` nor ``refuse``.
    """
    if policy not in ("group", "refuse"):
        raise BadSetting(f"duplicates is {policy!r}; it is 'group' (keep them together) or 'refuse'.")
    image = cohort.X.drop(columns=list(cohort.clinical)).to_numpy(dtype=float)
    found = [pair for pair in near_duplicates(image) if cohort.groups[pair[0]] != cohort.groups[pair[1]]]
    names = [[str(cohort.X.index[row]) for row in pair] for pair in found]
    if found and policy == "refuse":
        raise DuplicateRows(
            f"{len(found)} pair(s) of rows of different patients agree in nearly all features, such as {names[0][0]} and "
            f"{names[0][1]}. If it is one case under two ids, it could be in training and test at once. Remove the copies, use "
            "one id, or keep them together: --duplicates group."
        )
    told = replace(cohort, provenance={**cohort.provenance, RECORD: names})
    return replace(told, group=_joined(cohort.groups, found)) if found else told


def _joined(groups: npt.NDArray[np.str_], pairs: Sequence[tuple[int, int]]) -> npt.NDArray[np.str_]:
    """Name every group as the first, by name, of those it is joined with."""
    names, codes = np.unique(groups, return_inverse=True)
    first, second = codes[np.array(pairs, dtype=np.int64).T]
    links = coo_array((np.ones(len(pairs)), (first, second)), shape=(len(names), len(names)))
    _, part = connected_components(links, directed=False)
    _, leader = np.unique(part, return_index=True)
    return np.asarray(names[leader[part]][codes])
