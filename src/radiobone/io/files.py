"""The first look at a file: is it there, regular, not empty, whole."""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TypeAlias

from radiobone.core.errors import (
    FileMissing,
    FileUnreadable,
    NotARegularFile,
    ResourceLimit,
    UnreadableImage,
)
from radiobone.core.lazy import lazily
from radiobone.core.memory import allowed_bytes
from radiobone.core.unquoted import unquoted

pydicom = lazily("pydicom")

Content: TypeAlias = bytes | memoryview
DICOM_KINDS = {"DICOM", "DICOM-SEG", "RTSTRUCT"}  # pydicom's warnings would show values of the header
GZIP_MAGIC = b"\x1f\x8b"
COPIES = 2  # the content of a file, and the array made of it
LARGEST_FILE_BYTES = 1 << 35
BOTH_ZLIB_AND_GZIP = 32 + zlib.MAX_WBITS


def check_exists(path: Path) -> os.stat_result:
    """Status of a file or folder.

    Raises
    ------
    FileMissing
        If nothing is at that path, or a link leads nowhere.
    """
    try:
        return path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileMissing(
            f"Nothing at {path} ({reason}). Check the path, or that the drive is there."
        ) from error


def check_file(path: Path) -> None:
    """Refuse anything but a regular, readable file with something in it.

    Raises
    ------
    FileMissing, NotARegularFile, FileUnreadable, UnreadableImage
    """
    status = check_exists(path)
    if stat.S_ISDIR(status.st_mode):
        raise NotARegularFile(f"{path} is a folder where a file is needed. Name the file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise NotARegularFile(f"{path} is a pipe or device, not a file. Save the data to a file first.")
    if not os.access(path, os.R_OK):
        raise FileUnreadable(f"{path} may not be read by this user. Ask for read permission.")
    if status.st_size == 0:
        raise UnreadableImage(f"{path} has 0 bytes: copying or writing it failed. Copy it again.")


def check_announced(path: Path, sizes: Sequence[int], n_bytes: int) -> None:
    """Refuse a header that announces more voxels than are read, before any memory is taken.

    Parameters
    ----------
    path : Path
    sizes : sequence of int
        Voxels along each axis, as the header has them.
    n_bytes : int
        What they would take.

    Raises
    ------
    ResourceLimit
    """
    if n_bytes > LARGEST_FILE_BYTES:
        raise ResourceLimit(
            f"{path}: the header announces {' × '.join(map(str, sizes))} voxels, {n_bytes / 1e9:,.0f} GB, and more than "
            f"{LARGEST_FILE_BYTES / 1e9:.0f} GB are not read. Crop the image, or check the header."
        )
    allowed = allowed_bytes()
    if allowed is not None and COPIES * n_bytes > allowed:
        raise ResourceLimit(
            f"{path}: the header announces {' × '.join(map(str, sizes))} voxels, {n_bytes / 1e9:.3g} GB, of which reading makes a copy, "
            f"and {allowed / 1e9:.3g} GB of memory are allowed for a case. Crop the image, or give more with --case-memory."
        )


def read_bytes(path: Path) -> bytes:
    """Read the whole content of a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read ({error.strerror or error}).") from error


def read_beginning(path: Path, count: int) -> bytes:
    """Read so many bytes at most, as they are."""
    try:
        with path.open("rb") as handle:
            return handle.read(count)
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read ({error.strerror or error}).") from error


def first_bytes(path: Path, count: int = 512) -> bytes:
    """Beginning of the content, decompressed where the file is gzip; ``b""`` if it is damaged there."""
    start = read_beginning(path, 64 * count)
    if not start.startswith(GZIP_MAGIC):
        return start[:count]
    try:
        return zlib.decompressobj(BOTH_ZLIB_AND_GZIP).decompress(start, count)
    except zlib.error:
        return b""


def beside(path: Path, name: str, *, single: str) -> Path:
    """Return the data file that a header names, if it is there, in the header's own folder.

    Parameters
    ----------
    path : Path
        The header.
    name : str
        As the header gives it.
    single : str
        Ending of the format's variant in one file, for the message.

    Raises
    ------
    UnreadableImage
        If the name leads elsewhere or stands for several files. And the errors of ``check_file``.
    """
    if not name or Path(name).name != str(Path(name)) or "%" in name or name.startswith("LIST"):
        raise UnreadableImage(
            f"{path}: the voxels are said to be in '{name}'. Only one data file beside the header is read. "
            f"Save the image as a single {single} file."
        )
    check_file(path.parent / name)
    return path.parent / name


@contextmanager
def understood(path: Path, kind: str) -> Iterator[None]:
    """Name the file when a damaged header or dataset trips its reader.

    Raises
    ------
    UnreadableImage
        Instead of what parsers raise over fields that are missing or make no sense.
    """
    of_dicom = kind in DICOM_KINDS
    try:
        with pydicom.config.disable_value_validation() if of_dicom else nullcontext():
            yield
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        OSError,
        EOFError,
        IndexError,
        RecursionError,
        struct.error,
        pydicom.errors.InvalidDicomError,
        pydicom.errors.BytesLengthException,
        NotImplementedError,
    ) as error:
        raise UnreadableImage(
            f"{path}: its {kind} header cannot be understood ({unquoted(str(error))}). Export or copy it again."
        ) from error


def damaged(path: Path, reason: str) -> UnreadableImage:
    """Build the error for a file whose content is not whole."""
    return UnreadableImage(
        f"{path} is truncated or damaged ({unquoted(reason)}). Part of the voxels would be wrong or missing. "
        "Copy or download it again."
    )
