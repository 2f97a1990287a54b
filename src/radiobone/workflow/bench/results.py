"""What a table of the benchmark holds, and how it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class BenchTable:
    """One table.

    Attributes
    ----------
    title : str
        What was measured, and how.
    columns : tuple of str
        Titles of the columns.
    rows : tuple of tuple of str
        Cells, as shown.
    notes : tuple of str
        Lines below the table.
    figures : dict
        The same in numbers, for ``bench.json``.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    figures: dict[str, Any]

    def lines(self) -> list[str]:
        """Return the table as text, the first column to the left and numbers to the right."""
        table = [self.columns, *self.rows]
        widths = [max(len(row[k]) for row in table) for k in range(len(self.columns))]
        body = [_line(row, widths) for row in table]
        return [
            self.title,
            "",
            body[0],
            "  ".join("-" * width for width in widths),
            *body[1:],
            "",
            *self.notes,
        ]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = f"{cells[0]:<{widths[0]}}"
    rest = [f"{cell:>{width}}" for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return "  ".join([first, *rest]).rstrip()
