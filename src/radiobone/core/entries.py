"""Finished pieces of work kept on disk as plain data, so that the next run need not do them again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from radiobone.core.files import write_bytes
from radiobone.core.outputs import writing

START = b'{"content": '


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
        try:
            entry = self._path(key).read_bytes()
        except OSError:
            return None
        end = len(entry) - len(_signed(key, b""))
        content = entry[len(START) : max(end, 0)]
        if entry != b"".join([START, content, _signed(key, content)]):
            return None
        try:
            return json.loads(content)
        except (ValueError, RecursionError):  # signed, and yet not written by this program
            return None

    def write(self, key: str, content: Any) -> None:
        """Keep plain data under ``key``.

        Raises
        ------
        OutputNotWritable, DiskFull
        """
        text = json.dumps(content, sort_keys=True, allow_nan=False).encode()  # without indent: much faster
        write_bytes(self._path(key), b"".join([START, text, _signed(key, text)]))

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


def _signed(key: str, content: bytes) -> bytes:
    """End of an entry: the digest of its key and of its content as it is written."""
    digest = hashlib.sha256(key.encode() + b"\0" + content).hexdigest()
    return f', "digest": "{digest}"}}\n'.encode()
