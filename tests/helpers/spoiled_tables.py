"""Ways to change a sound table and to save it: cells, columns, rows, text, workbooks, Parquet."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd

N = 30


Cells = list[list[Any]]


Change = Callable[[Cells], Any]


def sound() -> Cells:
    """Header and rows of text: thirty patients, four features, a label."""
    rng = np.random.default_rng(11)
    rows = [
        [f"P{i:02d}", *(f"{value:.4f}" for value in rng.normal(5, 1, 4)), str(int(i % 3 == 0))]
        for i in range(N)
    ]
    return [["patient_id", "f1", "f2", "f3", "f4", "label"], *rows]


def text(cells: Cells, delimiter: str = ",", end: str = "\n", quote: bool = False) -> str:
    """Spell cells as CSV."""

    def spelled(cell: Any) -> str:
        cell = "" if cell is None else str(cell)
        needs = quote or any(mark in cell for mark in (delimiter, '"', "\n", "\r"))
        return '"' + cell.replace('"', '""') + '"' if needs else cell

    return "".join(delimiter.join(map(spelled, row)) + end for row in cells)


def column(name: str, change: Callable[[int, str], Any]) -> Change:
    """Change every cell of a column."""

    def changed(cells: Cells) -> Cells:
        place = cells[0].index(name)
        return [cells[0]] + [
            [change(number, cell) if at == place else cell for at, cell in enumerate(row)]
            for number, row in enumerate(cells[1:])
        ]

    return changed


def cell(name: str, row: int, value: Any) -> Change:
    """Change one cell."""
    return column(name, lambda number, old: value if number == row else old)


def header(change: Callable[[list[str]], list[Any]]) -> Change:
    """Change the header."""
    return lambda cells: [change(cells[0]), *cells[1:]]


def more(*columns: tuple[str, Callable[[int], Any]]) -> Change:
    """Add columns before the label."""
    return lambda cells: [
        [*row[:-1], *(name if number < 0 else value(number) for name, value in columns), row[-1]]
        for number, row in enumerate(cells, start=-1)
    ]


def rows_after(*rows: list[Any]) -> Change:
    """Add rows at the end."""
    return lambda cells: [*cells, *rows]


def rows_before(*rows: list[Any]) -> Change:
    """Add rows above the header."""
    return lambda cells: [*rows, *cells]


def as_text(change: Callable[[str], str | bytes]) -> Change:
    """Change the text of the file."""
    return lambda cells: change(text(cells))


def spelled_with(**how: Any) -> Change:
    """Write the CSV with another delimiter, end of line or with quotes."""
    return lambda cells: text(cells, **how)


def numbers(cells: Cells) -> Cells:
    """Hold features and label as numbers, as a workbook does."""
    return [cells[0]] + [[row[0], *map(float, row[1:5]), int(row[5])] for row in cells[1:]]


class Workbook:
    """Save cells as a workbook, after a change of the book."""

    def __init__(
        self, change: Callable[[openpyxl.Workbook], None] | None = None, cells: Change | None = None
    ) -> None:
        self.change, self.cells = change, cells

    def save(self, path: Path, cells: Cells) -> Path:
        """Write the file."""
        book = openpyxl.Workbook()
        for row in (self.cells or numbers)(cells):
            book.active.append(row)
        if self.change is not None:
            self.change(book)
        book.save(path.with_suffix(".xlsx"))
        return path.with_suffix(".xlsx")


class Parquet:
    """Save cells as Parquet, after a change of the frame."""

    def __init__(
        self, change: Callable[[pd.DataFrame], pd.DataFrame] = lambda frame: frame, cut: float = 1.0
    ) -> None:
        self.change, self.cut = change, cut

    def save(self, path: Path, cells: Cells) -> Path:
        """Write the file."""
        first, *rows = numbers(cells)
        path = path.with_suffix(".parquet")
        self.change(pd.DataFrame(rows, columns=first)).to_parquet(path)
        whole = path.read_bytes()
        path.write_bytes(whole[: int(self.cut * len(whole))])
        return path


def save(variant: Any, folder: Path, name: str = "table.csv") -> Path:
    """Write the variant of the sound table; return where."""
    path = folder / name
    if isinstance(variant, Workbook | Parquet):
        return variant.save(path, sound())
    made = variant(sound())
    content = made if isinstance(made, str | bytes) else text(made)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rewritten(change: Callable[[str, bytes], bytes]) -> Callable[[Path], None]:
    """Change the parts of a workbook that is saved."""

    def on(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(name, change(name, data))
        path.write_bytes(buffer.getvalue())

    return on


def put(place: str, value: Any, sheet: int = 0) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[sheet][place] = value

    return change


def second_sheet(state: str, first: bool, filled: bool = True) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        other = book.create_sheet("Legend", 0 if first else None)
        if filled:
            other["A1"] = "what columns mean"
        other.sheet_state = state
        book.active = 1 if first else 0

    return change


def merged(area: str) -> Callable[[openpyxl.Workbook], None]:
    return lambda book: book.active.merge_cells(area)


def filtered(book: openpyxl.Workbook) -> None:
    """Hide two rows of the table, as a filter does, and one below that holds nothing."""
    sheet = book.worksheets[0]
    sheet.auto_filter.ref = sheet.dimensions
    for number in (3, 7, sheet.max_row + 1):
        sheet.row_dimensions[number].hidden = True


def moved(book: openpyxl.Workbook) -> None:
    book.active.insert_rows(1, 2)


def styled(book: openpyxl.Workbook) -> None:
    book.active["Z400"].font = openpyxl.styles.Font(bold=True)


def german(value: str) -> str:
    """Spell a number with a decimal comma."""
    return value.replace(".", ",")


FEATURES = ("f1", "f2", "f3", "f4")


def in_german(cells: Cells) -> Cells:
    """Spell all features with decimal commas."""
    return [cells[0]] + [[row[0], *map(german, row[1:5]), row[5]] for row in cells[1:]]


def in_thousands(mark: str) -> Change:
    """Make the first feature thousands, with a mark between."""
    return column("f1", lambda _n, old: f"{float(old) * 1000:,.0f}".replace(",", mark))


def all_features(change: Callable[[str], str]) -> Change:
    return lambda cells: [cells[0]] + [[row[0], *map(change, row[1:5]), row[5]] for row in cells[1:]]


def book_bytes(cells: Cells) -> bytes:
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    for row in cells:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()
