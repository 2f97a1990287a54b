"""MetaImage (``.mha``, ``.mhd`` with ``.raw``): ITK reads it, after the header and the data are checked."""

from __future__ import annotations

import math
from pathlib import Path

from radiobone.core.errors import UnreadableImage
from radiobone.core.validation import check_spacing
from radiobone.core.volume import Volume
from radiobone.io.files import Content, beside, check_announced, damaged, read_beginning, read_bytes
from radiobone.io.gzipped import inflate
from radiobone.io.itk_header import read_header, read_voxels, several_values

IMAGE_IO = "MetaImageIO"
LARGEST_HEADER_BYTES = 1 << 20
ITEM_BYTES = {
    "MET_CHAR": 1, "MET_UCHAR": 1, "MET_SHORT": 2, "MET_USHORT": 2, "MET_INT": 4, "MET_UINT": 4,
    "MET_LONG": 4, "MET_ULONG": 4, "MET_LONG_LONG": 8, "MET_ULONG_LONG": 8, "MET_FLOAT": 4, "MET_DOUBLE": 8,
}  # fmt: skip


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
    UnreadableImage, BadSpacing, NonOrthogonalGrid, VectorImage, DimensionMismatch
    """
    content = read_bytes(path)
    fields, data_start = _parse(content, path)
    _check_fields(fields, path)
    _check_data(fields, content[data_start:], path)
    header = read_header(path, IMAGE_IO)
    return header.volume(read_voxels(header, IMAGE_IO))


def metaimage_data_file(path: Path) -> Path | None:
    """Return the file that holds the voxels of a header, or None where they follow it.

    Raises
    ------
    UnreadableImage, FileMissing, NotARegularFile, FileUnreadable
        If the header names no single file in its own folder.
    """
    fields, _ = _parse(read_beginning(path, LARGEST_HEADER_BYTES), path)
    return _data_file(fields, path)


def _data_file(fields: dict[str, str], path: Path) -> Path | None:
    name = fields["ElementDataFile"]
    return None if name == "LOCAL" else beside(path, name, single=".mha")


def _parse(content: bytes, path: Path) -> tuple[dict[str, str], int]:
    fields: dict[str, str] = {}
    position = 0
    while (end := content.find(b"\n", position, LARGEST_HEADER_BYTES)) >= 0:
        name, _, value = content[position:end].decode("utf-8", errors="replace").partition("=")
        fields[name.strip()] = value.strip()
        position = end + 1
        if name.strip() == "ElementDataFile":
            break
    missing = {"DimSize", "ElementType", "ElementDataFile"} - fields.keys()
    if missing:
        raise UnreadableImage(
            f"{path}: the MetaImage header has no {', '.join(sorted(missing))}. Export the image again."
        )
    return fields, position


def _check_fields(fields: dict[str, str], path: Path) -> None:
    if int(fields.get("ElementNumberOfChannels", "1")) != 1:
        raise several_values(path, int(fields["ElementNumberOfChannels"]))
    lengths = fields.get("ElementSpacing", fields.get("ElementSize"))
    if lengths:
        check_spacing([float(word) for word in lengths.split()], str(path))


def _check_data(fields: dict[str, str], attached: bytes, path: Path) -> None:
    sizes = [int(n) for n in fields["DimSize"].split()]
    needed = math.prod(sizes) * ITEM_BYTES.get(fields["ElementType"], 1)
    check_announced(path, sizes, needed)
    data_file = _data_file(fields, path)
    if fields.get("BinaryData", "True").lower() != "true":
        return
    data: Content = attached if data_file is None else read_bytes(data_file)
    if fields.get("CompressedData", "False").lower() == "true":
        data = inflate(bytes(data), path, limit_bytes=needed)
    if len(data) < needed:
        raise damaged(path, f"{len(data):,} bytes of voxels where {needed:,} are announced")
