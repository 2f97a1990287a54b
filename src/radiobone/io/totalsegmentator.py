"""Mask folders as TotalSegmentator writes them: one file per structure, many of them empty."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from radiobone.core.errors import UnreadableImage
from radiobone.core.volume import Volume
from radiobone.imaging.mask_grid import MaskReading
from radiobone.io.label_file import open_label_file
from radiobone.io.structures import label_not_found, name_in

SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha", ".mhd")


@dataclass(frozen=True, eq=False)
class FolderMask:
    """A folder in which each file is one structure, named as the structure.

    Attributes
    ----------
    files : dict
        File by structure, in the order of their names.
    reading : MaskReading
        How far a file's grid may differ from the image's. Its label is not asked for: a file is a structure.
    """

    folder: Path
    image: Volume
    files: dict[str, Path]
    reading: MaskReading

    def structures(self) -> tuple[str, ...]:
        """Names of the files, whether a voxel is set in them or not."""
        return tuple(self.files)

    def region(self, *, roi: str | None, label: int | None) -> Volume:
        """One structure as 0 and 1; see ``radiobone.io.masks.Mask``. Only its own file is read."""
        name = name_in(str(self.folder), roi, self.files)
        if name is None:
            raise label_not_found(str(self.folder), roi, self.files)
        reading = self.reading.model_copy(update={"label": None})
        return open_label_file(self.files[name], self.image, reading).region(roi=None, label=label)

    def number(self, *, roi: str | None, label: int | None) -> int | None:
        """Value asked for within a structure's file; the structures themselves have names only."""
        return label


def open_mask_folder(folder: Path, image: Volume, reading: MaskReading | None = None) -> FolderMask:
    """Open a folder of masks, all on the grid of one image.

    Raises
    ------
    UnreadableImage
        If no mask file is in it.
    """
    files = structure_files(folder)
    if not files:
        raise UnreadableImage(
            f"{folder} holds no mask: no file ending in {', '.join(SUFFIXES)}, and no DICOM segmentation. "
            "Check that this is the folder of the masks."
        )
    return FolderMask(folder, image, files, reading or MaskReading())


def structure_files(folder: Path) -> dict[str, Path]:
    """Mask files of a folder by the name of their structure (the file name without its ending)."""
    found = {}
    for path in sorted(folder.iterdir()):
        suffix = next((end for end in SUFFIXES if path.name.lower().endswith(end)), None)
        if suffix and path.is_file() and not path.name.startswith("."):
            found[path.name[: -len(suffix)]] = path
    return found
