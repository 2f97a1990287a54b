"""One look at all paths of a manifest: a fault that nearly all share is said once, with its cure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from radiobone.core.errors import FileMissing, PathOutsideRoot
from radiobone.io.manifest import NO_PATH, URL, Manifest

NEARLY_ALL = 0.9
FEW = 20  # paths to try below another folder


def check_paths(manifest: Manifest) -> None:
    """Check that the root of a manifest can be right.

    Raises
    ------
    PathOutsideRoot
        If nearly all paths are absolute and lead out of the root.
    FileMissing
        If the root is not there, or nearly no file is where the manifest says.
    """
    if not manifest.root.is_dir():
        raise FileMissing(
            f"No folder at {manifest.root}, where the paths of {manifest.path} should begin. Correct --root (`root` in a "
            "study file or in Python)."
        )
    paths = _local_paths(manifest)
    outside = [path for path in paths if not _is_below(path, manifest.root)]
    if paths and len(outside) >= NEARLY_ALL * len(paths):
        raise PathOutsideRoot(
            f"{manifest.path}: the paths are absolute ({outside[0]}) and lie outside {manifest.root}, the folder of "
            "the manifest. A manifest may only name files below one folder, so that it cannot reach what it should "
            f"not. Name the folder that holds them: --root {_common_folder(outside)} (`root` in a study file or in "
            "Python)."
        )
    missing = [path for path in paths if not _exists(path)]
    if paths and len(missing) >= NEARLY_ALL * len(paths):
        raise FileMissing(
            f"{manifest.path}: {len(missing)} of the {len(paths)} files it names are not there; the first: {missing[0]}. "
            f"Relative paths begin at {manifest.root}. {_advice(missing, manifest.root)}"
        )


def _local_paths(manifest: Manifest) -> list[Path]:
    named = (path for case in manifest.cases for path in (case.image, case.mask))
    return [path for path in dict.fromkeys(named) if path != NO_PATH and not URL.match(str(path))]


def _is_below(path: Path, root: Path) -> bool:
    """By the names alone; links are looked at case by case. A relative path begins below the root."""
    return path.is_relative_to(root)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _common_folder(paths: Sequence[Path]) -> Path:
    return Path(os.path.commonpath([path.parent for path in paths]))


def _advice(missing: Sequence[Path], root: Path) -> str:
    relative = [path.relative_to(root) for path in missing if path.is_relative_to(root)][:FEW]
    for folder in _other_roots(root):
        if relative and sum(_exists(folder / path) for path in relative) >= NEARLY_ALL * len(relative):
            return f"They are below {folder}: give --root {folder} (`root` in a study file or in Python)."
    return (
        "If they begin at another folder, name it with --root FOLDER (`root` in a study file or in Python). Check too "
        "that the drive is there."
    )


def _other_roots(root: Path) -> Iterable[Path]:
    """Folders where paths could be meant to begin: where the command was typed, those above, those beside."""
    yield Path.cwd()
    yield from root.parents
    for above in (root, root.parent):
        with suppress(OSError):  # a folder that may not be listed gives no advice
            yield from sorted(path for path in above.iterdir() if path.is_dir() and path.name[0] != ".")
