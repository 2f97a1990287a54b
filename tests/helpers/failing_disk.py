"""A disk that fails at its ``at``-th call of one kind, once or from then on."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

import pytest

KINDS = ("open", "write", "fsync", "close", "rename", "mkdir")


class FailingDisk:
    """Counts calls that change the disk and lets one, or all from one on, fail.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    at : int
        Which call fails; 0 for none.
    number : int
        The error of the operating system.
    lasting : bool
        Whether those after it fail too.
    """

    def __init__(self, kind: str, at: int, number: int, *, lasting: bool) -> None:
        self.kind, self.at, self.number, self.lasting = kind, at, number, lasting
        self.n_calls = 0

    def call(self, kind: str) -> None:
        """Count a call, or let it fail."""
        if kind == self.kind:
            self.n_calls += 1
            if self.n_calls == self.at or (self.lasting and 0 < self.at < self.n_calls):
                raise OSError(self.number, os.strerror(self.number))

    def put_in(self, patch: pytest.MonkeyPatch) -> None:
        """Stand between Python and the system."""
        for kind, name in (("fsync", "fsync"), ("rename", "replace"), ("mkdir", "mkdir"), ("write", "write")):
            patch.setattr(os, name, self._before(kind, getattr(os, name)))
        system_open, file_open = os.open, io.open

        def opened(path: Any, flags: int, *rest: Any, **more: Any) -> int:
            if flags & (os.O_WRONLY | os.O_RDWR):
                self.call("open")
            return system_open(path, flags, *rest, **more)

        def file_opened(file: Any, mode: str = "r", *rest: Any, **more: Any) -> Any:
            if isinstance(file, int) or not set(mode) & set("wax+"):
                return file_open(file, mode, *rest, **more)
            self.call("open")
            return _File(file_open(file, mode, *rest, **more), self)

        patch.setattr(os, "open", opened)
        patch.setattr(io, "open", file_opened)

    def _before(self, kind: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **more: Any) -> Any:
            self.call(kind)
            return function(*arguments, **more)

        return counted


class _File:
    """A file whose writing and closing may fail."""

    def __init__(self, file: Any, disk: FailingDisk) -> None:
        self._file, self._disk = file, disk

    def write(self, content: Any) -> int:
        self._disk.call("write")
        return int(self._file.write(content))

    def close(self) -> None:
        if not self._file.closed:
            self._file.close()
            self._disk.call("close")

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def __iter__(self) -> Any:
        return iter(self._file)
