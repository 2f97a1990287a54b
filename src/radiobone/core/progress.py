"""Progress of long work, with the time left: a bar in a terminal or notebook, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Advance = Callable[[str], None]
SECONDS_BETWEEN_LINES = 5.0
SHARE_BETWEEN_LINES = 0.05  # of the time spent: long work says less often where it is


class Progress:
    """Called after each finished piece of work; this one keeps silent."""

    def __call__(self, what: str) -> None:
        """Count one more piece as done; ``what`` says which."""

    def grow(self, n_more: int) -> None:
        """Expect so many pieces more (or fewer) than was known at the start."""


@contextmanager
def progress(title: str, total: int, *, show: bool = True) -> Iterator[Progress]:
    """Yield a function to call after each finished piece, with a word on what it was.

    Parameters
    ----------
    title : str
        What is being done.
    total : int
        Number of pieces.
    show : bool
        False keeps silent.
    """
    if not show or total == 0:
        yield Progress()
    elif sys.stderr.isatty():
        with _bar(title, total) as bar:
            yield bar
    else:
        yield _Lines(title, total)


def _rate(n_done: int, spent_s: float) -> str:
    """Say how many pieces are done in a second, a minute or an hour, whichever makes it more than one."""
    if spent_s < 1 or not n_done:
        return ""
    each_s = spent_s / n_done
    for unit, seconds in (("s", 1), ("min", 60), ("h", 3600)):
        if each_s <= seconds:
            return f", {seconds / each_s:.3g}/{unit}"
    return f", {each_s / 3600:.2g} h each"


class _Bar(Progress):
    """A bar of rich."""

    def __init__(self, bar: Any, task: Any, total: int) -> None:
        self._bar, self._task, self._total, self._done = bar, task, total, 0
        self._start = time.monotonic()

    def __call__(self, what: str) -> None:
        self._done += 1
        rate = _rate(self._done, time.monotonic() - self._start).removeprefix(", ")
        self._bar.update(self._task, advance=1, what=what.replace("[", "\\["), rate=rate)

    def grow(self, n_more: int) -> None:
        self._total += n_more
        self._bar.update(self._task, total=self._total)


@contextmanager
def _bar(title: str, total: int) -> Iterator[_Bar]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as RichProgress

    columns = (
        TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[rate]}"), TextColumn("left"), TimeRemainingColumn(), TextColumn("[dim]{task.fields[what]}", markup=True),
    )  # fmt: skip
    with RichProgress(*columns, console=Console(stderr=True), transient=False) as bar:
        yield _Bar(bar, bar.add_task(title, total=total, what="", rate=""), total)


class _Lines(Progress):
    """A line now and then."""

    def __init__(self, title: str, total: int) -> None:
        self._title, self._total = title, total
        self._last = time.monotonic()
        self._times = [self._last]  # of the start and of each piece

    def __call__(self, _what: str) -> None:
        now = time.monotonic()
        self._times.append(now)
        n_done, spent_s = len(self._times) - 1, now - self._times[0]
        pause_s = max(SECONDS_BETWEEN_LINES, SHARE_BETWEEN_LINES * spent_s)
        if n_done == self._total or now - self._last >= pause_s:
            self._last = now
            print(
                f"{self._title}: {n_done}/{self._total}, {spent_s:.0f} s{_rate(n_done, spent_s)}, "
                f"about {self._left_s():.0f} s left",
                file=sys.stderr,
                flush=True,
            )

    def _left_s(self) -> float:
        """Time left at the pace of the later half of what is done: the first pieces wait for processes to start."""
        n_done = len(self._times) - 1
        half = n_done // 2
        return (self._times[-1] - self._times[half]) / (n_done - half) * max(self._total - n_done, 0)

    def grow(self, n_more: int) -> None:
        self._total += n_more
