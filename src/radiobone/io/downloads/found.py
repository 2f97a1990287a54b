"""What a loader finds in a download, and in what it differs from what was expected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from radiobone.core.file_kinds import TABLE_SUFFIXES

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".dcm", ".bmp", ".webp", ".gif")
HIDDEN = {"__MACOSX", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Deviation:
    """One thing that is not as the card says, or cannot be trusted.

    Attributes
    ----------
    code : str
        Name of the warning or error.
    where : str
        File, folder, row or class.
    message : str
    """

    code: str
    where: str
    message: str


@dataclass(frozen=True)
class FoundImage:
    """One image of a download.

    Attributes
    ----------
    patient_id : str
        The file's own name where patients are not known.
    image : Path
    mask : Path or None
        None: the whole image counts.
    label : str
        Class by the card's name; empty if it has none.
    roi : str
    extra : mapping
        Other columns for the manifest.
    """

    patient_id: str
    image: Path
    mask: Path | None = None
    label: str = ""
    roi: str = ""
    extra: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """Everything that a loader found.

    Attributes
    ----------
    images : tuple of FoundImage
    deviations : tuple of Deviation
    tables : mapping of str to (Path, DataFrame)
        Feature tables, by name.
    """

    images: tuple[FoundImage, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    tables: Mapping[str, tuple[Path, pd.DataFrame]] = field(default_factory=dict)


def plain(text: str) -> str:
    """Return letters and digits alone, in lower case: ``T-Score`` and ``t score`` are alike.

    Examples
    --------
    >>> plain(" Non-Osteoporosis ")
    'nonosteoporosis'
    """
    return re.sub(r"[\W_]+", "", text).casefold()


def files_in(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder in the order of their paths, without hidden ones and links that lead out."""
    top = folder.resolve()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if any(part.startswith(".") or part in HIDDEN for part in parts) or not path.is_file():
            continue
        if path.resolve().is_relative_to(top):
            yield path


def pictures(files: Iterable[Path]) -> list[Path]:
    """Return those that are images by their name."""
    return [path for path in files if path.suffix.lower() in PICTURE_SUFFIXES]


def sheets(files: Iterable[Path]) -> list[Path]:
    """Return those that are tables by their name."""
    return [path for path in files if path.name.lower().endswith(tuple(TABLE_SUFFIXES))]


def unique_ids(images: list[Path], folder: Path) -> dict[Path, str]:
    """Name images by their stem, or, where stems repeat, by as much of the path as tells them apart."""
    names: dict[Path, str] = {}
    for depth in range(1, 9):
        open_paths = [path for path in images if path not in names]
        spelled = {path: _spelled(path, folder, depth) for path in open_paths}
        folded = pd.Series([name.casefold() for name in spelled.values()], dtype=object)
        single = set(folded[~folded.duplicated(keep=False)])
        names |= {path: name for path, name in spelled.items() if name.casefold() in single}
    return names | {path: path.relative_to(folder).as_posix() for path in images if path not in names}


def _spelled(path: Path, folder: Path, depth: int) -> str:
    parts = path.relative_to(folder).with_suffix("").parts
    return "_".join(parts[-depth:])
