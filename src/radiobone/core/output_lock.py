"""One run at a time writes into an output folder.

The system locks a small file in the folder for as long as the run lasts, and lets go of it however the run ends, so that
the lock of a process that was killed is free at once, whoever has its number now. Beside it stands who runs, for the
message. Shared file systems do not all pass locks on from one computer to another: there the file's time, which a run
renews every few seconds, tells whether another computer's run is alive.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from radiobone.core.errors import OutputLocked
from radiobone.core.leftovers import remove_leftovers
from radiobone.core.outputs import writing

P = ParamSpec("P")
T = TypeVar("T")
LOCK_FILE = ".radiobone.lock"
SECONDS_BETWEEN_SIGNS = 10.0
SECONDS_UNTIL_DEAD = 60.0
BEYOND_THE_RECORD = 1 << 20  # Windows locks bytes, which nobody else can then read
REFUSED = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


class _Scope:
    """The lock files that one run holds."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.held: set[Path] = set()


_scope: ContextVar[_Scope | None] = ContextVar("scope", default=None)
_held_here: set[Path] = set()  # some file systems lock for the whole process, whichever thread asks
_guard = threading.Lock()


@contextmanager
def holding_outputs() -> Iterator[None]:
    """Hold every output folder that is prepared in the block until its end; a block within another adds nothing."""
    if _scope.get() is not None:
        yield
        return
    scope = _Scope()
    token = _scope.set(scope)
    try:
        with scope.stack:
            yield
    finally:
        _scope.reset(token)


def holds_outputs(function: Callable[P, T]) -> Callable[P, T]:
    """Let a function hold its output folders while it runs."""

    @wraps(function)
    def holding(*args: P.args, **kwargs: P.kwargs) -> T:
        with holding_outputs():
            return function(*args, **kwargs)

    return holding


def hold(folder: Path) -> None:
    """Hold a folder until the block of ``holding_outputs`` ends; outside of one see only that nobody else does.

    Parameters
    ----------
    folder : Path
        Made already.

    Raises
    ------
    OutputLocked
        If another run writes there.
    OutputNotWritable, DiskFull
    """
    if _taken(folder.resolve() / LOCK_FILE, folder):
        remove_leftovers(folder.resolve())


def hold_file(path: Path) -> None:
    """Hold a file that is to be written, likewise; the others in its folder are free.

    Parameters
    ----------
    path : Path
        It need not be there; its folder is.

    Raises
    ------
    OutputLocked
        If another run is about to write the file.
    OutputNotWritable, DiskFull
    """
    whole = path.resolve()
    _taken(whole.with_name(f".{whole.name}.lock"), path)


def _taken(place: Path, shown: Path) -> bool:
    """Hold a place by its lock file until the scope ends, and tell whether it was not held already."""
    scope = _scope.get()
    if scope is None:
        with _held(place, shown):
            return False
    if place in scope.held:
        return False
    scope.stack.enter_context(_held(place, shown))
    scope.held.add(place)
    scope.stack.callback(scope.held.discard, place)
    return True


@contextmanager
def _held(place: Path, shown: Path) -> Iterator[None]:
    with _guard:
        if place in _held_here:
            raise _refusal(
                shown, {"pid": os.getpid(), "host": socket.gethostname()}, "another thread of this process"
            )
        _held_here.add(place)
    try:
        with _file_held(place, shown):
            yield
    finally:
        with _guard:
            _held_here.discard(place)


@contextmanager
def _file_held(path: Path, shown: Path) -> Iterator[None]:
    with writing(path, "Nothing was computed."):
        handle = _opened_and_locked(path, shown)
    ended = threading.Event()
    try:
        with writing(path, "Nothing was computed."):
            _write_record(handle)
        signs = threading.Thread(target=_give_signs, args=(path, ended), name="output-lock", daemon=True)
        signs.start()
        try:
            yield
        finally:
            ended.set()
            signs.join()
    finally:
        _let_go(handle, path)


def _opened_and_locked(path: Path, shown: Path) -> int:
    """Return a handle of the locked file; one that was removed between opening and locking is opened again."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            locked = _locked(handle)
            if locked is False:
                raise _refusal(shown, _record(handle))
            if not _still_there(handle, path):
                os.close(handle)
                continue
            _refuse_if_alive(handle, path, shown, elsewhere=locked is True)
        except BaseException:
            os.close(handle)
            raise
        return handle


def _locked(handle: int) -> bool | None:
    """Lock the file; None where the file system has no locks, and signs of life alone must do."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(handle, BEYOND_THE_RECORD, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in REFUSED else None
    return True


def _still_there(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _refuse_if_alive(handle: int, path: Path, shown: Path, *, elsewhere: bool) -> None:
    """Look at the record of a run that did not end in order; if only one elsewhere may be alive, ours is not: its lock was free."""
    host = _record(handle).get("host")
    if not isinstance(host, str) or (elsewhere and host == socket.gethostname()):
        return
    silent_s = _now_there(path.parent) - os.fstat(handle).st_mtime
    if silent_s < SECONDS_UNTIL_DEAD:
        raise _refusal(shown, _record(handle), f"heard of {max(silent_s, 0):.0f} s ago")


def _now_there(folder: Path) -> float:
    """Return the time by the clock of the file system, which may be another computer's."""
    handle, name = tempfile.mkstemp(dir=folder, prefix=LOCK_FILE)
    try:
        return os.fstat(handle).st_mtime
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)


def _record(handle: int) -> dict[str, Any]:
    try:
        os.lseek(handle, 0, os.SEEK_SET)
        found = json.loads(os.read(handle, 4096) or b"{}")
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _write_record(handle: int) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    content = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since}) + "\n"
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, content.encode())
    os.fsync(handle)


def _give_signs(path: Path, ended: threading.Event) -> None:
    while not ended.wait(SECONDS_BETWEEN_SIGNS):
        with suppress(OSError):
            os.utime(path, (time.time(), time.time()))


def _let_go(handle: int, path: Path) -> None:
    with suppress(OSError):
        if os.name != "nt":  # which removes no open file
            path.unlink(missing_ok=True)  # while it is locked: nobody else's is removed
    with suppress(OSError):
        os.close(handle)
    if os.name == "nt":
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _refusal(shown: Path, record: dict[str, Any], where: str = "") -> OutputLocked:
    who = f"process {record.get('pid', 'unknown')} on {record.get('host', 'an unknown computer')}"
    since = f", since {record['since']}" if record.get("since") else ""
    also = f" ({where})" if where else ""
    return OutputLocked(
        f"Another run is writing {'into ' if shown.is_dir() else ''}{shown}: {who}{since}{also}. Two runs would mix their results, so this one did nothing. Wait for "
        "the other to end or stop it, and run again: what it has finished is kept. Or give another place with -o. The lock of a run that "
        f"was killed is free at once, on another computer, or a file system without locks, after {SECONDS_UNTIL_DEAD:.0f} s; its lock file need not be removed by hand."
    )
