"""What happens when a long command is stopped: workers end, and one sentence says what is kept."""

from __future__ import annotations

import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from radiobone.core.unquoted import show_unquoted

SECONDS_BETWEEN_LOOKS = 1.0


class Interrupted(KeyboardInterrupt):
    """Stopped from outside; the message says what is kept and how to go on."""


class Terminated(KeyboardInterrupt):
    """Asked to end by SIGTERM, as ``kill``, a scheduler or a container does."""


@contextmanager
def terminations_interrupt() -> Iterator[None]:
    """Let SIGTERM end the block as Ctrl-C does, unless the process was told to ignore it or handles it already.

    Only for the main thread of a program.

    Raises
    ------
    Terminated
    """
    if signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _terminate(_number: int, _frame: object) -> None:
    raise Terminated


def exit_code(stop: BaseException) -> int:
    """Return the code that shells give to a program that was stopped: 143 after SIGTERM, 130 after Ctrl-C."""
    reason: BaseException | None = stop
    while reason is not None:
        if isinstance(reason, Terminated):
            return 128 + signal.SIGTERM
        reason = reason.__cause__ or reason.__context__
    return 128 + signal.SIGINT


@contextmanager
def saying_what_is_kept(kept: Callable[[], str] | None) -> Iterator[None]:
    """Turn an interruption of the block into one that says what is kept.

    Parameters
    ----------
    kept : callable or None
        Gives the words, such as ``7 of 25 folds``; None if nothing can be kept.

    Raises
    ------
    Interrupted
    """
    try:
        yield
    except KeyboardInterrupt as stop:
        if kept is None or isinstance(stop, Interrupted):
            raise
        raise Interrupted(f"{kept()} kept; run the same command again to go on.") from stop


def become_worker(parent: int) -> None:
    """Make this process a worker: it ends when its parent ends it or is gone, and by no signal to both of them.

    Ctrl-C goes to all processes of a terminal, and schedulers send SIGTERM to all of a job; the parent answers.

    Parameters
    ----------
    parent : int
        Id of the process that works are sent from. On Windows, where the id stays when the process is gone, that
        is not noticed.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    warnings.showwarning = show_unquoted  # a worker's words go straight to the terminal
    threading.Thread(target=_end_after, args=(parent,), name="parent-watch", daemon=True).start()


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(SECONDS_BETWEEN_LOOKS)
    os._exit(1)
