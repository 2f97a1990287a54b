"""Cases whose ids are pseudonyms: their files are read as the manifest names them, and named nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from radiobone.core.concealed import Concealed
from radiobone.core.pseudonymising import active_pseudonyms
from radiobone.core.pseudonyms import Pseudonyms, holds_paths
from radiobone.io.case import NO_PATH, Case


def concealed_cases(cases: Sequence[Case], extra: tuple[str, ...]) -> tuple[list[Case], tuple[str, ...]]:
    """Let cases know what their messages must not tell, where tables are read with pseudonyms.

    Parameters
    ----------
    cases : sequence of Case
        Their patients are pseudonyms already.
    extra : tuple of str
        The manifest's other columns.

    Returns
    -------
    list of Case, tuple of str
        The same where ids stay as they are; else with ``concealed``, and without the columns that hold paths.
    """
    pseudonyms = active_pseudonyms()
    if pseudonyms is None:
        return list(cases), extra
    paths = [
        name
        for name in extra
        if holds_paths(name, pd.Series([case.row.get(name) for case in cases], dtype=object))
    ]
    found = [_concealed(case, paths, pseudonyms) for case in cases]
    return found, tuple(name for name in extra if name not in paths)


def _concealed(case: Case, columns: Sequence[str], pseudonyms: Pseudonyms) -> Case:
    begin = case.begin or Path()
    named = {"image": case.image, "mask": case.mask}
    named |= {name: begin / cell.strip() for name in columns if (cell := case.row.get(name))}
    named = {word: path for word, path in named.items() if path != NO_PATH}
    name = pseudonyms.id_of(case.patient_id)
    hidden = Concealed({} if name is None else {name: case.patient_id}, named, case.root or begin)
    pseudonyms.conceal(hidden.names())
    return replace(case, concealed=hidden)
