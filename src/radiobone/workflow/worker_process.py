"""What a worker process does: one piece of work after the other, as they are sent, until its parent hangs up."""

from __future__ import annotations

import os
import traceback
from copy import copy
from multiprocessing.connection import Connection
from typing import Any, Literal

from joblib.externals.loky.backend.reduction import dumps

from radiobone.core.interruption import become_worker
from radiobone.core.progress import Progress

Kind = Literal["begun", "at", "done", "failed"]
SECONDS_WITHOUT_WORK = 60.0
_to_parent: list[Connection] = []


class WorkerTraceback(Exception):
    """Where in a worker an error came from."""


def serve(connection: Connection, parent: int) -> None:
    """Work until the parent hangs up, is gone, or sends nothing for a while.

    Parameters
    ----------
    connection : Connection
        The folder that relative paths begin at, then a function and its piece, come in; pairs of a kind and its content go
        out.
    parent : int
        Id of the parent.
    """
    become_worker(parent)
    _to_parent.append(connection)
    try:
        while connection.poll(SECONDS_WITHOUT_WORK):
            folder = connection.recv()
            connection.send(("begun", None))  # from here on, an end of this process is laid to the piece
            connection.send_bytes(_answer(connection, folder))
    except (EOFError, OSError):
        return


def _answer(connection: Connection, folder: str) -> bytes:
    try:
        work, piece = connection.recv()  # with what it imports, which is no part of the work
        os.chdir(folder)  # the parent may have gone elsewhere since this process was started
        at()
        return bytes(dumps(("done", work(piece))))
    except Exception as error:  # noqa: BLE001 - told to the parent, who raises it
        told = WorkerTraceback("".join(traceback.format_exception(error)))
        return bytes(dumps(("failed", (_that_travels(error), told))))


def _that_travels(error: Exception) -> Exception:
    """Return an error that can be made again elsewhere, which one whose arguments are not its own cannot."""
    try:
        copy(error)
    except Exception:  # noqa: BLE001 - whatever its making asks for
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def at(place: int | None = None) -> None:
    """Tell the parent that work goes on: a new time limit begins.

    Parameters
    ----------
    place : int, optional
        Which part of the piece begins. Outside a worker process nothing happens.
    """
    if _to_parent:
        _to_parent[0].send(("at", place))


class Beating(Progress):
    """Progress that also tells the parent that work goes on."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell

    def __call__(self, what: str) -> None:
        """Count one more piece as done."""
        at()
        self._tell(what)

    def grow(self, n_more: int) -> None:
        """Expect so many pieces more."""
        self._tell.grow(n_more)


def received(connection: Connection) -> tuple[Kind, Any]:
    """Return the next message of a worker.

    Raises
    ------
    EOFError, OSError
        If the worker is gone.
    """
    kind, content = connection.recv()
    return kind, content
