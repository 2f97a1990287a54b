"""A sheet of patients beside the images: age, sex, T-score joined by the name of the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from radiobone.core.errors import PathError, TableError
from radiobone.core.tables import read_text_table
from radiobone.io.downloads.found import Deviation, Found, FoundImage, plain
from radiobone.io.label_sheet import RESERVED, Sheet

LABEL_NAMES = ("diagnosis", "class", "label", "category", "result", "group")
SHOWN = 5


def join_sheet(found: Found, tables: Sequence[Path], id_names: Sequence[str]) -> Found:
    """Add the columns of the sheet that names most images to each image.

    Rows without an image and images without a row are deviations, and so is a sheet whose class is another than the
    folder's.

    Parameters
    ----------
    found : Found
    tables : sequence of Path
        Sheets of the download.
    id_names : sequence of str
        Names that the column of file names or ids may have.
    """
    patients = list(dict.fromkeys(image.patient_id for image in found.images))
    best: tuple[int, Sheet] | None = None
    deviations = list(found.deviations)
    for path in tables:
        sheet, failed = _read(path, id_names)
        deviations += failed
        if sheet is not None:
            n_found = len(sheet.match(patients).rows)
            best = max(best or (0, sheet), (n_found, sheet), key=lambda one: one[0])
    if best is None or not best[0]:
        message = (
            "No sheet whose rows name the images was found, so age, sex and scores are not in the manifest."
        )
        return replace(found, deviations=(*deviations, Deviation("SheetMissing", "", message)))
    return _joined(found, best[1], patients, deviations)


def _read(path: Path, id_names: Sequence[str]) -> tuple[Sheet | None, list[Deviation]]:
    try:
        table = read_text_table(path)
    except (TableError, PathError) as error:  # a damaged spreadsheet must not end the check of the images
        return None, [Deviation(error.code, path.name, str(error))]
    by_name = {plain(str(name)): str(name) for name in table.columns}
    chosen = next((by_name[plain(name)] for name in id_names if plain(name) in by_name), None)
    if chosen is None:
        return None, []
    named = table[table[chosen].notna()]
    ids = tuple(Path(str(value).strip()).stem for value in named[chosen])
    columns = named.drop(columns=chosen).rename(columns=_free_name)
    return Sheet(path, ids, columns.reset_index(drop=True), ()), []


def _free_name(name: object) -> str:
    return (
        f"sheet_{name}"
        if plain(str(name)) in {plain(one) for one in (*RESERVED, *LABEL_NAMES)}
        else str(name)
    )


def _joined(found: Found, sheet: Sheet, patients: Sequence[str], deviations: list[Deviation]) -> Found:
    match = sheet.match(patients)
    without = [patient for patient in patients if patient not in match.rows]
    deviations += [Deviation("AmbiguousRow", sheet.path.name, doubt) for doubt in match.ambiguous]
    deviations += _left_over("ImageWithoutRow", sheet, without, "image(s) have no row in the sheet")
    deviations += _left_over("RowWithoutImage", sheet, match.unmatched, "row(s) of the sheet have no image")
    images, conflicts = [], []
    for image in found.images:
        row = match.rows.get(image.patient_id)
        cells = _cells(sheet.table, row)
        conflicts += _other_class(image, cells, sheet)
        images.append(replace(image, extra={**image.extra, **cells}))
    return replace(found, images=tuple(images), deviations=(*deviations, *conflicts))


def _cells(table: pd.DataFrame, row: int | None) -> dict[str, str | None]:
    if row is None:
        return dict.fromkeys(map(str, table.columns))
    return {str(name): value for name, value in zip(table.columns, table.iloc[row], strict=True)}


def _left_over(code: str, sheet: Sheet, names: Sequence[str], what: str) -> list[Deviation]:
    if not names:
        return []
    shown = ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
    return [Deviation(code, sheet.path.name, f"{len(names)} {what} {sheet.path.name}: {shown}.")]


def _other_class(image: FoundImage, cells: dict[str, str | None], sheet: Sheet) -> list[Deviation]:
    """Compare the class of the folder with the one that the sheet says, where it says one that is known."""
    for name in LABEL_NAMES:
        told = cells.get(f"sheet_{name}") or next(
            (value for column, value in cells.items() if plain(column) == plain(f"sheet_{name}")), None
        )
        if (
            told
            and plain(told) in {"normal", "osteopenia", "osteoporosis"}
            and plain(told) != plain(image.label)
        ):
            message = f"{image.image.name} lies in the folder of '{image.label}', and {sheet.path.name} says '{told}'."
            return [Deviation("ConflictingLabel", image.patient_id, message)]
    return []
