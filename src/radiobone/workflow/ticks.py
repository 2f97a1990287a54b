"""Progress told by worker processes: each finished region is a line in a file that the main process follows."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from radiobone.core.progress import Progress

SECONDS_BETWEEN_LOOKS = 0.3


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
        with self.path.open(
            "a", encoding="utf-8"
        ) as file:  # one short write at the end of the file: never mixed
            file.write(json.dumps(entry) + "\n")


@contextmanager
def relayed(shown: Progress) -> Iterator[Ticks]:
    """Yield progress for workers; what they tell is passed on to ``shown`` while the block runs."""
    with TemporaryDirectory(prefix="radiobone-") as folder:
        ticks = Ticks(Path(folder) / "ticks")
        ticks.path.touch()
        finished = threading.Event()
        follower = threading.Thread(target=_follow, args=(ticks.path, shown, finished), daemon=True)
        follower.start()
        try:
            yield ticks
        finally:
            finished.set()
            follower.join()


def _follow(path: Path, shown: Progress, finished: threading.Event) -> None:
    with path.open(encoding="utf-8") as file:
        rest = ""
        last_look = False
        while not last_look:
            last_look = finished.wait(SECONDS_BETWEEN_LOOKS)
            *lines, rest = (rest + file.read()).split("\n")
            for line in lines:
                entry = json.loads(line)
                if isinstance(entry, int):
                    shown.grow(entry)
                else:
                    shown(entry)
