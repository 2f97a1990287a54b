"""NRRD (``.nrrd``, ``.nhdr``), as 3D Slicer writes it: voxels from the raw bytes, the grid as ITK understands it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.io.assumed_spacing import with_assumed_spacing
from radiobone.io.encodings import check_length, of_hex, of_text, unpacked, unpacked_bzip2
from radiobone.io.files import Content, beside, check_announced, damaged, read_beginning, read_bytes
from radiobone.io.itk_header import read_header
from radiobone.io.nrrd_header import LARGEST_HEADER_BYTES, NrrdHeader, parse_fields, parse_header

IMAGE_IO = "NrrdImageIO"
AT_THE_END = -1


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
    UnreadableImage, BadSpacing, NonOrthogonalGrid, VectorImage, DimensionMismatch, ResourceLimit

    Warns
    -----
    BadHeaderField, ImplausibleSpacing, SpacingAssumed
    """
    content = read_bytes(path)
    fields, data_start = parse_fields(content, path)
    header = parse_header(fields, path)
    check_announced(path, header.sizes, header.n_bytes)
    data_file = _data_file(fields, path)
    attached = memoryview(content)[data_start:]
    voxels = _voxels(header, attached if data_file is None else read_bytes(data_file), path)
    volume = read_header(path, IMAGE_IO).volume(voxels)
    return volume if header.has_spacing else with_assumed_spacing(volume, path)


def nrrd_data_file(path: Path) -> Path | None:
    """Return the file that holds the voxels of a header, or None where they follow it.

    Raises
    ------
    UnreadableImage, FileMissing, NotARegularFile, FileUnreadable
        If the header names no single file in its own folder.
    """
    fields, _ = parse_fields(read_beginning(path, LARGEST_HEADER_BYTES), path)
    return _data_file(fields, path)


def segment_names(path: Path) -> dict[str, int]:
    """Names of the segments that 3D Slicer writes into a ``.seg.nrrd``.

    Returns
    -------
    dict
        Label value by name; empty if the file has none.
    """
    fields, _ = parse_fields(read_beginning(path, LARGEST_HEADER_BYTES), path)
    names: dict[str, int] = {}
    number = 0
    while f"segment{number}_name" in fields:
        names[fields[f"segment{number}_name"]] = int(fields.get(f"segment{number}_labelvalue", number + 1))
        number += 1
    return names


def _data_file(fields: dict[str, str], path: Path) -> Path | None:
    name = fields.get("data file", fields.get("datafile"))
    return None if name is None else beside(path, name, single=".nrrd")


def _voxels(header: NrrdHeader, data: Content, path: Path) -> npt.NDArray[Any]:
    """Decode all values, fastest axis first."""
    data = _without_lines(data, header.line_skip, path)
    if header.encoding == "text":
        return of_text(_after(data, header.byte_skip, path), path, header.n_values, header.dtype)
    content = _decoded(header, data, path)
    stored = np.frombuffer(content, header.dtype, count=header.n_values)
    native = header.dtype.newbyteorder("=")
    return stored.astype(native, copy=not stored.flags.aligned)


def _decoded(header: NrrdHeader, data: Content, path: Path) -> Content:
    """Undo the encoding; bytes that are skipped are counted after that, as the format has it."""
    skipped = max(header.byte_skip, 0)
    if header.byte_skip == AT_THE_END:
        if len(data) < header.n_bytes:
            raise damaged(path, f"{len(data):,} bytes of voxels where {header.n_bytes:,} are announced")
        return memoryview(data)[len(data) - header.n_bytes :]
    needed = skipped + header.n_bytes
    if header.encoding == "gzip":
        content = unpacked(data, path, needed)
    elif header.encoding == "bzip2":
        content = unpacked_bzip2(data, path, needed)
    elif header.encoding == "hex":
        content = of_hex(data, path, needed)
    else:
        check_length(data, needed, path)
        content = data
    return memoryview(content)[skipped:]


def _after(data: Content, n_bytes: int, path: Path) -> Content:
    if n_bytes > len(data):
        raise damaged(path, f"{len(data):,} bytes where {n_bytes:,} are to be skipped")
    return memoryview(data)[n_bytes:]


def _without_lines(data: Content, n_lines: int, path: Path) -> Content:
    if n_lines == 0:
        return data
    parts = bytes(data).split(b"\n", n_lines)
    if len(parts) <= n_lines:
        raise damaged(path, f"fewer than the {n_lines} lines that are to be skipped")
    return parts[-1]
