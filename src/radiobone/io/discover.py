"""What lies in a folder: images, masks, DICOM series and folders of structures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from radiobone.io.masks import dicom_modality
from radiobone.io.names import ENDINGS, Name, contains, has_mask_word, name_of
from radiobone.io.registry import IMAGE_FORMATS
from radiobone.io.totalsegmentator import structure_files
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES

SEGMENTATIONS = {"RTSTRUCT", "SEG"}
DATA_SUFFIXES = (".raw", ".zraw", ".img")


@dataclass(frozen=True)
class Found:
    """An image or a mask: a file, or a folder that counts as one."""

    path: Path
    name: Name
    is_mask: bool
    is_folder_of_structures: bool = False


def find_in(folder: Path, *, known: Iterable[Name] = ()) -> list[Found]:
    """List everything in a folder that could be an image or a mask.

    Parameters
    ----------
    folder : Path
        Searched with its subfolders; hidden files are passed over.
    known : iterable of Name
        Names of images. A subfolder whose files are named after images holds masks of many patients;
        one whose files are not holds one structure per file.

    Returns
    -------
    list of Found
        In the order of their paths.
    """
    keys = {name.key for name in known}
    found: list[Found] = []
    _search(folder, folder, keys, found)
    return found


def _search(folder: Path, top: Path, known: set[tuple[str, ...]], found: list[Found]) -> None:
    entries = sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    files = [entry for entry in entries if entry.is_file()]
    if folder != top and _is_structure_folder(folder, known):
        found.append(Found(folder, _name(folder, top), is_mask=True, is_folder_of_structures=True))
        return
    found.extend(_dicom(folder, files, top))
    for path in files:
        if ENDINGS.search(path.name) and _is_readable_name(path) and dicom_modality(path) is None:
            relative = path.relative_to(top).as_posix()
            is_mask = has_mask_word(relative)
            found.append(Found(path, name_of(relative, channel=not is_mask), is_mask))
    for entry in entries:
        if entry.is_dir():
            _search(entry, top, known, found)


def _dicom(folder: Path, files: list[Path], top: Path) -> list[Found]:
    """One entry for the series of a folder, one for each segmentation, one for each radiograph."""
    kinds = {path: dicom_modality(path) for path in files}
    masks = [path for path, kind in kinds.items() if kind in SEGMENTATIONS]
    images = [path for path, kind in kinds.items() if kind is not None and kind not in SEGMENTATIONS]
    found = [Found(path, _name(path if len(masks) > 1 else _place(path, top), top), True) for path in masks]
    if len(images) == 1:
        found.append(Found(images[0], _name(images[0], top), is_mask=False))
    elif images and kinds[images[0]] in {"CT", "MR", "PT"}:
        found.append(Found(folder, _name(folder, top), is_mask=False))
    else:
        found.extend(Found(path, _name(path, top), is_mask=False) for path in images)
    return found


def _place(path: Path, top: Path) -> Path:
    """Name a lone segmentation after its folder, where it has one of its own."""
    return path if path.parent == top else path.parent


def _name(path: Path, top: Path) -> Name:
    relative = path.relative_to(top).as_posix()
    return name_of(relative if relative != "." else path.name)


def _is_readable_name(path: Path) -> bool:
    known = tuple(suffix for image_format in IMAGE_FORMATS for suffix in image_format.suffixes if suffix)
    return path.name.lower().endswith(known) and not path.name.lower().endswith(DATA_SUFFIXES)


def _is_structure_folder(folder: Path, known: set[tuple[str, ...]]) -> bool:
    structures = structure_files(folder)
    if any(name in TOTAL_CLASSES for name in structures):
        return True
    if len(structures) < 2 or not known:
        return False
    return not any(_mentions(name, known) for name in structures)


def _mentions(stem: str, known: set[tuple[str, ...]]) -> bool:
    """Whether a file is named after an image, with more words or with fewer."""
    key = name_of(stem).key
    return any(contains(key, name) or contains(name, key) for name in known)
