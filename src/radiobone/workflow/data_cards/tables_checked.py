"""Downloads that are tables of features: counts, rows that are copies, and a table that can be evaluated."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from radiobone.cohort.data_card import DataCard
from radiobone.cohort.near_duplicates import near_duplicates
from radiobone.core.data_layouts import ManyTables
from radiobone.core.files import write_csv
from radiobone.imaging.copies import groups_of
from radiobone.io.downloads.found import Deviation, Found
from radiobone.workflow.data_cards.judged import deviation_lines
from radiobone.workflow.data_cards.written import GROUP_COLUMN, write_deviations


@dataclass(frozen=True)
class CheckedTables:
    """Lines to show, and all deviations."""

    lines: tuple[str, ...]
    deviations: tuple[Deviation, ...]


def check_tables(
    card: DataCard, found: Found, folder: Path, deviations: Sequence[Deviation]
) -> CheckedTables:
    """Write each table with a column of groups: rows that agree in nearly all features have one.

    Raises
    ------
    OutputNotWritable, DiskFull
    """
    target = card.layout.target_column if isinstance(card.layout, ManyTables) else card.target
    noted, lines = list(deviations), []
    for name, (path, table) in found.tables.items():
        if not isinstance(card.layout, ManyTables):
            noted += _counts(card, table, target)
        grouped, copies = _grouped(table, target)
        noted += [Deviation("SameImageTwice", name, f"{name}: {one}") for one in copies]
        write_csv(folder / f"{name}.csv", grouped)
        lines.append(f"{name}: {len(table)} rows, {table.shape[1]} columns, from {path.name}.")
    write_deviations(folder / "deviations.csv", noted)
    first = folder / f"{next(iter(found.tables))}.csv"
    ids = ["--id", card.layout.id_column] if isinstance(card.layout, ManyTables) else []
    step = [
        "radiobone",
        "evaluate",
        str(first),
        "--target",
        target,
        *ids,
        "--groups",
        GROUP_COLUMN,
        "-o",
        "result",
    ]
    closing = [*deviation_lines(noted), f"Written to {folder}.", f"Next: {shlex.join(step)}"]
    return CheckedTables((*lines, *closing), tuple(noted))


def _counts(card: DataCard, table: pd.DataFrame, target: str) -> list[Deviation]:
    deviations = []
    if card.subjects is not None and len(table) != card.subjects:
        message = f"{len(table)} rows, and the card says {card.subjects} subjects."
        deviations.append(Deviation("CountDiffers", "rows", message))
    found = Counter(table[target])
    for one in card.classes:
        if one.subjects is not None and found[one.name] != one.subjects:
            code = "CountDiffers" if found[one.name] else "ClassMissing"
            message = f"{found[one.name]} rows of '{one.name}', and the card says {one.subjects}."
            deviations.append(Deviation(code, one.name, message))
    return deviations


def _grouped(table: pd.DataFrame, target: str) -> tuple[pd.DataFrame, list[str]]:
    """Add the column of groups, and name the rows that are copies."""
    numbers = table.drop(columns=target).apply(pd.to_numeric, errors="coerce")
    values = numbers.loc[:, numbers.notna().any()].to_numpy(dtype=float)
    pairs = near_duplicates(values)
    groups = groups_of(len(table), pairs)
    grouped = table.copy()
    grouped[GROUP_COLUMN] = [f"group_{group + 1:05d}" for group in groups.tolist()]
    told = [f"rows {one + 2} and {other + 2} agree in nearly all features." for one, other in pairs]
    return grouped, told
