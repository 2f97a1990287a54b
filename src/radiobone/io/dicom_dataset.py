"""Opening DICOM files: with their preamble, or without it as old archives hold them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiobone.core.errors import GeometryMismatch
from radiobone.core.lazy import lazily
from radiobone.core.volume import Volume
from radiobone.core.warnings import silenced
from radiobone.io.files import damaged, read_beginning

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

pydicom = lazily("pydicom")

PREAMBLE_BYTES, MARK = 128, b"DICM"
FIRST_GROUPS = (
    b"\x02\x00\x00\x00",
    b"\x02\x00\x01\x00",
    b"\x08\x00\x00\x00",
    b"\x08\x00\x01\x00",
    b"\x08\x00\x05\x00",
    b"\x08\x00\x08\x00",
)
LONGEST_FIRST_VALUE = 256
SUFFIXES = {".dcm", ".ima", ".dicom"}


def is_dicom(start: bytes) -> bool:
    """Tell DICOM by the first bytes of its content, with a preamble or without."""
    return start[PREAMBLE_BYTES : PREAMBLE_BYTES + 4] == MARK or _is_bare(start)


def _is_bare(start: bytes) -> bool:
    """Whether a dataset begins at once: a first tag that datasets have, and a short value."""
    if not start.startswith(FIRST_GROUPS) or len(start) < 12:
        return False
    explicit = start[4:6].isalpha() and start[4:6].isupper()
    length = int.from_bytes(start[6:8] if explicit else start[4:8], "little")
    return 0 < length <= LONGEST_FIRST_VALUE


def read_dataset(path: Path, **options: Any) -> Dataset:
    """Read a dataset; ``options`` are those of ``pydicom.dcmread``.

    Raises
    ------
    pydicom.errors.InvalidDicomError
        If the file is not DICOM.
    UnreadableImage
        If it is DICOM and cannot be parsed.
    """
    bare = _is_bare(read_beginning(path, PREAMBLE_BYTES + 4))
    try:
        with silenced():  # warnings of pydicom, which may show values of the header
            dataset = pydicom.dcmread(path, force=bare, **options)
    except pydicom.errors.InvalidDicomError:
        raise
    except Exception as error:  # whatever damaged bytes make pydicom trip over
        raise damaged(path, str(error)) from error
    if bare and "TransferSyntaxUID" not in dataset.file_meta:
        implicit, _ = dataset.original_encoding
        uid = pydicom.uid.ImplicitVRLittleEndian if implicit else pydicom.uid.ExplicitVRLittleEndian
        dataset.file_meta.TransferSyntaxUID = uid
    return dataset


def is_named_as_dicom(path: Path) -> bool:
    """Whether the name says that a file is DICOM; hidden files of file managers are not meant."""
    return path.suffix.lower() in SUFFIXES


def series_files(folder: Path) -> list[Path]:
    """Return the files of a folder and its subfolders, without those that file managers hide in it."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path for path in found if not any(_is_hidden(part) for part in path.relative_to(folder).parts)]


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def check_frame_of_reference(dataset: Dataset, image: Volume, path: Path) -> None:
    """Refuse outlines whose positions are told along other axes than those of the image.

    Parameters
    ----------
    dataset : Dataset
        Of an RTSTRUCT or a DICOM-SEG.
    image : Volume
        What they are laid on; if it does not tell its axes, nothing is compared.
    path : Path
        The file of the outlines, for the message.

    Raises
    ------
    GeometryMismatch
    """
    told = {str(dataset.get("FrameOfReferenceUID") or "")}
    for item in (
        *(dataset.get("ReferencedFrameOfReferenceSequence") or ()),
        *(dataset.get("StructureSetROISequence") or ()),
    ):
        told |= {
            str(item.get(name) or "") for name in ("FrameOfReferenceUID", "ReferencedFrameOfReferenceUID")
        }
    told -= {""}
    if image.frame_of_reference is None or not told or image.frame_of_reference in told:
        return
    raise GeometryMismatch(
        f"{path}: its positions belong to another frame of reference than the image's (FrameOfReferenceUID), so it was drawn on "
        "another scan, and where it lies in this one is not known. Pair it with the series it was drawn on."
    )
