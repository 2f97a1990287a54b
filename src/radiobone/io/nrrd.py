"""NRRD (``.nrrd``, ``.nhdr``), as 3D Slicer writes it: ITK reads it, after the header and the data are checked."""

from __future__ import annotations

import bz2
import math
from pathlib import Path

from radiobone.core.errors import UnreadableImage
from radiobone.core.validation import check_spacing
from radiobone.core.volume import Volume
from radiobone.io.files import beside, damaged, inflate, read_beginning, read_bytes
from radiobone.io.itk_header import read_header, read_voxels

IMAGE_IO = "NrrdImageIO"
LARGEST_HEADER_BYTES = 1 << 20
ITEM_BYTES = {
    "signed char": 1, "int8": 1, "int8_t": 1, "uchar": 1, "unsigned char": 1, "uint8": 1, "uint8_t": 1,
    "short": 2, "short int": 2, "signed short": 2, "signed short int": 2, "int16": 2, "int16_t": 2,
    "ushort": 2, "unsigned short": 2, "unsigned short int": 2, "uint16": 2, "uint16_t": 2,
    "int": 4, "signed int": 4, "int32": 4, "int32_t": 4, "uint": 4, "unsigned int": 4, "uint32": 4,
    "uint32_t": 4, "longlong": 8, "long long": 8, "long long int": 8, "signed long long": 8,
    "signed long long int": 8, "int64": 8, "int64_t": 8, "ulonglong": 8, "unsigned long long": 8,
    "unsigned long long int": 8, "uint64": 8, "uint64_t": 8, "float": 4, "double": 8,
}  # fmt: skip


def is_nrrd(start: bytes) -> bool:
    """Tell NRRD by the first bytes of its content."""
    return start.startswith(b"NRRD000")


def read_nrrd(path: Path) -> Volume:
    """Read a NRRD file of one 2D image or one volume.

    Parameters
    ----------
    path : Path
        A ``.nrrd`` file, or ``.nhdr`` with its data file in the same folder.

    Raises
    ------
    UnreadableImage, BadSpacing, NonOrthogonalGrid, VectorImage, DimensionMismatch
    """
    content = read_bytes(path)
    fields, data_start = _parse(content, path)
    _check_fields(fields, path)
    _check_data(fields, content[data_start:], path)
    header = read_header(path, IMAGE_IO)
    return header.volume(read_voxels(header, IMAGE_IO))


def nrrd_data_file(path: Path) -> Path | None:
    """Return the file that holds the voxels of a header, or None where they follow it.

    Raises
    ------
    UnreadableImage, FileMissing, NotARegularFile, FileUnreadable
        If the header names no single file in its own folder.
    """
    fields, _ = _parse(read_beginning(path, LARGEST_HEADER_BYTES), path)
    return _data_file(fields, path)


def segment_names(path: Path) -> dict[str, int]:
    """Names of the segments that 3D Slicer writes into a ``.seg.nrrd``.

    Returns
    -------
    dict
        Label value by name; empty if the file has none.
    """
    fields, _ = _parse(read_bytes(path), path)
    names: dict[str, int] = {}
    number = 0
    while f"segment{number}_name" in fields:
        names[fields[f"segment{number}_name"]] = int(fields.get(f"segment{number}_labelvalue", number + 1))
        number += 1
    return names


def _parse(content: bytes, path: Path) -> tuple[dict[str, str], int]:
    ends = [
        (position, len(mark))
        for mark in (b"\n\n", b"\r\n\r\n")
        if (position := content.find(mark, 0, LARGEST_HEADER_BYTES)) >= 0
    ]
    end, mark_length = min(ends, default=(len(content), 0))
    fields: dict[str, str] = {}
    for line in content[:end].decode("utf-8", errors="replace").splitlines()[1:]:
        if line.startswith("#") or ":" not in line:
            continue
        name, _, value = line.partition(":")
        fields[name.strip().lower()] = value.lstrip("=").strip()
    if "sizes" not in fields or "type" not in fields:
        raise UnreadableImage(f"{path}: the NRRD header has no 'sizes' or no 'type'. Export the image again.")
    return fields, end + mark_length


def _check_fields(fields: dict[str, str], path: Path) -> None:
    if "spacings" in fields:
        lengths = [float(word) for word in fields["spacings"].split()]
        check_spacing([length for length in lengths if not math.isnan(length)], str(path))
    if "space directions" in fields:
        vectors = fields["space directions"].replace(" ", "").replace("none", "").strip("()")
        steps = [[float(part) for part in vector.split(",")] for vector in vectors.split(")(") if vector]
        check_spacing([math.hypot(*step) for step in steps], str(path))


def _data_file(fields: dict[str, str], path: Path) -> Path | None:
    name = fields.get("data file", fields.get("datafile"))
    return None if name is None else beside(path, name, single=".nrrd")


def _check_data(fields: dict[str, str], attached: bytes, path: Path) -> None:
    """Refuse data that end too early; what is not raw, gzip or bzip2 is left to ITK."""
    needed = math.prod(int(n) for n in fields["sizes"].split()) * ITEM_BYTES.get(fields["type"].lower(), 1)
    data_file = _data_file(fields, path)
    data = attached if data_file is None else read_bytes(data_file)
    encoding = fields.get("encoding", "raw").lower()
    if encoding in {"gz", "gzip"}:
        found = len(inflate(data, path, limit_bytes=needed))
    elif encoding in {"bz2", "bzip2"}:
        found = len(_bunzip(data, path))
    elif encoding == "raw":
        found = len(data)
    else:
        return
    if found < needed:
        raise damaged(path, f"{found:,} bytes of voxels where {needed:,} are announced")


def _bunzip(data: bytes, path: Path) -> bytes:
    try:
        return bz2.decompress(data)
    except (OSError, ValueError, EOFError) as error:
        raise damaged(path, str(error)) from error
