"""Memory that is freed and needed again at once, image after image."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

import numpy as np

CONTROL_GROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
LARGEST_KEPT = (1 << 25) - (1 << 16)  # bytes; glibc learns from blocks of up to 32 MB


_allowed: ContextVar[int | None] = ContextVar("allowed", default=None)


@contextmanager
def memory_allowed(n_bytes: int | None) -> Iterator[None]:
    """Let the block take no more memory than this, as far as it can tell before; None for no limit."""
    token = _allowed.set(n_bytes)
    try:
        yield
    finally:
        _allowed.reset(token)


def allowed_bytes() -> int | None:
    """Return the memory that may be taken; None without a limit."""
    return _allowed.get()


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Let the system's allocator keep what is freed for the arrays of the next image.

    glibc hands freed memory back to the system beyond twice the largest block that it has seen freed. A process that has
    read small images alone hands back nearly everything and gets it anew, page by page, for each of them, which takes a
    quarter of the time. A large block, never touched and freed at once, is all it needs to see; other systems do not mind.
    Up to 64 MB are kept.

    References
    ----------
    mallopt(3), ``M_MMAP_THRESHOLD``: the dynamic threshold.
    """
    np.empty(LARGEST_KEPT, dtype=np.uint8)


def resident_bytes(process: int) -> int:
    """Return the memory that a process holds; 0 where the system does not tell, or the process is gone.

    Parameters
    ----------
    process : int
        Its id.

    References
    ----------
    proc(5), ``statm``; elsewhere ps(1).
    """
    try:
        pages = Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError, AttributeError):
        return _told_by_ps(process)


def _told_by_ps(process: int) -> int:
    try:
        told = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(process)],
            capture_output=True, text=True, check=False, timeout=5,
        )  # fmt: skip
        return int(told.stdout.strip() or 0) * 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        return 0


@lru_cache(maxsize=1)
def machine_bytes() -> int | None:
    """Return the memory of this machine, or of the container or job that the process runs in; None if nobody tells."""
    found = [_physical_bytes(), *map(_limit_in, CONTROL_GROUPS)]
    return min((one for one in found if one is not None), default=None)


def _physical_bytes() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):  # Windows
        return None


def _limit_in(path: Path) -> int | None:
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdecimal() else None  # "max": no limit
