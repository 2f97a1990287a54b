"""Kept pieces of work come back as they were, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from radiobone.core.entries import Entries
from radiobone.core.interruption import Interrupted, saying_what_is_kept

KEY, OTHER = "ab" * 32, "cd" * 32


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    store = Entries(tmp_path / "kept")
    assert store.read(KEY) is None
    store.write(KEY, {"x": [0.1, 1 / 3]})
    assert store.read(KEY) == {"x": [0.1, 1 / 3]}
    assert (store.count([KEY, OTHER]), store.read(OTHER)) == (1, None)


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b'{"content": 1, "digest": "0"}', b"\xff\x00"])
def test_a_damaged_entry_counts_as_absent(tmp_path: Path, damage: bytes) -> None:
    store = Entries(tmp_path)
    store.write(KEY, {"x": 1})
    (path,) = tmp_path.rglob("*.json")
    path.write_bytes(damage)
    assert store.read(KEY) is None


def test_a_changed_or_renamed_entry_counts_as_absent(tmp_path: Path) -> None:
    store = Entries(tmp_path)
    store.write(KEY, {"x": 1})
    (path,) = tmp_path.rglob("*.json")
    renamed = tmp_path / OTHER[:2] / f"{OTHER}.json"
    renamed.parent.mkdir()
    renamed.write_bytes(path.read_bytes())
    path.write_text(path.read_text().replace('"x": 1', '"x": 2'))
    assert store.read(KEY) is None
    assert store.read(OTHER) is None


def test_only_wanted_entries_stay(tmp_path: Path) -> None:
    store = Entries(tmp_path)
    store.write(KEY, 1)
    store.write(OTHER, 2)
    store.prune([KEY])
    assert (store.read(KEY), store.read(OTHER)) == (1, None)


def test_an_interruption_says_what_is_kept_once() -> None:
    with (
        pytest.raises(Interrupted, match=r"^7 of 25 folds kept; run the same command"),
        saying_what_is_kept(lambda: "all"),
        saying_what_is_kept(lambda: "7 of 25 folds"),
    ):
        raise KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt) as stop, saying_what_is_kept(None):
        raise KeyboardInterrupt
    assert type(stop.value) is KeyboardInterrupt
