"""An output that cannot be written is found before the work, and always named by a code."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest

from radiobone.core.errors import DiskFull, OutputNotWritable
from radiobone.core.files import write_text
from radiobone.core.outputs import prepare_file, prepare_folder


def test_a_folder_is_made_with_its_parents_and_left_empty(tmp_path: Path) -> None:
    assert prepare_folder(tmp_path / "a" / "b") == tmp_path / "a" / "b"
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_named_and_kept(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputNotWritable, match=r"taken is a file, .* Give another folder"):
        prepare_folder(tmp_path / "taken")
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.parametrize("prepare", [prepare_folder, prepare_file])
def test_a_path_below_a_file_is_named(tmp_path: Path, prepare: object) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputNotWritable, match="cannot be written"):
        prepare(tmp_path / "taken" / "deep" / "out")  # type: ignore[operator]


@pytest.mark.parametrize("prepare", [prepare_folder, prepare_file])
@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.EACCES, OutputNotWritable),
        (errno.EROFS, OutputNotWritable),
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EFBIG, DiskFull),
    ],
)
def test_a_folder_that_takes_no_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prepare: object, number: int, code: type[Exception]
) -> None:
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    with pytest.raises(code, match="refused"):
        prepare(tmp_path / "out")  # type: ignore[operator]


def test_a_folder_or_a_device_in_the_place_of_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputNotWritable, match=r"folder is a folder, .*model\.rbm"):
        prepare_file(tmp_path / "folder", example="model.rbm")
    with pytest.raises(OutputNotWritable, match="no ordinary file"):
        prepare_file(Path("/dev/null"))


def test_a_file_that_is_there_stays_until_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("old")
    assert prepare_file(tmp_path / "old.csv") == tmp_path / "old.csv"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("old.csv", "old")]


def test_an_input_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("kept")
    (tmp_path / "link.csv").symlink_to(tmp_path / "t.csv")
    with pytest.raises(OutputNotWritable, match="would be lost"):
        prepare_file(tmp_path / "link.csv", inputs=[None, tmp_path / "not_there", tmp_path / "t.csv"])
    assert (tmp_path / "t.csv").read_text() == "kept"


def test_every_failed_write_has_a_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(OutputNotWritable, match="cannot be written"):
        write_text(tmp_path / "taken" / "a.txt", "x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputNotWritable):
        write_text(tmp_path / "folder", "x")

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(OutputNotWritable, match="Permission denied"):
        write_text(tmp_path / "b.txt", "x")


@pytest.mark.parametrize(
    ("there", "taken"),
    [("", True), ("patient_id,model_digest\n", True), ("patient_id,mask\nP1,m.nii\n", False)],
)
def test_a_table_of_another_kind_is_not_replaced(tmp_path: Path, there: str, taken: bool) -> None:
    target = tmp_path / "scores.csv"
    target.write_text(there)
    if taken:
        assert prepare_file(target, column="model_digest") == target
    else:
        with pytest.raises(OutputNotWritable, match="no column 'model_digest'"):
            prepare_file(target, column="model_digest")
    assert target.read_text() == there
