"""Folders that hold others."""

from __future__ import annotations

import os
from collections.abc import Iterable
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
