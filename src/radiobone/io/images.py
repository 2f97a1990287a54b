"""Reading an image of whatever format, told by its content and not by its name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from radiobone.core.errors import UnreadableImage
from radiobone.core.memory import keep_freed_memory
from radiobone.core.volume import Volume
from radiobone.io.dicom_dataset import is_dicom, series_files
from radiobone.io.dicom_file import read_dicom_file
from radiobone.io.dicom_series import open_dicom_series, read_dicom_series
from radiobone.io.files import GZIP_MAGIC, check_exists, check_file, first_bytes, read_beginning, understood
from radiobone.io.gzipped import check_trailer
from radiobone.io.not_an_image import what_it_is
from radiobone.io.registry import IMAGE_FORMATS


def read_image(path: Path) -> Volume:
    """Read a CT, MR or radiograph.

    Parameters
    ----------
    path : Path
        NIfTI, NRRD, MetaImage, PNG, JPEG, TIFF, BMP, GIF or WebP file, a DICOM file, or a folder with one DICOM series.

    Returns
    -------
    Volume
        Intensities in the file's own type where the header does not scale them. ``modality`` is known
        for DICOM only.

    Raises
    ------
    FileMissing, FileUnreadable, NotARegularFile
        If there is nothing that can be opened.
    UnreadableImage
        If no format fits, or the file is truncated or damaged.
    ResourceLimit
        If the file holds, or says that it holds, far more than an image.
    ImageError, DicomError
        If the content cannot be trusted; see the format's own module.
    """
    return _read(path, read_dicom_series)


def open_image(path: Path) -> Volume:
    """Read an image, of which a part may be all that is needed; parameters, errors and warnings as for ``read_image``.

    Of a DICOM series in a folder all headers are read and checked, and the pixels of a slice when they are asked for. Other
    images are read as a whole.
    """
    return _read(path, open_dicom_series)


def _read(path: Path, of_series: Callable[[Path], Volume]) -> Volume:
    keep_freed_memory()
    path = Path(path)
    check_exists(path)
    if path.is_dir():
        return _read_folder(path, of_series)
    check_file(path)
    start = first_bytes(path)
    for image_format in IMAGE_FORMATS:
        if image_format.recognises(start):
            with understood(path, image_format.name):
                return image_format.read(path)
    check_trailer(path)
    known = ", ".join(image_format.name for image_format in IMAGE_FORMATS)
    hint = (
        what_it_is(start or read_beginning(path, len(GZIP_MAGIC)))
        or "Copy or download it again, or convert it."
    )
    raise UnreadableImage(
        f"{path} holds no image of a known format ({known}), whatever its name says. "
        f"It begins with {start[:12]!r}. {hint}"
    )


def files_read(path: Path) -> tuple[Path, ...]:
    """Return every file that an image or a mask at ``path`` is read from.

    Parameters
    ----------
    path : Path
        A file or a folder, of any format.

    Returns
    -------
    tuple of Path
        The file, and the data file where it is a header whose voxels are in another; of a folder all its files,
        sorted.

    Raises
    ------
    UnreadableImage, FileMissing, NotARegularFile, FileUnreadable
        If a header names a data file that cannot be read.
    """
    if path.is_dir():
        return tuple(entry for entry in sorted(path.rglob("*")) if entry.is_file())
    start = first_bytes(path)
    found = next((kind.data_file(path) for kind in IMAGE_FORMATS if kind.recognises(start)), None)
    return (path,) if found is None else (path, found)


def _read_folder(path: Path, of_series: Callable[[Path], Volume]) -> Volume:
    """Read a series; a folder with a single file is read as that file would be."""
    files = series_files(path)
    if len(files) == 1 and is_dicom(first_bytes(files[0])):
        with understood(files[0], "DICOM"):
            return read_dicom_file(files[0])
    with understood(path, "DICOM"):
        return of_series(path)
