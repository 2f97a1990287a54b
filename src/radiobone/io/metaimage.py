"""MetaImage (``.mha``, ``.mhd`` with ``.raw``): voxels from the raw bytes, the grid as ITK understands it.

ITK's reader takes what it cannot parse for something else, and some headers end its process. So the header is checked
field by field, and ITK is shown a copy of what was found in order.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.io.assumed_spacing import with_assumed_spacing
from radiobone.io.encodings import check_length, of_text, unpacked
from radiobone.io.files import Content, beside, check_announced, damaged, read_beginning, read_bytes
from radiobone.io.itk_header import ItkHeader, read_header, several_values
from radiobone.io.metaimage_header import (
    LARGEST_HEADER_BYTES,
    MetaHeader,
    data_file_name,
    parse_header,
    parse_lines,
)
from radiobone.io.temporary import temporary_file

IMAGE_IO = "MetaImageIO"
AT_THE_END = -1


def is_metaimage(start: bytes) -> bool:
    """Tell MetaImage by the first bytes of its content."""
    words = start.lstrip()[:64].split(b"=")[0].strip()
    return words in {b"ObjectType", b"NDims", b"Comment"} and b"=" in start[:64]


def read_metaimage(path: Path) -> Volume:
    """Read a MetaImage file of one 2D image or one volume.

    Parameters
    ----------
    path : Path
        A ``.mha`` file, or ``.mhd`` with its data file in the same folder.

    Raises
    ------
    UnreadableImage, BadSpacing, AmbiguousOrientation, NonOrthogonalGrid, VectorImage, DimensionMismatch, ResourceLimit

    Warns
    -----
    BadHeaderField, ImplausibleSpacing, SpacingAssumed
    """
    content = read_bytes(path)
    fields, data_start = parse_lines(content, path)
    header = parse_header(fields, path)
    check_announced(path, header.sizes, header.n_bytes)
    voxels = _voxels(header, memoryview(content)[data_start:], path)
    if header.n_channels != 1:
        raise several_values(path, header.n_channels)
    volume = _grid(header, path).volume(voxels)
    return with_assumed_spacing(volume, path) if header.spacing is None else volume


def metaimage_data_file(path: Path) -> Path | None:
    """Return the file that holds the voxels of a header, or None where they follow it.

    Raises
    ------
    UnreadableImage, FileMissing, NotARegularFile, FileUnreadable
        If the header names no single file in its own folder.
    """
    fields, _ = parse_lines(read_beginning(path, LARGEST_HEADER_BYTES), path)
    return _data_file(data_file_name(fields), path)


def _data_file(name: str | None, path: Path) -> Path | None:
    return None if name is None else beside(path, name, single=".mha")


def _grid(header: MetaHeader, path: Path) -> ItkHeader:
    with temporary_file(
        "header.mha", lambda plain: plain.write_text(header.plain(), encoding="ascii")
    ) as plain:
        return read_header(plain, IMAGE_IO, of=path)


def _voxels(header: MetaHeader, attached: Content, path: Path) -> npt.NDArray[Any]:
    """Decode all values, of all channels."""
    data_file = _data_file(header.data_file, path)
    data = _without_foreign_header(header, attached if data_file is None else read_bytes(data_file), path)
    if not header.binary:
        return of_text(data, path, header.n_values, header.dtype)
    if header.n_packed is not None:
        if header.n_packed > len(data):
            raise damaged(
                path, f"{len(data):,} bytes of packed voxels where {header.n_packed:,} are announced"
            )
        check_length(data, header.n_packed, path)
        data = data[: header.n_packed]
    if header.compressed:
        data = unpacked(data, path, header.n_bytes)
    else:
        check_length(data, header.n_bytes, path)
    stored = np.frombuffer(data, header.dtype, count=header.n_values)
    native = header.dtype.newbyteorder("=")
    return stored.astype(native, copy=not stored.flags.aligned)


def _without_foreign_header(header: MetaHeader, data: Content, path: Path) -> Content:
    """Leave out the bytes of another format's header, of which MetaImage tells the length."""
    if header.header_size == AT_THE_END and header.binary and not header.compressed:
        if len(data) < header.n_bytes:
            raise damaged(path, f"{len(data):,} bytes of voxels where {header.n_bytes:,} are announced")
        return memoryview(data)[len(data) - header.n_bytes :]
    return memoryview(data)[max(header.header_size, 0) :]
