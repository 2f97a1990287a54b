"""Tables as people save them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiobone.core.errors import (
    BadEncoding,
    DuplicateColumn,
    EmptyTable,
    FileMissing,
    FileUnreadable,
    MissingColumn,
    NotATable,
    RaggedRow,
)
from radiobone.core.files import write_parquet, write_parquet_parts
from radiobone.core.tables import read_table, read_text_table


def written(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id,site\n007,Köln\n", "utf-8"),
        ("id;site\n007;Köln\n", "utf-8"),
        ("id\tsite\r\n007\tKöln\r\n", "utf-8"),
        ("id,site\n007,Köln\n", "utf-8-sig"),
        ('id,site\n\n007,"Köln"\n,\n', "utf-8"),
    ],
)
def test_what_spreadsheets_write(tmp_path: Path, text: str, encoding: str) -> None:
    table = read_text_table(written(tmp_path, text, encoding))
    assert table.to_dict("records") == [{"id": "007", "site": "Köln"}]


def test_excel_keeps_text_ids(tmp_path: Path) -> None:
    pd.DataFrame({"id": ["007", "8"], "age": [70, 65]}).to_excel(tmp_path / "t.xlsx", index=False)
    assert read_text_table(tmp_path / "t.xlsx").to_dict("list") == {"id": ["007", "8"], "age": ["70", "65"]}


def test_empty_cells_are_missing(tmp_path: Path) -> None:
    table = read_text_table(written(tmp_path, "id,age\na,\n"))
    assert table["age"].isna().all()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", EmptyTable),
        ("id,age\n", EmptyTable),
        ("id,id\n1,2\n", DuplicateColumn),
        ("id,\n1,2\n", MissingColumn),
        ("id,age\n1,2,3\n", RaggedRow),
        ('id,age\n"1,2\n', FileUnreadable),
    ],
)
def test_faults_are_named(tmp_path: Path, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_text_table(written(tmp_path, text))


def test_latin1_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadEncoding, match="CSV UTF-8"):
        read_text_table(written(tmp_path, "id,site\n1,Köln\n", "latin-1"))


def test_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_table(tmp_path / "none.csv")
    for name in ("t.xlsx", "t.parquet"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 not really")
        with pytest.raises(FileUnreadable):
            read_table(tmp_path / name)


@pytest.mark.parametrize("parts", [1, 2])
def test_a_flipped_bit_of_a_number_is_found(tmp_path: Path, parts: int) -> None:
    path, table = tmp_path / "t.parquet", pd.DataFrame({"f": np.random.default_rng(0).normal(size=100)})
    if parts == 1:
        write_parquet(path, table)
    else:
        write_parquet_parts(path, [table[:50], table[50:]])
    pd.testing.assert_frame_equal(read_table(path), table)
    content = path.read_bytes()
    at = content.index(table["f"].iloc[77].tobytes())
    path.write_bytes(content[: at + 6] + bytes([content[at + 6] ^ 1]) + content[at + 7 :])
    with pytest.raises(FileUnreadable, match="CRC checksum"):
        read_table(path)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le"])
def test_utf16_is_named(tmp_path: Path, encoding: str) -> None:
    start = {"utf-16": b"", "utf-16-be": b"\xfe\xff", "utf-16-le": b"\xff\xfe"}[encoding]
    (tmp_path / "t.csv").write_bytes(start + "id\tsite\n007\tKöln\n".encode(encoding))
    with pytest.raises(BadEncoding, match=r"UTF-16.*CSV UTF-8"):
        read_text_table(tmp_path / "t.csv")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("compare.py", b"import re\n\nprint(1, 2)\n"),
        ("notes.md", b"Dear colleague, hello\nthese are features, of images, of bones\n"),
        ("title.csv", b"Our study of 2024\npatient_id,original_glcm_Contrast\nP1,2\n"),
        ("paper.pdf", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"),
    ],
)
def test_what_is_no_table_is_called_so(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(NotATable, match=rf"{name} is no table: .*CSV .*Excel .*Parquet"):
        read_table(path)


def test_a_text_file_of_one_column_stays_a_table(tmp_path):
    path = tmp_path / "ids.list"
    path.write_text("patient_id\nP1\n")
    assert list(read_table(path)["patient_id"]) == ["P1"]
