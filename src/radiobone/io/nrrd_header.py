"""The header of a NRRD: its fields, and whether they can be trusted."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.core.errors import BadSpacing, UnreadableImage
from radiobone.core.validation import check_spacing

LARGEST_HEADER_BYTES = 1 << 20
NAMES_OF_TYPES = {
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
DTYPES = {name: dtype for dtype, names in NAMES_OF_TYPES.items() for name in names}
ENCODINGS = {
    "raw": "raw", "gz": "gzip", "gzip": "gzip", "bz2": "bzip2", "bzip2": "bzip2", "txt": "text", "text": "text",
    "ascii": "text", "hex": "hex",
}  # fmt: skip
PLACES_IN_SPACE = {"domain", "space", "???", "none"}
MILLIMETRES = {"mm", "millimeter", "millimeters", "millimetre", "millimetres", ""}


@dataclass(frozen=True)
class NrrdHeader:
    """What a NRRD says of its values.

    Attributes
    ----------
    sizes : tuple of int
        Along each axis, fastest first; one of them may count the values of a voxel.
    dtype : dtype
        As they are stored.
    encoding : {"raw", "gzip", "bzip2", "text", "hex"}
    line_skip, byte_skip : int
        Lines, then bytes, before the values; -1 bytes lets them end with the file.
    has_spacing : bool
        Whether the size of a voxel is told.
    """

    sizes: tuple[int, ...]
    dtype: np.dtype[Any]
    encoding: str
    line_skip: int
    byte_skip: int
    has_spacing: bool

    @property
    def n_values(self) -> int:
        """Number of stored values."""
        return math.prod(self.sizes)

    @property
    def n_bytes(self) -> int:
        """What they take."""
        return self.n_values * self.dtype.itemsize


def parse_fields(content: bytes, path: Path) -> tuple[dict[str, str], int]:
    """Return the fields by their names in small letters, and where the header ends.

    Raises
    ------
    UnreadableImage
        If there are no sizes or no type.
    """
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


def parse_header(fields: Mapping[str, str], path: Path) -> NrrdHeader:
    """Take apart what counts for the values, and refuse lengths that are none.

    Parameters
    ----------
    fields : mapping
        As ``parse_fields`` gives them.
    path : Path
        The file, for messages.

    Raises
    ------
    UnreadableImage, BadSpacing

    Warns
    -----
    ImplausibleSpacing
    """
    sizes = tuple(int(n) for n in fields["sizes"].split())
    if not sizes or min(sizes) < 1:
        raise _not_understood(path, f"sizes are '{fields['sizes']}'")
    encoding = ENCODINGS.get(fields.get("encoding", "").lower())
    if encoding is None:
        raise _not_understood(path, f"the encoding is '{fields.get('encoding', '')}'")
    line_skip, byte_skip = (
        int(fields.get(f"{kind} skip", fields.get(f"{kind}skip", "0"))) for kind in ("line", "byte")
    )
    if line_skip < 0 or byte_skip < -1 or (byte_skip == -1 and encoding != "raw"):
        raise _not_understood(path, f"line skip is {line_skip} and byte skip {byte_skip}")
    has_spacing = _check_lengths(fields, len(sizes), path)
    return NrrdHeader(sizes, _dtype(fields, encoding, path), encoding, line_skip, byte_skip, has_spacing)


def _dtype(fields: Mapping[str, str], encoding: str, path: Path) -> np.dtype[Any]:
    code = DTYPES.get(fields["type"].lower())
    if code is None:
        raise _not_understood(path, f"voxel type '{fields['type']}' is not one that can be measured")
    order = fields.get("endian", "").lower()
    if order not in {"little", "big"}:
        if np.dtype(code).itemsize > 1 and encoding != "text":
            raise _not_understood(path, f"the order of bytes (endian) is '{order}'")
        order = sys.byteorder
    return np.dtype(("<" if order == "little" else ">") + code)


def _check_lengths(fields: Mapping[str, str], n_axes: int, path: Path) -> bool:
    """Check the size of a voxel in each way it can be told; return whether it is told at all."""
    in_space = _axes_in_space(fields, n_axes)
    units = {word.strip().lower() for word in fields.get("space units", fields.get("units", "")).split('"')}
    if not units <= MILLIMETRES:
        raise BadSpacing(
            f"{path}: the header gives lengths in {', '.join(sorted(units - MILLIMETRES))}, and millimetres are read. Convert the image."
        )
    told = False
    for lengths in (_spacings(fields), _direction_lengths(fields)):
        if lengths is None:
            continue
        check_spacing(
            [length for axis, length in enumerate(lengths) if axis in in_space or not math.isnan(length)],
            str(path),
        )
        told = True
    return told


def _axes_in_space(fields: Mapping[str, str], n_axes: int) -> set[int]:
    """Return the axes that lie in space; the others count values of a voxel."""
    kinds = fields.get("kinds", "").lower().split() or ["domain"] * n_axes
    return {axis for axis, kind in enumerate(kinds) if kind in PLACES_IN_SPACE}


def _spacings(fields: Mapping[str, str]) -> list[float] | None:
    return [float(word) for word in fields["spacings"].split()] if "spacings" in fields else None


def _direction_lengths(fields: Mapping[str, str]) -> list[float] | None:
    """Return the length of each axis' step; NaN where it has none."""
    if "space directions" not in fields:
        return None
    words = fields["space directions"].replace(" ", "").replace("none", "(nan)").strip("()")
    return [math.hypot(*(float(part) for part in vector.split(","))) for vector in words.split(")(")]


def _not_understood(path: Path, reason: str) -> UnreadableImage:
    return UnreadableImage(f"{path}: its NRRD header cannot be trusted ({reason}). Export the image again.")
