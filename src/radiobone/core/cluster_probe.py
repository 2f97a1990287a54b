"""A file in the output folder by which the workers of a cluster show that they see the folder."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from radiobone.core.cluster_worker import Expected, versions_here
from radiobone.core.files import replacing
from radiobone.core.output_lock import hold
from radiobone.core.outputs import writing

PROBE = ".cluster-probe"
_own: set[str] = set()


@contextmanager
def probe(folder: Path) -> Iterator[Expected]:
    """Leave a file in the output folder that workers must find, and remove those of runs that were killed.

    Raises
    ------
    OutputLocked
        If another run writes into the folder.
    OutputNotWritable, DiskFull
    """
    hold(folder)  # so that no other run needs what lies there
    content = secrets.token_hex(16)
    file = folder / f"{PROBE}-{content[:8]}"
    _remove_left(folder)
    with writing(folder), replacing(file) as part:
        part.write_text(content, encoding="utf-8")
    _own.add(file.name)
    try:
        yield Expected(versions_here(), str(Path.cwd()), str(file), content)
    finally:
        _own.discard(file.name)
        with suppress(OSError):
            file.unlink()


def _remove_left(folder: Path) -> None:
    for left in folder.glob(f"{PROBE}-*"):  # a worker's mark begins as the file that it found
        if not left.name.startswith(tuple(_own)):
            with suppress(OSError):
                left.unlink()
