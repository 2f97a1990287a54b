"""What a file is, and which path was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from radiobone.core.file_kinds import IMAGE_SUFFIXES, did_you_mean, kind_of
from radiobone.io.registry import IMAGE_FORMATS


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (bytes(128) + b"DICM", "image"),
        (bytes(344) + b"n+1\0", "image"),
        (b"\x89PNG\r\n", "image"),
        (b"PAR1", "table"),
        (b"a,b\n1,2\n", None),
    ],
)
def test_a_name_without_an_ending_is_told_by_its_first_bytes(
    tmp_path: Path, content: bytes, kind: str | None
) -> None:
    (tmp_path / "IM0001").write_bytes(content)
    assert kind_of(tmp_path / "IM0001") == kind


def test_a_folder_and_a_missing_file_are_of_no_kind(tmp_path: Path) -> None:
    (tmp_path / "scan.nii.gz").mkdir()
    assert kind_of(tmp_path / "scan.nii.gz") is None
    assert kind_of(tmp_path / "nothing") is None


def test_every_ending_of_an_image_that_can_be_read_is_known() -> None:
    assert {suffix for one in IMAGE_FORMATS for suffix in one.suffixes if suffix} <= set(IMAGE_SUFFIXES)


@pytest.mark.parametrize(
    "typed", ["radiobone-demo/feature", "radiobone_demo/features", "Radiobone-demo/featurs"]
)
def test_the_near_path_is_named(tmp_path: Path, typed: str) -> None:
    (tmp_path / "radiobone-demo" / "features").mkdir(parents=True)
    (tmp_path / "radiobone-demo" / "images").mkdir()
    assert did_you_mean(tmp_path / typed) == f" Did you mean {tmp_path / 'radiobone-demo' / 'features'}?"


def test_no_path_is_invented(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    assert did_you_mean(tmp_path / "table.csv") == ""
    assert did_you_mean(tmp_path / "images") == ""
    assert did_you_mean(tmp_path / "image" / "table.csv") == ""


def test_a_relative_path_stays_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "features").mkdir()
    monkeypatch.chdir(tmp_path)
    assert did_you_mean(Path("feature")) == " Did you mean features?"
