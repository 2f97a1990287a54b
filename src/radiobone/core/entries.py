"""Finished pieces of work kept on disk as plain data, so that the next run need not do them again."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from radiobone.core.errors import FileUnreadable
from radiobone.core.files import content_digest, read_json, write_text
from radiobone.core.outputs import writing


class Entries:
    """One JSON file per key in ``folder``: nothing in it can run code, and a damaged one counts as absent.

    Parameters
    ----------
    folder : Path
        Made when the first entry is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, key: str) -> Any:
        """Return what was written under ``key``, or None if it is not there, damaged or another key's."""
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            entry = read_json(path)
            content = entry["content"]
            sound = entry["digest"] == content_digest([key, content])
        except (FileUnreadable, KeyError, TypeError):
            return None
        return content if sound else None

    def write(self, key: str, content: Any) -> None:
        """Keep plain data under ``key``.

        Raises
        ------
        OutputNotWritable, DiskFull
        """
        entry = {"content": content, "digest": content_digest([key, content])}
        text = json.dumps(
            entry, sort_keys=True, allow_nan=False, ensure_ascii=False
        )  # without indent: much faster
        write_text(self._path(key), text + "\n")

    def count(self, keys: Collection[str]) -> int:
        """Return how many of ``keys`` have an entry."""
        return sum(self._path(key).is_file() for key in keys)

    def prune(self, keys: Collection[str]) -> None:
        """Remove the entries of all other keys.

        Raises
        ------
        OutputNotWritable
        """
        wanted = set(keys)
        for path in self.folder.glob("??/*.json"):
            if path.stem not in wanted and not path.name.startswith("."):  # another process is writing those
                with writing(path):
                    path.unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"
