"""A sheet with a row per image, and the images anywhere below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from radiobone.core.data_layouts import SheetAndImages
from radiobone.core.tables import read_text_table
from radiobone.io.downloads.found import Deviation, Found, FoundImage, files_in, pictures, plain, sheets

SHOWN = 5


@dataclass(frozen=True)
class _Sheet:
    """A sheet, and which of its columns is what."""

    path: Path
    table: pd.DataFrame
    file: str
    label: str | None
    patient: str | None


def read_sheet_and_images(
    folder: Path, layout: SheetAndImages, classes: Mapping[str, Sequence[str]]
) -> Found:
    """Read images that a sheet names, with or without folder and ending.

    Parameters
    ----------
    folder : Path
        What was downloaded, unpacked.
    layout : SheetAndImages
    classes : mapping of str to sequence of str
        Names of the classes, each with other spellings. Empty: whatever the sheet says.

    Returns
    -------
    Found
        Images that no row names are left out and named, and so are rows whose image is not there.
    """
    files = list(files_in(folder))
    by_name = _by_name(pictures(files), folder)
    chosen = _chosen(sheets(files), layout, by_name)
    if chosen is None:
        columns = ", ".join(layout.file_columns)
        message = f"No table below {folder.name} has a column of file names ({columns}) that fits the images."
        return Found(deviations=(Deviation("SheetMissing", folder.name, message),))
    known = {plain(name): one for one, others in classes.items() for name in (one, *others)}
    images, deviations, used = [], [], set()
    for number, cells in enumerate(chosen.table.to_dict("records"), start=2):
        row = {str(name): value for name, value in cells.items()}
        paths = by_name.get(plain(str(row[chosen.file] or "")), [])
        if len(paths) != 1:
            deviations.append(_no_image(chosen, number, row[chosen.file], len(paths)))
            continue
        used.add(paths[0])
        label, wrong = _label(chosen, row, known, number)
        deviations += wrong
        images.append(_image(chosen, row, paths[0], label))
    unnamed = sorted({path for paths in by_name.values() for path in paths} - used)
    return Found(tuple(images), (*deviations, *_unnamed(unnamed, chosen)))


def _by_name(images: Sequence[Path], folder: Path) -> dict[str, list[Path]]:
    """Return images by name, stem and path."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path in images:
        relative = path.relative_to(folder)
        for name in {
            plain(one) for one in (path.name, path.stem, str(relative), str(relative.with_suffix("")))
        }:
            found[name].append(path)
    return found


def _chosen(
    tables: Sequence[Path], layout: SheetAndImages, by_name: Mapping[str, list[Path]]
) -> _Sheet | None:
    """Take the sheet and the column that name most images."""
    best: tuple[int, _Sheet] | None = None
    for path in tables:
        table = read_text_table(path)
        columns = {plain(str(name)): str(name) for name in table.columns}
        for wanted in layout.file_columns:
            name = columns.get(plain(wanted))
            if name is None:
                continue
            n_found = sum(plain(str(cell)) in by_name for cell in table[name] if cell is not None)
            if n_found and (best is None or n_found > best[0]):
                label, patient = (
                    _first(columns, layout.label_columns, name),
                    _first(columns, layout.patient_columns, None),
                )
                best = n_found, _Sheet(path, table, name, label, patient)
    return None if best is None else best[1]


def _first(columns: Mapping[str, str], names: Sequence[str], taken: str | None) -> str | None:
    found = (columns[plain(name)] for name in names if plain(name) in columns)
    return next((name for name in found if name != taken), None)


def _label(
    sheet: _Sheet, row: Mapping[str, str | None], known: Mapping[str, str], number: int
) -> tuple[str, list[Deviation]]:
    told = str(row[sheet.label] or "").strip() if sheet.label else ""
    if not known or not told:
        return told, []
    if plain(told) in known:
        return known[plain(told)], []
    message = f"Row {number} of {sheet.path.name} says '{told}', which is none of {', '.join(dict.fromkeys(known.values()))}."
    return "", [Deviation("UnknownClass", f"row {number}", message)]


def _image(sheet: _Sheet, row: Mapping[str, str | None], path: Path, label: str) -> FoundImage:
    own = {sheet.file, sheet.label, sheet.patient, None}
    extra = {_column(name): value for name, value in row.items() if name not in own}
    patient = str(row[sheet.patient] or "").strip() if sheet.patient else ""
    return FoundImage(patient or path.stem, path, label=label, extra=extra)


def _column(name: str) -> str:
    taken = {"patientid", "image", "mask", "roi", "masklabel", "label", "diagnosis", "copygroup"}
    return f"sheet_{name}" if plain(name) in taken else name


def _no_image(sheet: _Sheet, number: int, cell: str | None, n_found: int) -> Deviation:
    why = "names no image that is there" if not n_found else f"could name {n_found} images"
    message = f"Row {number} of {sheet.path.name} ('{cell}') {why}, and was left out."
    return Deviation("RowWithoutImage", f"row {number}", message)


def _unnamed(paths: Sequence[Path], sheet: _Sheet) -> list[Deviation]:
    if not paths:
        return []
    shown = ", ".join(path.name for path in paths[:SHOWN]) + (", …" if len(paths) > SHOWN else "")
    message = f"{len(paths)} image(s) are in no row of {sheet.path.name}, and were left out: {shown}."
    return [Deviation("ImageWithoutRow", sheet.path.name, message)]
