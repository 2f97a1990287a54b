"""Files are whole or not there; CSV holds no formulas; digests see content only."""

from __future__ import annotations

import math
import os
import stat
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from radiobone.core.errors import DiskFull, FileUnreadable
from radiobone.core.files import (
    content_digest,
    file_digest,
    read_json,
    replacing,
    write_csv,
    write_json,
    write_parquet,
    write_text,
)
from radiobone.workflow.png_files import write_png


def test_a_picture_does_not_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("radiobone.core.files.os.fsync", synced.append)
    write_png(tmp_path / "a.png", b"picture")
    assert not synced
    assert (tmp_path / "a.png").read_bytes() == b"picture"
    write_text(tmp_path / "a.txt", "table")
    assert len(synced) == 1


def test_an_interrupted_write_leaves_the_old_file_and_no_rest(tmp_path: Path) -> None:
    target = tmp_path / "table.txt"
    write_text(target, "old")
    with pytest.raises(RuntimeError), replacing(target) as temporary:
        temporary.write_text("half of the n")
        raise RuntimeError
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["table.txt"]


def test_a_failing_disk_is_named(tmp_path: Path) -> None:
    target = tmp_path / "table.txt"
    write_text(target, "old")
    with pytest.raises(DiskFull, match="No space left"), replacing(target):
        raise OSError(28, "No space left on device")
    assert target.read_text() == "old"


def test_formulas_are_defused_and_negative_numbers_kept(tmp_path: Path) -> None:
    write_csv(
        tmp_path / "t.csv",
        pd.DataFrame({"id": ["=1+1", "@x", "-7.5", "plain", "-not"], "n": [-1.0, 2, 3, 4, 5]}),
    )
    assert (tmp_path / "t.csv").read_text().splitlines() == [
        "id,n", "'=1+1,-1.0", "'@x,2.0", "-7.5,3.0", "plain,4.0", "'-not,5.0",
    ]  # fmt: skip


def test_json_refuses_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        write_json(tmp_path / "m.json", {"auc": math.nan})
    assert not (tmp_path / "m.json").exists()


def test_json_of_any_size_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_json(tmp_path / "m.json", ["x" * 100])
    monkeypatch.setattr("radiobone.core.files.MAX_JSON_BYTES", 50)
    with pytest.raises(FileUnreadable, match="larger than 50 bytes"):
        read_json(tmp_path / "m.json")


def test_damaged_json_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text('{"auc": 0.')
    with pytest.raises(FileUnreadable, match="cannot be read as JSON"):
        read_json(tmp_path / "m.json")


def test_parquet_round_trip(tmp_path: Path) -> None:
    table = pd.DataFrame({"patient_id": ["007", "8"], "x": [0.1, 1 / 3]})
    write_parquet(tmp_path / "t.parquet", table)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), table)


def test_folder_digest_sees_names_and_contents(tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    folder.mkdir()
    (folder / "a").write_bytes(b"1")
    first = file_digest(folder)
    (folder / "a").write_bytes(b"2")
    second = file_digest(folder)
    (folder / "a").rename(folder / "b")
    assert len({first, second, file_digest(folder)}) == 3


@given(st.dictionaries(st.text(), st.integers()))
def test_content_digest_ignores_key_order(content: dict[str, int]) -> None:
    assert content_digest(content) == content_digest(dict(reversed(content.items())))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_who_may_read_a_file_is_what_the_umask_says(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_text(tmp_path / "private.txt", "P001")
        os.umask(0o022)
        write_text(tmp_path / "open.txt", "P001")
        write_text(tmp_path / "private.txt", "P002")
    finally:
        os.umask(before)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"private.txt": 0o600, "open.txt": 0o644}  # what was private stays so
