"""A sound table, saved in the many ways that people and programs save tables, and what is due for each.

``GOOD`` must give the numbers of the sound table, with the codes named; ``BAD`` the error named.
"""

from __future__ import annotations

import gzip
import io
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import datetime
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


def _put(place: str, value: Any, sheet: int = 0) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        book.worksheets[sheet][place] = value

    return change


def _second_sheet(state: str, first: bool, filled: bool = True) -> Callable[[openpyxl.Workbook], None]:
    def change(book: openpyxl.Workbook) -> None:
        other = book.create_sheet("Legend", 0 if first else None)
        if filled:
            other["A1"] = "what columns mean"
        other.sheet_state = state
        book.active = 1 if first else 0

    return change


def _merged(area: str) -> Callable[[openpyxl.Workbook], None]:
    return lambda book: book.active.merge_cells(area)


def _moved(book: openpyxl.Workbook) -> None:
    book.active.insert_rows(1, 2)


def _styled(book: openpyxl.Workbook) -> None:
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


# name: (variant, codes that are due beside those of the sound table, keywords of read_cohort)
GOOD: dict[str, tuple[Any, set[str]]] = {
    "as it is": (lambda cells: cells, set()),
    "semicolons": (spelled_with(delimiter=";"), set()),
    "tabs": (spelled_with(delimiter="\t"), set()),
    "bars": (spelled_with(delimiter="|"), set()),
    "every cell quoted": (spelled_with(quote=True), set()),
    "CRLF": (spelled_with(end="\r\n"), set()),
    "CR alone": (spelled_with(end="\r"), set()),
    "no last line end": (as_text(lambda made: made.rstrip("\n")), set()),
    "empty lines between": (as_text(lambda made: made.replace("\n", "\n\n")), set()),
    "byte order mark": (as_text(lambda made: b"\xef\xbb\xbf" + made.encode()), set()),
    "byte order mark and quotes": (lambda cells: "\ufeff" + text(cells, quote=True), set()),
    "gzip": (as_text(lambda made: gzip.compress(made.encode())), set()),
    "sep= of Excel": (lambda cells: "sep=;\r\n" + text(cells, ";", "\r\n"), set()),
    "commas in names of a table with semicolons": (
        lambda cells: text(more(("a, b, c, d, e, f, g", lambda i: f"x{i % 4}"))(cells), ";"), set(),
    ),
    "empty columns at the end": (lambda cells: [[*row, "", ""] for row in cells], set()),
    "empty columns in a workbook": (Workbook(_styled), set()),
    "an empty column at the start": (lambda cells: [["", *row] for row in cells], set()),
    "lines of delimiters at the end": (as_text(lambda made: made + ",,,,,\n,,,,,\n"), set()),
    "blanks round names": (header(lambda names: [f" {name}\u00a0" for name in names]), set()),
    "blanks without width round names": (header(lambda names: [f"\u200b{name}\ufeff" for name in names]), set()),
    "blanks round numbers": (column("f1", lambda _n, old: f" {old} "), set()),
    "no-break space after numbers": (column("f2", lambda _n, old: f"{old}\u00a0"), set()),
    "numbers with e": (column("f1", lambda _n, old: f"{float(old):.4e}"), set()),
    "signs before numbers": (column("f1", lambda _n, old: f"+{old}"), set()),
    "label 1.0": (column("label", lambda _n, old: f"{old}.0"), set()),
    "label with blanks": (column("label", lambda n, old: f" {old} " if n % 2 else old), set()),
    "label true": (column("label", lambda _n, old: ("false", "true")[int(old)]), set()),
    "label TRUE": (column("label", lambda _n, old: ("FALSE", "TRUE")[int(old)]), set()),
    "decimal commas": (lambda cells: text(in_german(cells), ";"), {"DecimalComma"}),
    "decimal commas in quotes": (in_german, {"DecimalComma"}),
    "row numbers of pandas": (lambda cells: [["", *cells[0]], *([str(n), *row] for n, row in enumerate(cells[1:]))], set()),
    "row numbers by name": (lambda cells: [["Unnamed: 0", *cells[0]], *([str(n), *row] for n, row in enumerate(cells[1:]))], set()),
    "running number": (lambda cells: [["No.", *cells[0]], *([str(n), *row] for n, row in enumerate(cells[1:], 1))], {"FeatureDropped"}),
    "words beside": (more(("comment", lambda i: f"seen, by \"Dr. {i % 3}\"\nagain")), set()),
    "a category beside": (more(("side", lambda i: "LR"[i % 2])), set()),
    "dates beside": (more(("birthday", lambda i: f"19{40 + i}-01-02")), set()),
    "HTML beside": (more(("<script>alert(1)</script>", lambda i: "<b>x</b>")), set()),
    "an empty feature": (more(("f5", lambda i: "")), {"FeatureDropped"}),
    "a constant feature": (more(("f5", lambda i: "3")), {"FeatureDropped"}),
    "a feature twice by its values": (lambda cells: more(("f5", lambda i: cells[i + 1][2]))(cells), {"FeatureDropped"}),
    "rows without a label": (rows_after(["Q1", "1", "2", "3", "4", ""], ["Q2", "1", "2", "3", "4", "NA"]), {"RowsDropped"}),
    "a total without a label": (rows_after(["Total", "150", "150", "150", "150", ""]), {"RowsDropped"}),
    "a workbook": (Workbook(), set()),
    "a workbook of text": (Workbook(cells=lambda cells: cells), set()),
    "a workbook that begins below": (Workbook(_moved), set()),
    "a hidden first sheet": (Workbook(_second_sheet("hidden", first=True)), set()),
    "a very hidden first sheet": (Workbook(_second_sheet("veryHidden", first=True)), set()),
    "an empty first sheet": (Workbook(_second_sheet("visible", first=True, filled=False)), set()),
    "a legend behind": (Workbook(_second_sheet("visible", first=False)), {"SheetAssumed"}),
    "a workbook with truth values": (
        Workbook(cells=lambda cells: [cells[0], *([*row[:5], row[5] == 1] for row in numbers(cells)[1:])]), set(),
    ),
    "Parquet": (Parquet(), set()),
    "Parquet with patients as index": (Parquet(lambda frame: frame.set_index("patient_id")), set()),
    "Parquet of categories": (Parquet(lambda frame: frame.astype({"patient_id": "category"})), set()),
    "Parquet of nullable numbers": (Parquet(lambda frame: frame.convert_dtypes()), set()),
    "Parquet of text": (Parquet(lambda frame: frame.astype(str)), set()),
}  # fmt: skip


def _first_id(value: str) -> Change:
    return cell("patient_id", 0, value)


def _pair(one: str, other: str) -> Change:
    def changed(cells: Cells) -> Cells:
        return cell("patient_id", 1, other)(cell("patient_id", 0, one)(cells))

    return changed


# Ids as they are: none is changed or lost; of those that look alike it is told.
# Features that are words as they are written: left out, and told.
DECORATED: dict[str, Any] = {
    "thousands with blanks": in_thousands(" "),
    "thousands with narrow blanks": in_thousands("\u202f"),
    "thousands with apostrophes": in_thousands("'"),
    "percentages": column("f1", lambda _n, old: f"{old}%"),
    "units": column("f1", lambda _n, old: f"{old} mm"),
    "units with powers": column("f1", lambda _n, old: f"{old} g/cm2"),
    "limits": column("f1", lambda _n, old: f"<{old}"),
    "both marks": column("f1", lambda _n, old: f"1,{old.replace('.', '')[:3]}.5"),
}
IDS: dict[str, tuple[Any, set[str], tuple[str, ...]]] = {
    "007 and 7": (_pair("007", "7"), {"SimilarIds"}, ("007", "7")),
    "7 and 7.0": (_pair("7", "7.0"), {"SimilarIds"}, ("7", "7.0")),
    "case": (_pair("a1", "A1"), {"SimilarIds"}, ("a1", "A1")),
    "a blank within": (_pair("A 1", "A1"), {"SimilarIds"}, ("A 1", "A1")),
    "a blank behind": (_pair("A1", "A1 "), {"SimilarIds"}, ("A1", "A1 ")),
    "a no-break space": (_pair("A1", "A1\u00a0"), {"SimilarIds"}, ("A1", "A1\u00a0")),
    "a blank without width": (_pair("A1", "A\u200b1"), {"SimilarIds"}, ("A1", "A\u200b1")),
    "a byte order mark": (_pair("A1", "\ufeffA1"), {"SimilarIds"}, ("A1", "\ufeffA1")),
    "composed letters": (
        _pair("Jos\u00e9", unicodedata.normalize("NFD", "Jos\u00e9")), {"SimilarIds"}, ("Jos\u00e9", "Jose\u0301"),
    ),
    "wide letters": (_pair("A1", "Ａ１"), {"SimilarIds"}, ("A1", "Ａ１")),
    "another dash": (_pair("A-1", "A\u20131"), {"SimilarIds"}, ("A-1", "A\u20131")),
    "an apostrophe of Excel": (_pair("'0071", "0071"), {"SimilarIds"}, ("'0071", "0071")),
    "words for nothing": (_pair("NA", "None"), set(), ("NA", "None")),
    "nan and null": (_pair("nan", "null"), set(), ("nan", "null")),
    "truth values": (_pair("TRUE", "no"), set(), ("TRUE", "no")),
    "a number with e": (_pair("1e5", "100000"), set(), ("1e5", "100000")),
    "twenty digits": (_pair("12345678901234567890", "12345678901234567891"), set(), ("12345678901234567890", "12345678901234567891")),
    "dates": (_pair("2024-01-02", "02.01.2024"), set(), ("2024-01-02", "02.01.2024")),
    "paths": (_pair("../../etc/passwd", "C:\\x"), set(), ("../../etc/passwd", "C:\\x")),
    "a formula": (_pair("=1+1", "@SUM(A1)"), set(), ("=1+1", "@SUM(A1)")),
    "a line break": (_pair("A\nB", "A,B"), set(), ("A\nB", "A,B")),
    "a quote": (_pair('A"B', "A''B"), set(), ('A"B', "A''B")),
    "a script": (_pair("<script>", "&lt;"), set(), ("<script>", "&lt;")),
    "very long": (_pair("x" * 5000, "x" * 5001), set(), ("x" * 5000, "x" * 5001)),
    "signs and emoji": (_pair("患者1", "👩🏽‍⚕️"), set(), ("患者1", "👩🏽‍⚕️")),
}  # fmt: skip

BAD: dict[str, tuple[Any, str]] = {
    "empty file": (lambda cells: "", "EmptyTable"),
    "blanks alone": (lambda cells: " \n\n \n", "EmptyTable"),
    "delimiters alone": (lambda cells: ",,,\n,,,\n", "EmptyTable"),
    "header alone": (lambda cells: cells[:1], "EmptyTable"),
    "no header": (lambda cells: cells[1:], "MissingColumn"),
    "a title above": (rows_before(["Table 1: our patients"]), "NotATable"),
    "two header rows": (lambda cells: [cells[0], ["", "mm", "HU", "", "cm", ""], *cells[1:]], "MissingId"),
    "a footer": (rows_after(["* p < 0.05"]), "RaggedRow"),
    "a source below": (as_text(lambda made: made + "\nSource: PACS\n"), "RaggedRow"),
    "a field too many": (as_text(lambda made: made.replace("\nP05,", "\nP05,,")), "RaggedRow"),
    "a field too few": (as_text(lambda made: made.replace("\nP05,", "\n")), "RaggedRow"),
    "names of rows without a header": (
        lambda cells: "\n".join([",".join(cells[0]), *(f"r{n}," + ",".join(row) for n, row in enumerate(cells[1:]))]),
        "RaggedRow",
    ),
    "an open quote": (as_text(lambda made: made.replace("P05", '"P05')), "FileUnreadable"),
    "UTF-16": (as_text(lambda made: made.encode("utf-16")), "BadEncoding"),
    "UTF-16 without its mark": (as_text(lambda made: made.encode("utf-16-le")), "BadEncoding"),
    "UTF-32": (as_text(lambda made: made.encode("utf-32")), "BadEncoding"),
    "Latin-1": (as_text(lambda made: made.replace("P05", "Köln").encode("latin-1")), "BadEncoding"),
    "zeros behind": (as_text(lambda made: made.encode() + bytes(len(made))), "BadEncoding"),
    "a workbook called CSV": (lambda cells: _book_bytes(cells), "BadEncoding"),
    "gzip cut": (as_text(lambda made: gzip.compress(made.encode())[:-30]), "FileUnreadable"),
    "Parquet cut": (Parquet(cut=0.7), "FileUnreadable"),
    "Parquet of nothing": (Parquet(cut=0.0), "FileUnreadable"),
    "a name twice": (header(lambda names: [*names[:2], "f1", *names[3:]]), "DuplicateColumn"),
    "a name twice after stripping": (header(lambda names: [*names[:2], " f1 ", *names[3:]]), "DuplicateColumn"),
    "a name twice but for marks without width": (header(lambda names: [*names[:2], "f1\u200b", *names[3:]]), "DuplicateColumn"),
    "a column without a name": (header(lambda names: [*names[:2], "", *names[3:]]), "MissingColumn"),
    "patients without a name": (header(lambda names: ["", *names[1:]]), "MissingColumn"),
    "no label": (header(lambda names: [*names[:5], "outcome"]), "MissingColumn"),
    "no features": (lambda cells: [[row[0], row[-1]] for row in cells], "MissingColumn"),
    "an id missing": (_first_id(""), "MissingId"),
    "an id of blanks": (_first_id("   "), "MissingId"),
    "an id that cannot be seen": (_first_id("\u200b"), "MissingId"),
    "an id that Excel could not find": (_first_id("#N/A"), "MissingId"),
    "an id that Excel lost": (_first_id("#REF!"), "MissingId"),
    "a row twice": (lambda cells: [*cells, cells[1]], "DuplicateId"),
    "a patient with two labels": (lambda cells: [*cells, [*cells[2][:5], "1"]], "ConflictingLabel"),
    "merged ids": (Workbook(_merged("A2:A4")), "MissingId"),
    "a merged header": (Workbook(_merged("B1:D1")), "MissingColumn"),
    "a formula without its value": (Workbook(_put("B5", "=B4*2")), "FileUnreadable"),
    "a formula as label": (Workbook(_put("F5", "=IF(B5>5,1,0)")), "FileUnreadable"),
    "a division by zero": (Workbook(_put("B5", "#DIV/0!")), "NotNumeric"),
    "a date among numbers": (Workbook(_put("B5", datetime(2024, 5, 1))), "NotNumeric"),
    "a truth value among numbers": (Workbook(_put("B5", True)), "NotNumeric"),
    "a cell far away": (Workbook(_put("ZZ9000", "x")), "RaggedRow"),
    "a legend in front": (Workbook(_second_sheet("visible", first=True)), "EmptyTable"),
    "one class": (column("label", lambda _n, _o: "1"), "OneClass"),
    "no label at all": (column("label", lambda _n, _o: ""), "OneClass"),
    "three classes": (column("label", lambda n, _o: str(n % 3)), "NotBinary"),
    "labels and 9": (cell("label", 3, "9"), "NotBinary"),
    "labels and -99": (cell("label", 3, "-99"), "NotBinary"),
    "labels and a question": (cell("label", 3, "0?"), "NotBinary"),
    "labels and a mean": (rows_after(["Mean", "5", "5", "5", "5", "0.33"]), "NotBinary"),
    "labels and a total": (rows_after(["Total", "150", "150", "150", "150", "10"]), "NotBinary"),
    "labels and infinity": (cell("label", 3, "inf"), "NonFiniteFeature"),
    "a T-score as label": (column("label", lambda n, _o: f"{n / 10 - 2:.1f}"), "NotBinary"),
    "words without a positive one": (column("label", lambda _n, old: ("nein", "ja")[int(old)]), "BadSetting"),
    "words in two spellings": (column("label", lambda n, old: ("no", "yes" if n else "Yes")[int(old)]), "MixedLabels"),
    "words with a blank behind": (column("label", lambda n, old: ("no", "yes" if n else "yes ")[int(old)]), "MixedLabels"),
    "a word among numbers": (cell("f1", 3, "high"), "NotNumeric"),
    "a unit": (cell("f1", 3, "5.1 mm"), "NotNumeric"),
    "units throughout": (lambda cells: _all_features(lambda old: f"{old} mm")(cells), "MissingColumn"),
    "below a limit": (cell("f1", 3, "<0.01"), "NotNumeric"),
    "a percentage": (cell("f1", 3, "45%"), "NotNumeric"),
    "plus and minus": (cell("f1", 3, "5.1±0.2"), "NotNumeric"),
    "a note in brackets": (cell("f1", 3, "5.1 (?)"), "NotNumeric"),
    "two numbers": (cell("f1", 3, "5.1/5.2"), "NotNumeric"),
    "a full date among numbers": (cell("f1", 3, "2024-05-01"), "NotNumeric"),
    "a list": (cell("f1", 3, "[1, 2]"), "NotNumeric"),
    "hexadecimal": (cell("f1", 3, "0x10"), "NotNumeric"),
    "an underscore": (cell("f1", 3, "1_000"), "NotNumeric"),
    "an apostrophe within": (cell("f1", 3, "1'000"), "NotNumeric"),
    "a blank within": (cell("f1", 3, "1 000"), "NotNumeric"),
    "both marks": (cell("f1", 3, "1,000.5"), "NotNumeric"),
    "both marks in German": (cell("f1", 3, "1.000,5"), "NotNumeric"),
    "a decimal comma among points": (cell("f1", 3, "5,1"), "NotNumeric"),
    "thousands with commas": (in_thousands(","), "NotNumeric"),
    "infinite": (cell("f1", 3, "inf"), "NonFiniteFeature"),
    "minus infinite": (cell("f1", 3, "-Infinity"), "NonFiniteFeature"),
    "1e308": (cell("f1", 3, "1e308"), "NonFiniteFeature"),
    "1e400": (cell("f1", 3, "-1e400"), "NonFiniteFeature"),
    "features that do not vary": (lambda cells: _all_features(lambda old: "2.5")(cells), "MissingColumn"),
    "features that are empty": (lambda cells: _all_features(lambda old: "")(cells), "MissingColumn"),
    "five rows": (lambda cells: cells[:6], "TooFewRows"),
}  # fmt: skip


def _all_features(change: Callable[[str], str]) -> Change:
    return lambda cells: [cells[0]] + [[row[0], *map(change, row[1:5]), row[5]] for row in cells[1:]]


def _book_bytes(cells: Cells) -> bytes:
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    for row in cells:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()
