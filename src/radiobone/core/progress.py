"""Progress of long work, with the time left: a bar in a terminal or notebook, lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[str], None]
SECONDS_BETWEEN_LINES = 15.0


@contextmanager
def progress(title: str, total: int, *, show: bool = True) -> Iterator[Advance]:
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
        yield lambda _what: None
    elif sys.stderr.isatty():
        with _bar(title, total) as advance:
            yield advance
    else:
        yield _lines(title, total)


@contextmanager
def _bar(title: str, total: int) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("[bold]{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(), TextColumn("[dim]{task.fields[what]}", markup=True),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=False) as bar:
        task = bar.add_task(title, total=total, what="")

        def advance(what: str) -> None:
            bar.update(task, advance=1, what=what.replace("[", "\\["))

        yield advance


def _lines(title: str, total: int) -> Advance:
    start = last = time.monotonic()
    done = 0

    def advance(_what: str) -> None:
        nonlocal done, last
        done += 1
        now = time.monotonic()
        if done == total or now - last >= SECONDS_BETWEEN_LINES:
            last = now
            left_s = (now - start) / done * (total - done)
            print(
                f"{title}: {done}/{total}, {now - start:.0f} s, about {left_s:.0f} s left",
                file=sys.stderr,
                flush=True,
            )

    return advance
