"""Which row of one table is which of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import pandas as pd

from radiobone.core.columns import names_label, names_region, patient_columns, plain
from radiobone.core.errors import MissingId
from radiobone.workflow.comparing.sides import Side

FILES = ("image", "mask")
MASK_LABELS = ("masklabel",)
SUFFIXES = (".gz", ".nii", ".nrrd", ".mha", ".mhd", ".nhdr", ".dcm")


@dataclass(frozen=True)
class Pairs:
    """Rows that belong together.

    Attributes
    ----------
    by : str
        What they were paired by, in words.
    names : tuple of str
        One for each pair.
    rows_a, rows_b : tuple of int
        Positions in the tables.
    only_a, only_b : tuple of str
        Names of rows without a partner.
    """

    by: str
    names: tuple[str, ...]
    rows_a: tuple[int, ...]
    rows_b: tuple[int, ...]
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()


def pair_rows(a: Side, b: Side) -> Pairs:
    """Pair rows by patient and region, by the names of image and mask, or by their order.

    Raises
    ------
    MissingId
        If nothing tells which rows belong together.
    """
    for by, names_a, names_b in _candidates(a, b):
        if (
            len(set(names_a)) == len(names_a)
            and len(set(names_b)) == len(names_b)
            and set(names_a) & set(names_b)
        ):
            return _paired(by, names_a, names_b)
    if len(a.keys) == len(b.keys):
        rows = tuple(range(len(a.keys)))
        return Pairs("their order", tuple(f"row {row + 1}" for row in rows), rows, rows)
    raise MissingId(
        f"The tables have {len(a.keys)} and {len(b.keys)} rows, and no column in both tells which belong together "
        "(patient_id, roi, or image and mask). Add such a column to both, with one value per row."
    )


def _candidates(a: Side, b: Side) -> Iterator[tuple[str, list[str], list[str]]]:
    """Yield what rows may be paired by, the surest first.

    A column ``label`` may be a class that was corrected in one of the tables, and comes after all else.
    """
    known_a, known_b = _by_plain_name(a.keys), _by_plain_name(b.keys)
    shared = [name for name in known_a if name in known_b]
    patients = [plain(name) for name in patient_columns([known_a[name] for name in shared])]
    regions = [name for name in shared if names_region(name) and name not in patients]
    labels = [name for name in shared if name in MASK_LABELS]
    doubtful = [name for name in shared if names_label(name)]
    files = [name for name in shared if name in FILES]
    more = [[*regions, *labels], regions, labels, [], [*regions, *doubtful], doubtful]
    sets = [[*who, *one] for who in ([patient] for patient in patients) for one in more]
    sets += [[*files, *one] for one in more if files]
    for n_parts in (1, 2) if files else (1,):  # files of one name in folders of many
        for names in sets:
            columns_a, columns_b = ([known[name] for name in names] for known in (known_a, known_b))
            yield ", ".join(columns_a), _named(a.keys, columns_a, n_parts), _named(b.keys, columns_b, n_parts)


def _by_plain_name(table: pd.DataFrame) -> dict[str, str]:
    return {plain(name): name for name in table.columns}


def _named(keys: pd.DataFrame, columns: list[str], n_parts: int) -> list[str]:
    texts = [
        [_text(value, n_parts if plain(name) in FILES else 0) for value in keys[name]] for name in columns
    ]
    return [" / ".join(part for part in parts if part) for parts in zip(*texts, strict=True)]


def _text(value: object, n_parts: int) -> str:
    """Return a value as text, of a path its last parts without the suffix."""
    text = "" if value is None or value != value else str(value).strip()
    if not n_parts:
        return text.removesuffix(".0")
    name = "/".join(PurePosixPath(text.replace("\\", "/")).parts[-n_parts:])
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return name


def _paired(by: str, names_a: list[str], names_b: list[str]) -> Pairs:
    place = {name: row for row, name in enumerate(names_b)}
    both = [(name, row) for row, name in enumerate(names_a) if name in place]
    return Pairs(
        by,
        tuple(name for name, _ in both),
        tuple(row for _, row in both),
        tuple(place[name] for name, _ in both),
        tuple(name for name in names_a if name not in place),
        tuple(name for name in names_b if name not in set(names_a)),
    )
