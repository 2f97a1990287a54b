"""Opening a mask of whatever format. To add one, write ``io/<format>.py`` and one line in ``MASK_FORMATS``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from radiobone.core.errors import LabelNotFound, MaskLooksLikeImage, UnreadableImage
from radiobone.core.lazy import lazily
from radiobone.core.volume import Volume
from radiobone.imaging.mask_grid import MaskReading
from radiobone.io.dicom_dataset import is_dicom, read_dataset
from radiobone.io.dicom_seg import open_dicom_seg
from radiobone.io.files import check_exists, check_file, first_bytes, understood
from radiobone.io.label_file import open_label_file
from radiobone.io.rtstruct import open_rtstruct
from radiobone.io.structures import by_name
from radiobone.io.totalsegmentator import open_mask_folder, structure_files

pydicom = lazily("pydicom")

UNNAMED = re.compile(r"label_\d+")  # what a label is called where the file has no name for it


class Mask(Protocol):
    """What every mask can do, whatever its file."""

    def structures(self) -> tuple[str, ...]:
        """Names of the structures that the file declares, even if empty; ``label_<n>`` where it names none."""
        ...

    def region(self, *, roi: str | None, label: int | None) -> Volume:
        """One structure as 0 and 1 (uint8) on the image's grid.

        ``label`` goes first: the value in the mask, ROI number or segment number. Else the structure
        called ``roi``. A mask with one structure needs neither, and ``roi`` may then be any name.

        Raises
        ------
        LabelNotFound
            If there is no such structure, or nothing says which of several is meant.
        EmptyMask
            If the structure has no voxel.
        GeometryMismatch
            If it does not lie on the image's grid.

        Warns
        -----
        RoiNameAssumed
            If the only structure has a name of its own and was asked for by another.
        """
        ...

    def number(self, *, roi: str | None, label: int | None) -> int | None:
        """Value of the structure that ``region`` would give; None where it is known by name alone.

        The value in the mask, ROI number or segment number. Raises and warns as ``region`` does.
        """
        ...


@dataclass(frozen=True)
class MaskFormat:
    """How one kind of mask is told, and how it is opened."""

    name: str
    recognises: Callable[[Path], bool]
    open: Callable[[Path, Volume, MaskReading], Mask]


def _is_modality(path: Path, modality: str) -> bool:
    return path.is_file() and dicom_modality(path) == modality


MASK_FORMATS: tuple[MaskFormat, ...] = (
    MaskFormat(
        "RTSTRUCT",
        lambda path: _is_modality(path, "RTSTRUCT"),
        lambda path, image, _: open_rtstruct(path, image),
    ),
    MaskFormat(
        "DICOM-SEG",
        lambda path: _is_modality(path, "SEG"),
        lambda path, image, _: open_dicom_seg(path, image),
    ),
    MaskFormat("folder with one file per structure", lambda path: path.is_dir(), open_mask_folder),
    MaskFormat("label file", lambda path: path.is_file(), open_label_file),
)


def open_mask(path: Path, image: Volume, reading: MaskReading | None = None) -> Mask:
    """Open a mask on the grid of its image.

    Parameters
    ----------
    path : Path
        A label file, an RTSTRUCT, a DICOM-SEG, a folder with one of the latter two, or a folder with one
        file per structure.
    image : Volume
        The image that it belongs to.
    reading : MaskReading, optional
        What a label file leaves open, and how far its grid may differ; it keeps its own grid where this allows it.

    Returns
    -------
    Mask

    Raises
    ------
    FileMissing, NotARegularFile, UnreadableImage
        If it cannot be opened.
    MaskError
        If it cannot be trusted, or does not lie on the image's grid.
    """
    path = Path(path)
    check_exists(path)
    if path.is_dir():
        path = _segmentation_in(path)
    if path.is_file() or not path.is_dir():
        check_file(path)
    chosen = next(mask_format for mask_format in MASK_FORMATS if mask_format.recognises(path))
    with understood(path, chosen.name):
        return chosen.open(path, image, reading or MaskReading())


def structure_name(mask: Mask, *, roi: str | None, label: int | None) -> str | None:
    """Return the name by which a mask's file calls the structure that ``region`` gives for these.

    Returns
    -------
    str or None
        None if the file has no name for it, or several.
    """
    structures = mask.structures()
    names = [name for name in structures if structures.count(name) == 1 and not UNNAMED.fullmatch(name)]
    number = mask.number(roi=roi, label=label)
    if number is not None:
        names = [name for name in names if mask.number(roi=name, label=None) == number]
    elif roi is not None:
        names = [name for name in names if name == by_name(roi, names)] or names
    return names[0] if len(names) == 1 else None


def dicom_modality(path: Path) -> str | None:
    """Modality of a DICOM file; None if it is not DICOM."""
    if not is_dicom(first_bytes(path)):
        return None
    try:
        header = read_dataset(path, stop_before_pixels=True, specific_tags=["Modality"])
    except (pydicom.errors.InvalidDicomError, UnreadableImage):
        return None
    return str(header.get("Modality") or "")


def segmentations_in(folder: Path) -> list[Path]:
    """RTSTRUCT and DICOM-SEG files of a folder and its subfolders."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if dicom_modality(path) in {"RTSTRUCT", "SEG"}]


def _segmentation_in(folder: Path) -> Path:
    """Return the one segmentation object in a folder, or the folder itself where it holds mask files."""
    if structure_files(folder):
        return folder
    found = segmentations_in(folder)
    if len(found) == 1:
        return found[0]
    if found:
        raise LabelNotFound(
            f"{folder} holds {len(found)} segmentations ({', '.join(path.name for path in found[:3])} …), and which is "
            "meant cannot be told. Name the file in the manifest."
        )
    if any(dicom_modality(path) for path in folder.rglob("*") if path.is_file()):
        raise MaskLooksLikeImage(
            f"{folder} is a DICOM image series, not a mask. Image and mask may be swapped in the manifest. "
            "Name the mask here."
        )
    return folder
