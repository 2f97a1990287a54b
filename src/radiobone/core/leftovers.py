"""Half-written files of a run that was killed: the next run into the folder removes them."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

# as files.replacing, outputs.prepare_folder, output_lock and the estimate of a dry run name them
HALF_WRITTEN = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}(?P<suffix>\.[^.]+)")
ON_TRIAL = re.compile(r"\.radiobone(-|\.lock)[a-z0-9_]{8}")
FOLDER_ON_TRIAL = re.compile(r"\.estimate-[a-z0-9_]{8}")
DEEPEST = 4


def remove_leftovers(folder: Path, depth: int = DEEPEST) -> None:
    """Remove what a killed run has left half-written in a folder that is held, and below it.

    Parameters
    ----------
    folder : Path
        Links in it are not followed. What cannot be removed stays: it is in nobody's way.
    depth : int
        How far below to look.
    """
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                if FOLDER_ON_TRIAL.fullmatch(entry.name):
                    shutil.rmtree(entry.path, ignore_errors=True)
                elif depth:
                    remove_leftovers(Path(entry.path), depth - 1)
            elif _is_leftover(entry.name):
                with suppress(OSError):
                    Path(entry.path).unlink()


def _is_leftover(name: str) -> bool:
    half = HALF_WRITTEN.fullmatch(name)
    if half is not None:
        return Path(half["name"]).suffix == half["suffix"]
    return ON_TRIAL.fullmatch(name) is not None
