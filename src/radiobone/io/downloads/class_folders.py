"""Images in folders that are called like their class."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from radiobone.core.data_layouts import ClassFolders
from radiobone.core.near_names import nearest
from radiobone.io.downloads.found import (
    Deviation,
    Found,
    FoundImage,
    files_in,
    pictures,
    plain,
    sheets,
    unique_ids,
)
from radiobone.io.downloads.patient_sheet import join_sheet


def read_class_folders(folder: Path, layout: ClassFolders, classes: Mapping[str, Sequence[str]]) -> Found:
    """Read images whose folder is called like their class; the deepest such folder counts.

    Parameters
    ----------
    folder : Path
        What was downloaded, unpacked.
    layout : ClassFolders
    classes : mapping of str to sequence of str
        Names of the classes, each with other names of its folder. Empty: each folder that holds images is a class.

    Returns
    -------
    Found
        Images in folders of no known class are left out, and each such folder is a deviation.
    """
    files = list(files_in(folder))
    images = pictures(files)
    known = {plain(name): one for one, others in classes.items() for name in (one, *others)}
    placed = {path: _class_of(path, folder, known) for path in images}
    ids = unique_ids([path for path, label in placed.items() if label], folder)
    splits = {plain(name) for name in layout.split_folders}
    found = [
        FoundImage(
            patient_id=_patient(path, ids[path], layout.patient_in_name),
            image=path,
            label=label,
            extra=_split(path, folder, splits),
        )
        for path, label in placed.items()
        if label
    ]
    astray = [path for path, label in placed.items() if not label]
    result = Found(tuple(found), tuple(_unknown_folders(astray, folder, known)))
    return join_sheet(result, sheets(files), layout.sheet_id) if layout.sheet_id and found else result


def _class_of(path: Path, folder: Path, known: Mapping[str, str]) -> str:
    parts = path.relative_to(folder).parts[:-1]
    if not known:
        return parts[-1] if parts else ""
    return next((known[plain(part)] for part in reversed(parts) if plain(part) in known), "")


def _patient(path: Path, own_name: str, pattern: str) -> str:
    match = re.search(pattern, path.stem) if pattern else None
    return match[1] if match else own_name


def _split(path: Path, folder: Path, splits: set[str]) -> dict[str, str | None]:
    parts = path.relative_to(folder).parts[:-1]
    named = next((part for part in parts if plain(part) in splits), None)
    return {} if named is None else {"published_split": named}


def _unknown_folders(astray: Sequence[Path], folder: Path, known: Mapping[str, str]) -> list[Deviation]:
    """Name each folder that is of no class once, with the class that may be meant."""
    counts = Counter(path.parent for path in astray)
    spellings = dict(known)
    deviations = []
    for place, count in sorted(counts.items()):
        near = nearest(plain(place.name), spellings)
        meant = f" Did you mean '{spellings[near[0]]}'?" if near else ""
        shown = place.relative_to(folder).as_posix()
        deviations.append(
            Deviation(
                "UnknownClass",
                shown,
                f"{count} image(s) lie in '{shown}', which is called like none of the classes "
                f"{', '.join(dict.fromkeys(known.values()))}, and were left out.{meant} Rename the folder, and run again.",
            )
        )
    return deviations
