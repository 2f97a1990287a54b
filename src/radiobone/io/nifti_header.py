"""The header of a NIfTI file: its fields, and whether they can be trusted."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.core.errors import UnreadableImage
from radiobone.core.validation import check_spacing
from radiobone.core.warnings import BadHeaderField, warn
from radiobone.io.files import Content, check_announced
from radiobone.io.itk_header import several_values
from radiobone.io.nifti_place import Place, check_place

HEADER_BYTES = 348
VOXELS_START = 352  # after the header and the four bytes that announce extensions
DTYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
VALUES_PER_VOXEL = {32: 2, 128: 3, 1792: 2, 2048: 2, 2304: 4}  # complex, RGB, RGBA
MM_PER_UNIT = {1: 1000.0, 2: 1.0, 3: 0.001}
SPATIAL_UNIT = 0b111


@dataclass(frozen=True)
class NiftiHeader:
    """The fields of the raw header that matter here.

    Attributes
    ----------
    byte_order : {"<", ">"}
    dim : tuple of int
        Number of axes, then the sizes along seven.
    datatype, bitpix : int
        The standard's code of the voxel type, and the bits of one.
    vox_offset, slope, intercept : float
    place : Place
        Where the voxels lie.
    """

    byte_order: str
    dim: tuple[int, ...]
    datatype: int
    bitpix: int
    vox_offset: float
    slope: float
    intercept: float
    place: Place

    @property
    def sizes(self) -> tuple[int, ...]:
        """Voxels along each axis."""
        return self.dim[1 : self.dim[0] + 1]

    @property
    def n_voxels(self) -> int:
        """Number of voxels that the header announces."""
        return math.prod(self.sizes)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored voxels."""
        return np.dtype(self.byte_order + DTYPES[self.datatype])

    @property
    def start(self) -> int:
        """Where the voxels begin; many programs leave the field at 0 in files of one piece."""
        return int(self.vox_offset) or VOXELS_START

    @property
    def n_bytes(self) -> int:
        """Bytes of the whole file."""
        return self.start + self.n_voxels * self.dtype.itemsize

    @property
    def scales(self) -> bool:
        """Whether stored values are turned into intensities."""
        usable = math.isfinite(self.slope) and math.isfinite(self.intercept) and self.slope != 0
        return usable and (self.slope, self.intercept) != (1.0, 0.0)


def is_nifti(start: Content) -> bool:
    """Tell NIfTI by the first bytes of its (decompressed) content."""
    return len(start) >= HEADER_BYTES and start[344:348] == b"n+1\0"


def parse_header(content: Content, path: Path) -> NiftiHeader:
    """Take the header's fields apart.

    Raises
    ------
    UnreadableImage
        If this is no NIfTI header, or its sizes are impossible in either order of bytes.
    """
    if not is_nifti(content[:VOXELS_START]):
        raise UnreadableImage(
            f"{path} is not a NIfTI file, whatever its name says. Convert or copy it again."
        )
    order = _byte_order(content, path)

    def field(layout: str, offset: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + layout, content, offset)

    dim = field("8h", 40)
    vox_offset, slope, intercept = field("3f", 108)
    place = Place(
        sizes=dim[1 : dim[0] + 1], pixdim=field("8f", 76), mm_per_unit=MM_PER_UNIT.get(content[123] & SPATIAL_UNIT, 1.0),
        qform_code=field("h", 252)[0], sform_code=field("h", 254)[0],
        quaternion=field("6f", 256), sform=field("12f", 280),
    )  # fmt: skip
    datatype, bitpix = field("2h", 70)
    return NiftiHeader(order, dim, datatype, bitpix, vox_offset, slope, intercept, place)


def _byte_order(content: Content, path: Path) -> str:
    """Return the order in which the number of axes makes sense, as the standard has it."""
    for order in "<>":
        if 1 <= struct.unpack_from(f"{order}h", content, 40)[0] <= 7:
            return order
    (found,) = struct.unpack_from("<h", content, 40)
    raise UnreadableImage(
        f"{path}: the header's number of dimensions is impossible ({found}). Copy it again."
    )


def check_header(header: NiftiHeader, path: Path) -> None:
    """Refuse a header that cannot be right, before a voxel is read.

    Raises
    ------
    UnreadableImage, VectorImage, BadSpacing, AmbiguousOrientation, ResourceLimit

    Warns
    -----
    BadHeaderField
        If a field is ignored.
    """
    if header.datatype in VALUES_PER_VOXEL:
        raise several_values(path, VALUES_PER_VOXEL[header.datatype])
    if header.datatype not in DTYPES:
        raise UnreadableImage(f"{path}: voxel type {header.datatype} is not one that can be measured.")
    if any(n < 1 for n in header.sizes):
        raise UnreadableImage(f"{path}: the header's dimensions are impossible: {header.dim}. Copy it again.")
    _check_offset(header, path)
    check_announced(path, header.sizes, header.n_bytes)
    lengths = header.place.pixdim[1 : min(header.dim[0], 3) + 1]
    check_spacing([length * header.place.mm_per_unit for length in lengths], str(path))
    check_place(header.place, path)
    _check_fields(header, path)


def _check_offset(header: NiftiHeader, path: Path) -> None:
    offset = header.vox_offset
    if offset != 0 and not (math.isfinite(offset) and offset >= VOXELS_START and offset.is_integer()):
        raise UnreadableImage(
            f"{path}: the header lets the voxels begin at byte {offset:g}, where they cannot (vox_offset; {VOXELS_START} or "
            "more). All values would be shifted. Convert or copy it again."
        )


def _check_fields(header: NiftiHeader, path: Path) -> None:
    """Say which fields make no sense; what nibabel writes for "no scaling", NaN twice, is none of them."""
    odd = []
    finite = (math.isfinite(header.slope), math.isfinite(header.intercept))
    if not all(finite) and not (math.isnan(header.slope) and math.isnan(header.intercept)):
        odd.append(f"scl_slope is {header.slope} and scl_inter {header.intercept}; both were ignored")
    elif header.slope == 0 and finite[1] and header.intercept != 0:
        odd.append(f"scl_slope is 0, so that scl_inter {header.intercept:g} was ignored")
    if header.bitpix != 8 * header.dtype.itemsize:
        odd.append(
            f"bitpix is {header.bitpix} and voxels of type {header.datatype} have {8 * header.dtype.itemsize} bits; the type was believed"
        )
    if odd:
        warn(
            BadHeaderField(f"{path}: {'; '.join(odd)}. Check that the intensities are what you expect."),
            stacklevel=4,
        )
