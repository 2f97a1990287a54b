"""Worker processes: started, kept for a while when they are done, and ended."""

from __future__ import annotations

import atexit
import os
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any

from joblib.externals.loky.backend.context import get_context
from joblib.externals.loky.backend.reduction import dumps

from radiobone.core.errors import FileMissing
from radiobone.workflow.worker_process import Kind, received, serve

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
        "NUMBA_NUM_THREADS", "NUMEXPR_NUM_THREADS",
    ),
    "1",
)  # fmt: skip
MOST_KEPT = 8


class Worker:
    """One process, and the pipe to it."""

    def __init__(self) -> None:
        _this_folder()
        context = get_context("loky")  # a script needs no `if __name__ == "__main__"`
        self.connection: Connection
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, os.getpid()), env=ONE_THREAD, daemon=True)
        self._process.start()
        theirs.close()
        self.owner = os.getpid()

    @property
    def process_id(self) -> int:
        """Id of the process."""
        return int(self._process.pid or 0)

    def send(self, work: Callable[[Any], Any], piece: Any) -> None:
        """Give the process something to do; one that is gone says so when it is listened to."""
        request, folder = dumps((work, piece)), _this_folder()
        try:
            self.connection.send(folder)
            self.connection.send_bytes(request)
        except OSError:
            return

    def received(self) -> tuple[Kind, Any]:
        """Return the next message; EOFError or OSError if the process is gone."""
        return received(self.connection)

    def end(self) -> None:
        """End the process at once, whatever it is doing."""
        self.connection.close()
        if self._process.is_alive():
            if os.name == "posix":
                os.kill(self.process_id, signal.SIGKILL)  # workers ignore a request to end
            else:
                self._process.terminate()
        self._process.join()


def _this_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError as error:
        raise FileMissing(
            "The folder that this program was started in is gone, so nobody can tell where paths begin. Go to another one, and run again."
        ) from error


_kept: list[Worker] = []
_lock = threading.Lock()


def taken() -> Worker:
    """Return a process that waits for work; a new one where none does."""
    with _lock:
        while _kept:
            one = _kept.pop()
            if (
                one.owner == os.getpid() and not one.connection.poll()
            ):  # what is gone has something to say: the end
                return one
    return Worker()


def given_back(worker: Worker) -> None:
    """Keep a process that has finished its work, for the next."""
    with _lock:
        _kept.append(worker)
        extra = _kept.pop(0) if len(_kept) > MOST_KEPT else None
    if extra is not None:
        extra.end()


def first_to_tell(workers: Sequence[Worker], most_s: float | None) -> None:
    """Wait until a worker has something to say or is gone, at most so many seconds."""
    wait([one.connection for one in workers], most_s)


@atexit.register
def end_all() -> None:
    """End the processes that are kept."""
    with _lock:
        while _kept:
            _kept.pop().end()
