"""What a table was taken for, in lines to be shown before anything is computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.identity import EACH_ROW
from radiobone.cohort.times import in_words

SHOWN = 5


def described(cohort: Cohort) -> Iterator[str]:
    """Yield which column is what, how many rows and patients there are, and what is used for nothing."""
    columns = cohort.provenance.get("columns", {})
    yield f"Read from {cohort.provenance.get('source')}:"
    yield _line(
        "target",
        f"{cohort.target}: {_target(cohort)}",
    )
    yield _line("patients", _patients(cohort))
    if columns.get("groups"):
        yield _line(
            "groups", f"{columns['groups']}: {len(set(cohort.groups.tolist()))}, kept whole in every split"
        )
    for name in ("regions", "site", "clinical"):
        if columns.get(name):
            named = columns[name]
            yield _line(name, named if isinstance(named, str) else _some(named))
    yield from _for_splits(cohort)
    clinical = set(cohort.clinical)
    features = [str(name) for name in cohort.X.columns if name not in clinical]
    yield _line("features", f"{len(features)}: {_some(features)}")
    aside = columns.get("set_aside") or []
    yield _line("set aside", f"{len(aside)}: {_some(aside)}" if aside else "none")
    dropped = cohort.provenance.get("rows_dropped", 0)
    if dropped:
        yield _line("left out", f"{dropped} row(s) without a value of {cohort.target}")


def _for_splits(cohort: Cohort) -> Iterator[str]:
    """Yield what is known of the rows that folds may be divided by."""
    if cohort.time is not None:
        yield _line("time", f"from {in_words(cohort.time.min())} to {in_words(cohort.time.max())}")
    if cohort.external is not None:
        n_patients = len(set(cohort.patient[cohort.external].tolist()))
        yield _line("external", f"{int(cohort.external.sum())} rows, of {n_patients} patients")
    if cohort.derived is not None:
        yield _line(
            "derived", f"{int(cohort.derived.sum())} rows made from others: learned from, never tested"
        )


def _target(cohort: Cohort) -> str:
    if cohort.task.kind == "binary":
        n_positive = int(cohort.y.sum())
        return f"{n_positive} rows {cohort.positive}, {cohort.n_rows - n_positive} {cohort.negative}"
    if cohort.levels:
        counts = np.bincount(cohort.y, minlength=len(cohort.levels))
        return "in this order " + " < ".join(
            f"{level} ({n} rows)" for level, n in zip(cohort.levels, counts, strict=True)
        )
    least, median, greatest = np.quantile(cohort.y, [0.0, 0.5, 1.0])
    return f"numbers from {least:g} to {greatest:g}, median {median:g}"


def _patients(cohort: Cohort) -> str:
    columns = cohort.provenance.get("columns", {})
    count = f"{cohort.n_patients}, in {cohort.n_rows} rows"
    if columns.get("id") == EACH_ROW:
        return f"{count}: each row is one, as you said"
    named = columns.get("id") or columns.get("groups")
    return f"{count}, told apart by {named}" if named else f"{count}: EACH ROW WAS TAKEN AS ONE PATIENT"


def _line(name: str, text: str) -> str:
    return f"  {name:<10} {text}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
