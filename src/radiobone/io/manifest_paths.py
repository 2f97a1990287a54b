"""One look at all paths of a manifest: a fault that nearly all share is said once, with its cure."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from radiobone.core.errors import FileMissing, PathOutsideRoot
from radiobone.io.case import NO_PATH, URL, Case
from radiobone.io.manifest import Manifest
from radiobone.io.roots import common_folder, is_there

NEARLY_ALL = 0.9
MOST = 0.5
FEW = 20  # paths to try below another folder


def check_paths(manifest: Manifest) -> None:
    """Check that the root of a manifest can be right.

    Raises
    ------
    PathOutsideRoot
        If absolute paths of half of the cases or more lead out of the root.
    FileMissing
        If the root is not there, or nearly no file is where the manifest says.
    """
    if not manifest.root.is_dir():
        raise FileMissing(
            f"No folder at {manifest.root}, where the paths of {manifest.path} should begin. Correct --root (`root` in a "
            "study file or in Python)."
        )
    paths = _local_paths(manifest)
    _check_below_root(manifest, paths)
    missing = [path for path in paths if not is_there(path)]
    if paths and len(missing) >= NEARLY_ALL * len(paths):
        raise FileMissing(
            f"{manifest.path}: {len(missing)} of the {len(paths)} files it names are not there; the first: {missing[0]}. "
            f"{_where_to_look(manifest, missing)}"
        )


def _check_below_root(manifest: Manifest, paths: Sequence[Path]) -> None:
    outside = [case for case in manifest.cases if not _is_below(case, manifest.root)]
    if not outside or len(outside) < MOST * len(manifest.cases):
        return
    first = next(path for path in _named(outside[0]) if not _begins_with(path, manifest.root))
    raise PathOutsideRoot(
        f"{manifest.path}: in {len(outside)} of {len(manifest.cases)} cases paths are absolute ({first}) and lie "
        f"outside {manifest.root}, where its paths begin. A manifest may only name files below one folder, so that it cannot reach what "
        f"it should not. {_root_for(manifest, paths)}"
    )


def _root_for(manifest: Manifest, paths: Sequence[Path]) -> str:
    common = common_folder(path.parent for path in paths)
    if common is None:
        return "The files have no folder in common but the whole drive: copy them below one folder."
    told = f"Name the folder that holds them all: --root {common} (`root` in a study file or in Python)"
    mixed = any(case.relative for case in manifest.cases)
    return (
        f"{told}, and write the relative ones as absolute too, since they would begin there."
        if mixed
        else f"{told}."
    )


def _where_to_look(manifest: Manifest, missing: Sequence[Path]) -> str:
    if not any(case.relative for case in manifest.cases):
        return "The paths are absolute: check that the drive is there and has the same name on this machine."
    return f"Relative paths begin at {manifest.begin}. {_advice(missing, manifest.begin)}"


def _local_paths(manifest: Manifest) -> list[Path]:
    return list({str(path): path for case in manifest.cases for path in _named(case)}.values())


def _named(case: Case) -> list[Path]:
    return [path for path in (case.image, case.mask) if path != NO_PATH and not URL.match(str(path))]


def _is_below(case: Case, root: Path) -> bool:
    """By the names alone; links are looked at case by case. A relative path begins below the root."""
    return all(_begins_with(path, root) for path in _named(case))


def _begins_with(path: Path, root: Path) -> bool:
    """As ``path.is_relative_to(root)``, which takes seconds for a hundred thousand paths."""
    start = os.path.normcase(root)
    return (
        os.path.normcase(path).startswith(start if start.endswith(os.sep) else start + os.sep) or path == root
    )


def _advice(missing: Sequence[Path], root: Path) -> str:
    below = (path for path in missing if _begins_with(path, root))
    relative = [path.relative_to(root) for path in islice(below, FEW)]
    for folder in _other_roots(root):
        if relative and sum(is_there(folder / path) for path in relative) >= NEARLY_ALL * len(relative):
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
