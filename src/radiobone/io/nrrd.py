"""NRRD (``.nrrd``, ``.nhdr``), as 3D Slicer writes it.

The header and the data are checked, and the voxels are taken from the bytes that were checked; ITK is asked for
the grid, and for the voxels only where they are stored in one of the format's rarer ways.
"""

from __future__ import annotations

import bz2
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import UnreadableImage
from radiobone.core.validation import check_spacing
from radiobone.core.volume import Volume
from radiobone.io.files import Content, beside, check_announced, damaged, read_beginning, read_bytes
from radiobone.io.gzipped import inflate
from radiobone.io.itk_header import ItkHeader, read_header, read_voxels

IMAGE_IO = "NrrdImageIO"
LARGEST_HEADER_BYTES = 1 << 20
DTYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": (
        "longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t",
    ),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}  # fmt: skip
DTYPE_OF = {name: dtype for dtype, names in DTYPES.items() for name in names}
SKIPS = ("line skip", "lineskip", "byte skip", "byteskip")


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
    data = _data(fields, memoryview(content)[data_start:], path)
    header = read_header(path, IMAGE_IO)
    voxels = None if data is None else _voxels(data, fields, header)
    return header.volume(read_voxels(header, IMAGE_IO) if voxels is None else voxels)


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
    end, mark_length = content.find(b"\n\n", 0, LARGEST_HEADER_BYTES), 2
    of_windows = content.find(b"\r\n\r\n", 0, LARGEST_HEADER_BYTES if end < 0 else end)
    if of_windows >= 0:
        end, mark_length = of_windows, 4
    elif end < 0:
        end, mark_length = len(content), 0
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


def _data(fields: dict[str, str], attached: memoryview, path: Path) -> Content | None:
    """Return the decompressed voxels, or refuse what ends too early; None for other encodings than these three."""
    dtype = np.dtype(DTYPE_OF.get(fields["type"].lower(), "u1"))
    sizes = [int(n) for n in fields["sizes"].split()]
    needed = math.prod(sizes) * dtype.itemsize
    check_announced(path, sizes, needed)
    data_file = _data_file(fields, path)
    packed = attached if data_file is None else read_bytes(data_file)
    data: Content = packed
    encoding = fields.get("encoding", "raw").lower()
    if encoding in {"gz", "gzip"}:
        data = inflate(packed, path, limit_bytes=needed)
    elif encoding in {"bz2", "bzip2"}:
        data = _bunzip(packed, path, limit_bytes=needed)
    elif encoding != "raw":
        return None
    if len(data) < needed:
        raise damaged(path, f"{len(data):,} bytes of voxels where {needed:,} are announced")
    return data


def _voxels(data: Content, fields: dict[str, str], header: ItkHeader) -> npt.NDArray[Any] | None:
    """Take the voxels as they are stored; None where that is not as simple as sizes, type and byte order."""
    sizes = tuple(int(n) for n in fields["sizes"].split())
    order = fields.get("endian", sys.byteorder).lower()
    dtype = np.dtype(DTYPE_OF.get(fields["type"].lower(), "V"))
    simple = sizes == header.size and dtype == header.dtype and not any(skip in fields for skip in SKIPS)
    if order not in {"little", "big"} or not simple:
        return None
    in_file = dtype if order == sys.byteorder else dtype.newbyteorder("S")
    stored = np.frombuffer(data, in_file, count=math.prod(sizes))
    return stored.astype(dtype, copy=not stored.flags.aligned)


def _bunzip(data: Content, path: Path, *, limit_bytes: int) -> bytes:
    try:
        return bz2.BZ2Decompressor().decompress(data, max_length=max(limit_bytes, 1))
    except (OSError, ValueError, EOFError) as error:
        raise damaged(path, str(error)) from error
