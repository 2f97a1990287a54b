"""Progress told by worker processes: each finished region is a line in a file that the main process follows."""

from __future__ import annotations

import json
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from radiobone.core.progress import Progress

SECONDS_BETWEEN_LOOKS = 0.3
PREFIX = "radiobone-ticks-"


@dataclass(frozen=True)
class Ticks(Progress):
    """Progress that can be handed to another process.

    Attributes
    ----------
    path : Path
        The file that is followed.
    """

    path: Path

    def __call__(self, what: str) -> None:
        """Count one more region as done."""
        self._write(what)

    def grow(self, n_more: int) -> None:
        """Expect so many regions more."""
        self._write(n_more)

    def _write(self, entry: str | int) -> None:
        line = json.dumps(entry) + "\n"
        with suppress(OSError), self.path.open("a", encoding="utf-8") as file:  # a full disk costs no case
            file.write(line)  # one short write at the end of the file: never mixed


@contextmanager
def relayed(shown: Progress) -> Iterator[Progress]:
    """Yield progress for workers; what they tell is passed on to ``shown`` while the block runs.

    Where no temporary file can be made, nothing is told.
    """
    with ExitStack() as stack:
        try:
            _remove_of_the_dead()
            prefix = f"{PREFIX}{os.getpid()}-"
            folder = stack.enter_context(TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True))
            ticks = Ticks(Path(folder) / "ticks")
            ticks.path.touch()
        except OSError:
            yield Progress()
            return
        finished = threading.Event()
        follower = threading.Thread(target=_follow, args=(ticks.path, shown, finished), daemon=True)
        follower.start()
        try:
            yield ticks
        finally:
            finished.set()
            follower.join()


def _remove_of_the_dead() -> None:
    """Remove what runs that were killed have left, of this user."""
    for path in Path(gettempdir()).glob(f"{PREFIX}*"):
        process = path.name.removeprefix(PREFIX).partition("-")[0]
        if process.isdecimal() and not _is_alive(int(process)):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(process: int) -> bool:
    if os.name != "posix":  # where asking would end it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _follow(path: Path, shown: Progress, finished: threading.Event) -> None:
    with path.open(encoding="utf-8") as file:
        rest = ""
        last_look = False
        while not last_look:
            last_look = finished.wait(SECONDS_BETWEEN_LOOKS)
            *lines, rest = (rest + file.read()).split("\n")
            for line in lines:
                _pass_on(line, shown)


def _pass_on(line: str, shown: Progress) -> None:
    try:
        entry = json.loads(line)
    except ValueError:  # cut off, as on a full disk
        return
    if isinstance(entry, int):
        shown.grow(entry)
    else:
        shown(entry)
