"""The full contact sheet of a large cohort, as pages beside the report that loads none of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from radiobone.report.data import ResultData
from radiobone.report.pictures import data_uri
from radiobone.report.regions import Region, regions_of

MOST_IN_REPORT = 300
MOST_ROWS = 3000
PER_SHEET = 3000
MOST_SHEETS = 1000
MARK, MARK_WITHIN = 'name="radiobone-sheet"', 1000
MOST_BYTES = 7_000
"""Of one picture on a sheet."""

BUDGET_BYTES = 18_000_000
"""Of all pictures on one sheet, before base64 adds a third."""


@dataclass(frozen=True)
class Sheets:
    """Names of the files: the report's own, and those of the sheets that lie beside it.

    Attributes
    ----------
    report : str
        File name of the report.
    n_regions : int
        Regions with a picture; the report itself shows `MOST_IN_REPORT` of them.
    """

    report: str
    n_regions: int

    @property
    def names(self) -> tuple[str, ...]:
        """File names of the sheets; none if the report shows every picture."""
        if self.n_regions <= MOST_IN_REPORT:
            return ()
        return tuple(self.name(place) for place in range(math.ceil(self.n_regions / PER_SHEET)))

    def name(self, place: int) -> str:
        """File name of a sheet, whether it is needed or not."""
        stem = self.report.removesuffix(Path(self.report).suffix)
        return f"{stem}_pictures{'' if place == 0 else f'_{place + 1}'}.html"

    def left_over(self, folder: Path) -> Iterator[Path]:
        """Yield sheets of an earlier run that this one does not need; a file that is not ours is left alone."""
        for place in range(len(self.names), MOST_SHEETS):
            path = folder / self.name(place)
            if (
                not path.is_file()
                or MARK not in path.read_text(encoding="utf-8", errors="replace")[:MARK_WITHIN]
            ):
                return
            yield path

    def picture_link(self, region: Region) -> str:
        """Link from the report to a region's picture, in the report or on its sheet."""
        if region.number <= MOST_IN_REPORT:
            return f"#{region.picture_anchor}"
        return f"{quote(self.name((region.number - 1) // PER_SHEET))}#{region.picture_anchor}"


def card_of(data: ResultData, region: Region, most_bytes: float) -> dict[str, Any]:
    """Return what the sheet shows of a region."""
    path = data.folder / "pictures" / region.entry["file"]
    uri, width, height = data_uri(path, most_bytes)
    has_row = region.number <= MOST_ROWS
    return {"region": region, "uri": uri, "width": width, "height": height, "has_row": has_row}


def sheet_contexts(data: ResultData, sheets: Sheets) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the file name of each sheet and the values of its template."""
    regions, _ = regions_of(data)
    for place, name in enumerate(sheets.names):
        shown = regions[place * PER_SHEET : (place + 1) * PER_SHEET]
        most_bytes = min(MOST_BYTES, BUDGET_BYTES / len(shown))
        yield (
            name,
            {
                "cards": [card_of(data, region, most_bytes) for region in shown],
                "quantity": quantity_of(data),
                "names": sheets.names,
                "place": place,
                "first": shown[0].number,
                "last": shown[-1].number,
                "n_all": len(regions),
                "report": sheets.report,
            },
        )


def quantity_of(data: ResultData) -> str:
    """Say what a region's size is called: of a volume, of an area, or of both."""
    flat = [bool(entry.get("is_2d")) for entry in data.pictures]
    return "area" if all(flat) else "size" if any(flat) else "volume"
