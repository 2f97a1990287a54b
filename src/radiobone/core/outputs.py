"""Places to write to: made and tried before the work begins, and named if they cannot be written."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from radiobone.core.errors import DiskFull, OutputNotWritable

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LONGEST_HEADING = 1 << 20
NOTHING_DONE = "Nothing was computed."


def prepare_folder(path: str | Path) -> Path:
    """Make a folder for results and try to write in it, before any work is done for it.

    Parameters
    ----------
    path : path
        Made with its parents if it is not there; what it holds is left as it is.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    OutputNotWritable
        If it is a file, or nothing can be written there.
    DiskFull
    """
    folder = Path(path)
    with writing(folder, NOTHING_DONE):
        if folder.exists() and not folder.is_dir():
            raise OutputNotWritable(
                f"The output {folder} is a file, and a folder for the results is needed. It is left as it is. "
                "Give another folder with -o."
            )
        _try(folder)
    return folder


def prepare_file(
    path: str | Path,
    *,
    example: str = "result.csv",
    suffix: str | None = None,
    inputs: Iterable[str | Path | None] = (),
    overwrite: bool = True,
    column: str | None = None,
) -> Path:
    """Make the folder of a file to be written and try to write in it, before any work is done for it.

    Parameters
    ----------
    path : path
        A file that is there stays until it is replaced.
    example : str
        A name for such a file, shown where a folder was given instead.
    suffix : str, optional
        What the name has to end in, such as ``.csv``.
    inputs : iterable of path or None
        Files that are read for it, and that it must not replace; into a folder that is read nothing is written.
    overwrite : bool
        Whether a file that is there may be replaced.
    column : str, optional
        That every table of the kind has: another table that is there is not replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    OutputNotWritable
        If it is a folder or a device, one of the inputs, or nothing can be written beside it.
    DiskFull
    """
    target = Path(path)
    with writing(target, NOTHING_DONE):
        if target.is_dir():
            raise OutputNotWritable(
                f"The output {target} is a folder, and a file is needed. Give a file name with -o, "
                f"such as {target / example}."
            )
        if target.exists() and not target.is_file():
            raise OutputNotWritable(
                f"The output {target} is no ordinary file, and would be replaced by one. "
                "Give another file name with -o."
            )
        _check_name(target, suffix, example)
        if any(source is not None and _holds(Path(source), target) for source in inputs):
            raise OutputNotWritable(
                f"The output {target} is read, or lies in a folder that is, and what is there would be lost or mixed up. "
                "Nothing was written. Give another place with -o."
            )
        if target.exists() and not overwrite:
            raise OutputNotWritable(
                f"{target} is there already, and may have been edited by hand. It is left as it is. "
                "Give another file name with -o, or say --overwrite."
            )
        if column is not None and target.exists() and not _has_column(target, column):
            raise OutputNotWritable(
                f"{target} is there already and holds something else (no column '{column}'). It is left as it is. Give another file name "
                "with -o."
            )
        _try(target.parent)
    return target


def _has_column(table: Path, column: str) -> bool:
    """Whether the first line names a column; what is empty may be replaced by any table."""
    with table.open("rb") as file:
        first = file.readline(LONGEST_HEADING)
    return not first.strip() or column.encode() in first


def _check_name(target: Path, suffix: str | None, example: str) -> None:
    if suffix is not None and target.suffix.lower() != suffix:
        raise OutputNotWritable(
            f"The output {target} should end in {suffix}, since that is what is written. Give another file name with "
            f"-o, such as {target.with_name(example)}."
        )


def _holds(source: Path, target: Path) -> bool:
    return source.resolve() == target.parent.resolve() if source.is_dir() else same_file(source, target)


def same_file(first: Path, second: Path) -> bool:
    """Tell whether two paths lead to one file that is there."""
    return first.exists() and second.exists() and first.samefile(second)


def _try(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=".radiobone-")
    try:
        os.write(handle, b"?")
    finally:
        os.close(handle)
        Path(name).unlink(missing_ok=True)


@contextmanager
def writing(path: Path, note: str = "What was there before is untouched.") -> Iterator[None]:
    """Give every failure of the operating system while ``path`` is written its code.

    Parameters
    ----------
    path : Path
        What is written.
    note : str
        What the failure did or did not cost.

    Raises
    ------
    DiskFull
        If no space is left, or none to this file.
    OutputNotWritable
        If it is anything else.
    """
    try:
        yield
    except OSError as error:
        found = f"{path} cannot be written ({error.strerror or error}). {note}"
        if error.errno in FULL:
            full = (
                "Files may not grow so large here: raise the limit (ulimit -f; it is of your session or of the file system)"
                if error.errno == errno.EFBIG
                else "The disk, or your share of it, is full. Free space or choose another disk"
            )
            raise DiskFull(f"{found} {full}, and run again.") from error
        raise OutputNotWritable(
            f"{found} Give another place with -o, or have the rights to this one changed, and run again."
        ) from error
