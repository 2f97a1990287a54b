"""Folders that hold others."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path


def common_folder(folders: Iterable[Path]) -> Path | None:
    """Return the folder that all of these lie in; None if that is a whole drive or there is none."""
    try:
        found = Path(os.path.commonpath(list(folders)))
    except ValueError:  # several drives
        return None
    return None if is_drive(found) else found


def is_drive(folder: Path) -> bool:
    """Whether nothing lies above a folder, as above ``/``."""
    return folder == folder.parent


def is_there(path: Path) -> bool:
    """Whether a path leads to something; one that cannot be looked at does not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def where_paths_begin(paths: Sequence[str | None], folder: Path, root: Path) -> Path:
    """Return where relative paths begin: at the root, unless they are found at the list's own folder below it and not there.

    Parameters
    ----------
    paths : sequence of str or None
        As they are written; a few are enough.
    folder : Path
        Of the list that names them.
    root : Path
        That they are confined to.
    """
    if folder == root or not folder.is_relative_to(root):
        return root
    named = [path.strip() for path in paths if path is not None]
    beside = sum(is_there(folder / path) for path in named)
    return folder if beside > sum(is_there(root / path) for path in named) else root
