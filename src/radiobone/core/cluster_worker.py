"""What runs on a worker of a cluster: a check that it is like the process that asks, then one piece of work at a time."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from threadpoolctl import threadpool_limits

from radiobone import __version__
from radiobone.core.errors import WorkerMismatch
from radiobone.core.provenance import PACKAGES, code_digest, package_version

Piece = TypeVar("Piece")
Found = TypeVar("Found")
SHOWN_DIGITS = 12


@dataclass(frozen=True)
class Expected:
    """What a worker must have in common with the process that asks.

    Attributes
    ----------
    versions : tuple of (str, str)
        Python, radiobone, a digest of its code, and the packages that numbers depend on.
    folder : str
        Working folder: where relative paths begin.
    probe, content : str
        A file in the output folder, relative as the output was given, and what it holds.
    """

    versions: tuple[tuple[str, str], ...]
    folder: str
    probe: str
    content: str


def versions_here() -> tuple[tuple[str, str], ...]:
    """Return what decides the numbers that this process computes."""
    found = {name: package_version(name) or "not installed" for name in PACKAGES if name != "radiobone"}
    minor = ".".join(platform.python_version_tuple()[:2])
    code = code_digest((".",))[:SHOWN_DIGITS]
    return (("python", minor), ("radiobone", __version__), ("code of radiobone", code), *found.items())


@cache
def check_here(expected: Expected, n_threads: int | None = None) -> None:
    """Check this worker, once for each process that asks.

    Parameters
    ----------
    expected : Expected
    n_threads : int, optional
        Tasks that the worker does at a time; default: as dask says.

    Raises
    ------
    WorkerMismatch
    """
    n_threads = _threads() if n_threads is None else n_threads
    if n_threads != 1:
        raise WorkerMismatch(
            f"A worker does {n_threads} tasks at a time in one process, where the threads of one change the order of sums of "
            "another. Start it with --nthreads 1, and one worker for each core (dask worker … --nworkers N --nthreads 1)."
        )
    here = dict(versions_here())
    unlike = [
        f"{name} {here.get(name)} instead of {value}"
        for name, value in expected.versions
        if here.get(name) != value
    ]
    if unlike:
        raise WorkerMismatch(
            f"A worker differs from the process that asks: {', '.join(unlike)}. The numbers could differ from case to case. "
            "Install the same versions everywhere (the same environment or container image) and start the workers anew."
        )
    _check_files(expected)


def _check_files(expected: Expected) -> None:
    with chdir(expected.folder if Path(expected.folder).is_dir() else "."):
        probe = Path(expected.probe)
        try:
            seen = probe.read_text(encoding="utf-8") == expected.content
            mark = probe.with_name(f"{probe.name}-{os.getpid()}")
            mark.touch()
            mark.unlink()
        except OSError as error:
            problem = f"{error.strerror or error}: {error.filename}"
        else:
            if seen:
                return
            problem = f"{probe.parent} is another folder there"
    raise WorkerMismatch(
        f"A worker cannot read and write the output folder ({problem}). Images and output must be on a file system that "
        "all workers share, under the same path, and writable for them. Give -o a folder on it, and start the command and "
        "the workers where relative paths mean the same, or give absolute paths."
    )


def _threads() -> int:
    from distributed import get_worker  # only in a task

    return int(get_worker().state.nthreads)


def do_piece(work: Callable[[Piece], Found], piece: Piece, expected: Expected) -> Found:
    """Do one piece of work as the process that asks would, with one numerical thread.

    Raises
    ------
    WorkerMismatch
    """
    check_here(expected)
    with chdir(expected.folder if Path(expected.folder).is_dir() else "."), threadpool_limits(1):
        return work(piece)


def do_packed(packed: bytes, expected: Expected) -> Any:
    """Do a piece of work that came as bytes, which a scheduler passes on without opening them; see ``do_piece``."""
    from distributed.protocol.pickle import loads  # from the process whose tasks this worker does

    work, piece = loads(packed)
    return do_piece(work, piece, expected)
