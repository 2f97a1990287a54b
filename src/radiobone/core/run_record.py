"""``run.json`` and what else a run writes down of itself: whose a folder is, and whether the last run came to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from radiobone.core.errors import FileUnreadable
from radiobone.core.files import read_json, sync_folder, write_json
from radiobone.core.folder_kinds import PROVENANCE_FILE, Kind
from radiobone.core.warnings import UnfinishedRun, warn

RUN_FILE = "run.json"


def made_here(folder: Path, kind: Kind) -> bool:
    """Whether the last run into a folder was of this kind."""
    return bool(run_record(folder).get("kind") == kind.name)


def run_record(folder: Path) -> dict[str, Any]:
    """Return what the last run into a folder wrote down of itself; empty where there is nothing to read."""
    try:
        content = read_json(folder / RUN_FILE)
    except FileUnreadable:
        return {}
    return content if isinstance(content, dict) else {}


def begin(folder: Path, kind: Kind, recipe: str | None = None) -> None:
    """Note that a run into a prepared folder has begun.

    Parameters
    ----------
    folder : Path
    kind : Kind
    recipe : str, optional
        Name of the recipe of a published study that is run there.

    Raises
    ------
    OutputNotWritable, DiskFull
    """
    write_json(folder / RUN_FILE, _content(kind, recipe, finished=False))


@contextmanager
def withdrawn_if_refused(folder: Path, *, begun_before: bool) -> Iterator[None]:
    """Take the note of the beginning back if the block fails before anything else was written.

    Parameters
    ----------
    folder : Path
    begun_before : bool
        Whether the note was there before this run, which then leaves it.
    """
    try:
        yield
    except BaseException:
        if not begun_before:
            with suppress(OSError):
                (folder / RUN_FILE).unlink(missing_ok=True)
        raise


def finish(folder: Path, kind: Kind, recipe: str | None = None) -> None:
    """Note that the run came to its end, and everything is written; parameters as above.

    Raises
    ------
    OutputNotWritable, DiskFull
    """
    sync_folder(folder)  # all that was written, before it is said to be
    write_json(folder / RUN_FILE, _content(kind, recipe, finished=True))
    sync_folder(folder)


def _content(kind: Kind, recipe: str | None, *, finished: bool) -> dict[str, Any]:
    named = {} if recipe is None else {"recipe": recipe}
    return {"kind": kind.name, **named, "finished": finished}


def warn_if_unfinished(folder: Path, what: str) -> None:
    """Warn if the last run into a folder began and did not end.

    Parameters
    ----------
    folder : Path
        Another program's folders, and files, are passed over.
    what : str
        What the run was: ``extraction`` or ``evaluation``.

    Warns
    -----
    UnfinishedRun
    """
    if run_record(folder).get("finished") is False:
        warn(
            UnfinishedRun(
                f"The last {what} into {folder} was not finished. What is there is of the run before, which may have had "
                f"other inputs. Run that {what} again first."
            ),
            stacklevel=3,
        )


def extraction_record(folder: Path) -> dict[str, Any] | None:
    """Return what an extraction wrote down of itself beside its features, or None if there is nothing.

    Raises
    ------
    FileUnreadable
        If it is damaged, or another command of radiobone has written over it.
    """
    path = folder / PROVENANCE_FILE
    if not path.is_file():
        return None
    content = read_json(path)
    if isinstance(content, dict) and "feature_columns" in content:
        return content
    if not isinstance(content, dict) or "radiobone" not in content:  # a foreign program's
        return None
    raise FileUnreadable(
        f"{path} is not the one that 'radiobone extract' wrote beside its features: another command has written over "
        "it. Which columns are features, and how they were measured, cannot be told any more. Run 'radiobone extract' "
        "again into a new folder, or copy the table alone to another folder and evaluate that file with --features."
    )
