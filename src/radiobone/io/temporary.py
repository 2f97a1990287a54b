"""Small files that readers need for a moment, where the system keeps temporary ones."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from radiobone.core.outputs import writing

NOTE = "It is needed for a moment to read an image, which is not to blame. The variable TMPDIR names another folder."


@contextmanager
def temporary_file(name: str, write: Callable[[Path], object]) -> Iterator[Path]:
    """Yield a file in a folder of its own, removed after the block.

    Parameters
    ----------
    name : str
        What the file is called.
    write : callable
        Writes it.

    Raises
    ------
    DiskFull, OutputNotWritable
        If the folder for temporary files has no room, or nothing can be written there; never laid to the image.
    """
    with writing(Path("The folder for temporary files"), NOTE):
        folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    with folder as place:
        with writing(Path(place) / name, NOTE):
            write(Path(place) / name)
        yield Path(place) / name
