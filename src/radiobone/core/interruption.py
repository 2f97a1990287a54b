"""What happens when the user stops a long command: workers end, and one sentence says what is kept."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Interrupted(KeyboardInterrupt):
    """Stopped by the user; the message says what is kept and how to go on."""


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


def leave_interrupts_to_the_parent() -> None:
    """Let a worker process ignore Ctrl-C, which a terminal sends to it too: its parent ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
