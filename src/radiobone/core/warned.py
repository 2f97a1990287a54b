"""How warnings are given: to Python, or to whoever collects those of one case; and how others' are silenced."""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import ClassVar, cast

_FILTERS_LOCK = threading.Lock()
ANY_TEXT = re.compile("(?#radiobone)")  # matches everything, and equals no entry of anybody else


class RadioboneWarning(UserWarning):
    """Base of every warning that radiobone gives."""

    code: ClassVar[str] = "RadioboneWarning"

    def __init_subclass__(cls) -> None:
        cls.code = cls.__dict__.get("code", cls.__name__)


_COLLECTING: ContextVar[list[RadioboneWarning] | None] = ContextVar("collecting", default=None)


def meaning(code: str) -> str:
    """Return one line on what a warning's code stands for; empty if there is no such code."""
    kinds = {kind.code: kind for kind in RadioboneWarning.__subclasses__()}
    return (kinds[code].__doc__ or "").strip() if code in kinds else ""


def warn(
    message: RadioboneWarning | str, category: type[RadioboneWarning] | None = None, stacklevel: int = 1
) -> None:
    """Give a warning of radiobone to the innermost ``collected`` block of this thread, or else to Python.

    Python's own ``warnings.catch_warnings`` changes a list that all threads share, so that a warning could reach the
    answer of another thread's image.

    Parameters
    ----------
    message : RadioboneWarning or str
    category : type of RadioboneWarning, optional
        Needed where the message is a text.
    stacklevel : int
        As for ``warnings.warn``.
    """
    warning = message if isinstance(message, RadioboneWarning) else (category or RadioboneWarning)(message)
    found = _COLLECTING.get()
    if found is None:
        warnings.warn(warning, stacklevel=stacklevel + 1)
    elif str(warning) not in {str(kept) for kept in found}:
        found.append(warning)


@contextmanager
def collected() -> Iterator[list[RadioboneWarning]]:
    """Collect radiobone's warnings, each once, instead of printing them; those of other packages pass through.

    Threads do not see each other's blocks, and a thread that is started inside a block does not share it.

    Yields
    ------
    list of RadioboneWarning
        Filled as they are given.
    """
    found: list[RadioboneWarning] = []
    outer = _COLLECTING.get()
    _COLLECTING.set(found)
    try:
        yield found
    finally:
        _COLLECTING.set(outer)


@contextmanager
def silenced(*kinds: type[Warning]) -> Iterator[None]:
    """Silence warnings of other packages, all or of some kinds.

    What is silenced is silent in all threads meanwhile: keep the block short. Python's ``catch_warnings`` would put back the whole
    list of filters, and with it what other threads changed since; here one entry comes and goes.
    """
    entries = [("ignore", ANY_TEXT, kind, None, 0) for kind in kinds or (Warning,)]
    mine: list[object] = cast("list[object]", warnings.filters)
    with _FILTERS_LOCK:
        mine[:0] = entries
        _filters_changed()
    try:
        yield
    finally:
        with _FILTERS_LOCK:
            _remove(entries, mine)
            if (
                warnings.filters is not mine
            ):  # another thread is inside ``catch_warnings``, which copied the list
                _remove(entries, cast("list[object]", warnings.filters))
            _filters_changed()


def _remove(entries: Iterable[object], filters: list[object]) -> None:
    for entry in entries:
        if entry in filters:
            filters.remove(entry)


def _filters_changed() -> None:
    """Let Python look at its filters anew."""
    getattr(warnings, "_filters_mutated", lambda: None)()
