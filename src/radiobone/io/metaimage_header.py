"""The header of a MetaImage: its fields, and whether they can be trusted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.core.errors import AmbiguousOrientation, BadSpacing, DimensionMismatch, UnreadableImage
from radiobone.core.validation import check_spacing
from radiobone.core.warnings import BadHeaderField, warn

LARGEST_HEADER_BYTES = 1 << 20
DTYPES = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4", "MET_UINT": "u4",
    "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}  # fmt: skip
TRUTH = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}
POSITIONS = ("Offset", "Position", "Origin")
MATRICES = ("TransformMatrix", "Rotation", "Orientation")
MOST_AXES = 4
SAME_SIZE = 0.01


@dataclass(frozen=True)
class MetaHeader:
    """What a MetaImage says of its voxels.

    Attributes
    ----------
    sizes : tuple of int, (x, y[, z[, t]])
    dtype : dtype
        As the values are stored.
    n_channels : int
        Values per voxel.
    spacing, position, matrix : tuple of float or None
        Lengths of a voxel; place of the first; direction of each axis in turn. None where the header does not tell.
    data_file : str or None
        None if the voxels follow the header.
    binary, compressed : bool
    n_packed : int or None
        Bytes of the compressed voxels, where they are told.
    header_size : int
        Bytes before the voxels in the data file; -1 lets them end with it.
    """

    sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    n_channels: int
    spacing: tuple[float, ...] | None
    position: tuple[float, ...] | None
    matrix: tuple[float, ...] | None
    data_file: str | None
    binary: bool
    compressed: bool
    n_packed: int | None
    header_size: int

    @property
    def n_values(self) -> int:
        """Number of stored values."""
        return math.prod(self.sizes) * self.n_channels

    @property
    def n_bytes(self) -> int:
        """What they take."""
        return self.n_values * self.dtype.itemsize

    def plain(self) -> str:
        """Write the grid as a header that every reader understands."""
        kind = next(name for name, code in DTYPES.items() if code == self.dtype.str[1:])
        lines = {
            "ObjectType": "Image", "NDims": len(self.sizes), "BinaryData": True, "DimSize": _joined(self.sizes),
            "ElementType": kind,
        }  # fmt: skip
        given = {"TransformMatrix": self.matrix, "Offset": self.position, "ElementSpacing": self.spacing}
        lines |= {name: _joined(values) for name, values in given.items() if values is not None}
        return "".join(
            f"{name} = {value}\n" for name, value in (lines | {"ElementDataFile": "LOCAL"}).items()
        )


def parse_lines(content: bytes, path: Path) -> tuple[dict[str, str], int]:
    """Return the fields, and where the header ends.

    Raises
    ------
    UnreadableImage
        If fields that are needed are missing, or one is there twice.
    """
    fields: dict[str, str] = {}
    position = 0
    while (end := content.find(b"\n", position, LARGEST_HEADER_BYTES)) >= 0:
        name, _, value = content[position:end].decode("utf-8", errors="replace").partition("=")
        if name.strip() in fields and fields[name.strip()] != value.strip():
            raise _not_understood(path, f"'{name.strip()}' stands in it twice")
        fields[name.strip()] = value.strip()
        position = end + 1
        if name.strip() == "ElementDataFile":
            break
    missing = {"NDims", "DimSize", "ElementType", "ElementDataFile"} - fields.keys()
    if missing:
        raise _not_understood(path, f"it has no {', '.join(sorted(missing))}")
    return fields, position


def data_file_name(fields: Mapping[str, str]) -> str | None:
    """Return the file of the voxels; None if they follow the header."""
    name = fields["ElementDataFile"]
    return None if name.upper() == "LOCAL" else name


def parse_header(fields: Mapping[str, str], path: Path) -> MetaHeader:
    """Take the header's fields apart.

    Parameters
    ----------
    fields : mapping
        As ``parse_lines`` gives them.
    path : Path
        The file, for messages.

    Raises
    ------
    UnreadableImage, DimensionMismatch, BadSpacing, AmbiguousOrientation

    Warns
    -----
    BadHeaderField, ImplausibleSpacing
    """
    _check_kind(fields, path)
    sizes = _sizes(fields, path)
    binary, compressed = (_truth(fields, name, path) for name in ("BinaryData", "CompressedData"))
    packed = fields.get("CompressedDataSize")
    return MetaHeader(
        sizes=sizes, dtype=_dtype(fields, path), n_channels=_whole(fields.get("ElementNumberOfChannels", "1"), path),
        spacing=_spacing(fields, len(sizes), path), position=_one_of(fields, POSITIONS, len(sizes), path),
        matrix=_one_of(fields, MATRICES, len(sizes) ** 2, path), data_file=data_file_name(fields),
        binary=binary, compressed=compressed,
        n_packed=_whole(packed, path) if compressed and packed else None, header_size=_header_size(fields, path),
    )  # fmt: skip


def _check_kind(fields: Mapping[str, str], path: Path) -> None:
    kind, unit = fields.get("ObjectType", "Image"), fields.get("DistanceUnits", "mm")
    if kind.lower() != "image":
        raise _not_understood(path, f"it describes a {kind}, not an image")
    if unit.lower() not in {"mm", "?"}:
        raise BadSpacing(
            f"{path}: the header gives lengths in '{unit}', and millimetres are read. Convert the image."
        )
    scale = [
        _number(fields.get(f"ElementToIntensityFunction{name}", start), path)
        for name, start in (("Slope", "1"), ("Offset", "0"))
    ]
    if scale != [1, 0]:
        raise _not_understood(
            path, f"intensities are said to be {scale[0]:g} times the stored values plus {scale[1]:g}, which some programs apply "
            "and others do not"
        )  # fmt: skip


def _sizes(fields: Mapping[str, str], path: Path) -> tuple[int, ...]:
    n_axes = _whole(fields["NDims"], path)
    sizes = tuple(_whole(word, path) for word in fields["DimSize"].split())
    if n_axes != len(sizes):
        raise _not_understood(path, f"NDims is {n_axes} and DimSize '{fields['DimSize']}'")
    if not 2 <= n_axes <= MOST_AXES or any(n != 1 for n in sizes[3:]):
        raise DimensionMismatch(
            f"{path} has {n_axes} dimensions ({' × '.join(map(str, sizes))}). One image or one volume is needed. "
            "Save the volume that you want to measure as a file of its own."
        )
    return sizes


def _dtype(fields: Mapping[str, str], path: Path) -> np.dtype[Any]:
    kind = fields["ElementType"]
    if kind not in DTYPES:
        raise _not_understood(path, f"voxel type '{kind}' is not one that can be measured")
    orders = {
        _truth(fields, name, path)
        for name in ("BinaryDataByteOrderMSB", "ElementByteOrderMSB")
        if name in fields
    }
    if len(orders) > 1:
        raise _not_understood(path, "it gives two orders of bytes")
    return np.dtype((">" if orders == {True} else "<") + DTYPES[kind])


def _spacing(fields: Mapping[str, str], n_axes: int, path: Path) -> tuple[float, ...] | None:
    found = _one_of(fields, ("ElementSpacing",), n_axes, path)
    size = _one_of(fields, ("ElementSize",), n_axes, path)
    spacing = found or size
    if spacing is None:
        return None
    check_spacing(spacing[:3], str(path))
    if size is not None and any(abs(a - b) > SAME_SIZE * b for a, b in zip(size, spacing, strict=True)):
        warn(
            BadHeaderField(
                f"{path}: ElementSize ({_joined(size)}) is not ElementSpacing ({_joined(spacing)}); the spacing was taken. Check "
                "that distances are right."
            ),
            stacklevel=4,
        )
    return spacing


def _one_of(
    fields: Mapping[str, str], names: Sequence[str], n_values: int, path: Path
) -> tuple[float, ...] | None:
    """Return the values of a field that has several names; None if it is not there."""
    found = {tuple(_number(word, path) for word in fields[name].split()) for name in names if name in fields}
    if not found:
        return None
    if len(found) > 1:
        raise AmbiguousOrientation(
            f"{path}: the header gives {' and '.join(name for name in names if name in fields)}, which mean the same, with "
            "different values. Programs differ in which they follow. Convert the image again."
        )
    (values,) = found
    if len(values) != n_values:
        raise _not_understood(path, f"{'/'.join(names)} has {len(values)} values where {n_values} are needed")
    if not all(math.isfinite(value) for value in values) and names[0] != "ElementSpacing":
        raise AmbiguousOrientation(
            f"{path}: {'/'.join(names)} of the header is not finite ({_joined(values)}), so that nobody knows where the voxels "
            "lie. Convert the image again."
        )
    return values


def _header_size(fields: Mapping[str, str], path: Path) -> int:
    size = int(_number(fields.get("HeaderSize", "0"), path))
    if size < -1 or (size > 0 and data_file_name(fields) is None):
        raise _not_understood(path, f"HeaderSize is {size}")
    return size


def _truth(fields: Mapping[str, str], name: str, path: Path) -> bool:
    word = fields.get(name, "true" if name == "BinaryData" else "false")
    if word.lower() not in TRUTH:
        raise _not_understood(path, f"{name} is '{word}'")
    return TRUTH[word.lower()]


def _whole(word: str, path: Path) -> int:
    if not (word.isascii() and word.isdigit() and int(word) > 0):
        raise _not_understood(path, f"'{word}' stands where a whole number above 0 is needed")
    return int(word)


def _number(word: str, path: Path) -> float:
    try:
        return float(word)
    except ValueError as error:
        raise _not_understood(path, f"'{word}' stands where a number is needed") from error


def _joined(values: Sequence[float]) -> str:
    return " ".join(repr(value) for value in values)


def _not_understood(path: Path, reason: str) -> UnreadableImage:
    return UnreadableImage(
        f"{path}: its MetaImage header cannot be trusted ({reason}). Export the image again."
    )
