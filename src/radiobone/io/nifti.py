"""NIfTI (``.nii``, ``.nii.gz``): header and voxels from the raw bytes, the grid as ITK understands it.

ITK's own reader turns NaN into 0, takes a zero spacing as 1 and returns a volume for a truncated gzip.
Here the bytes are decompressed once, with their checksum, and the voxels are taken from them; ITK is
asked for the grid alone, so that geometry and voxel type are those that pyradiomics sees.
"""

from __future__ import annotations

import math
import re
import struct
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import AmbiguousOrientation, UnreadableImage
from radiobone.core.validation import check_spacing
from radiobone.core.volume import Volume
from radiobone.core.warnings import BadHeaderField, warn
from radiobone.io.files import (
    GZIP_MAGIC,
    Content,
    check_announced,
    damaged,
    inflate,
    inflate_file,
    read_beginning,
    read_bytes,
)
from radiobone.io.itk_header import ItkHeader, read_header, several_values

IMAGE_IO = "NiftiImageIO"
HEADER_BYTES = 348
PACKED_START_BYTES = 1 << 16  # of gzip data: far more than a header takes
LARGEST_EXTENSION_BYTES = 1 << 24
SAME_PLACE_MM = 0.1
DTYPES = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
VALUES_PER_VOXEL = {32: 2, 128: 3, 1792: 2, 2304: 4}  # complex, RGB, RGBA


@dataclass(frozen=True)
class NiftiHeader:
    """The fields of the raw header that matter here."""

    byte_order: str
    dim: tuple[int, ...]
    datatype: int
    pixdim: tuple[float, ...]
    vox_offset: float
    slope: float
    intercept: float
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]  # b, c, d, then the offset x, y, z
    sform: tuple[float, ...]

    @property
    def n_voxels(self) -> int:
        """Number of voxels that the header announces."""
        return math.prod(self.dim[1 : self.dim[0] + 1])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the stored voxels."""
        return np.dtype(self.byte_order + DTYPES[self.datatype])


def is_nifti(start: Content) -> bool:
    """Tell NIfTI by the first bytes of its (decompressed) content."""
    return len(start) >= HEADER_BYTES and start[344:348] == b"n+1\0"


def read_nifti(path: Path) -> Volume:
    """Read a NIfTI file of one 2D image or one volume.

    Parameters
    ----------
    path : Path
        A ``.nii`` or ``.nii.gz`` file.

    Returns
    -------
    Volume
        Voxels in the type that ITK would give: the stored one, or float where the header scales.

    Raises
    ------
    UnreadableImage, BadSpacing, AmbiguousOrientation, NonOrthogonalGrid, VectorImage, DimensionMismatch
    """
    content = nifti_content(path)
    header = parse_header(content, path)
    _check(header, path)
    grid = _grid(path, content)
    return grid.volume(_voxels(content, header, grid))


def _grid(path: Path, content: Content) -> ItkHeader:
    """Ask ITK for the grid; it goes by the name, so odd names get a copy of the header under a plain one."""
    if path.name.endswith((".nii", ".nii.gz")):
        return read_header(path, IMAGE_IO)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "header.nii"
        plain.write_bytes(content[: HEADER_BYTES + 4])
        return replace(read_header(plain, IMAGE_IO), path=path)


def nifti_content(path: Path) -> Content:
    """Bytes of the file, decompressed where it is gzip."""
    start = read_beginning(path, PACKED_START_BYTES)
    if not start.startswith(GZIP_MAGIC):
        return read_bytes(path)
    header = parse_header(inflate_start(start, path), path)
    return inflate_file(path, limit_bytes=_n_bytes(header, path))


def inflate_start(raw: bytes, path: Path) -> Content:
    """Only the header of a gzip file."""
    return inflate(raw[:PACKED_START_BYTES], path, limit_bytes=HEADER_BYTES)


def label_names(path: Path) -> dict[str, int]:
    """Names of labels from the header extension that TotalSegmentator and Connectome Workbench write.

    Returns
    -------
    dict
        Label value by name, in the order of the file; empty if there is no such extension.
    """
    raw = read_bytes(path)
    packed = raw.startswith(GZIP_MAGIC)
    header = parse_header(inflate_start(raw, path) if packed else raw, path)
    end = int(header.vox_offset) if HEADER_BYTES + 4 < header.vox_offset <= LARGEST_EXTENSION_BYTES else 0
    content = inflate(raw, path, limit_bytes=end) if packed else raw
    text = bytes(content[HEADER_BYTES + 4 : end]).decode("utf-8", errors="replace")
    found = re.findall(r'<Label\b[^>]*?\bKey="(\d+)"[^>]*>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))', text)
    return {(in_cdata or plain).strip(): int(key) for key, in_cdata, plain in found if int(key) != 0}


def parse_header(content: Content, path: Path) -> NiftiHeader:
    """Take the header's fields apart.

    Raises
    ------
    UnreadableImage
        If this is no NIfTI header.
    """
    if not is_nifti(content[: HEADER_BYTES + 4]):
        raise UnreadableImage(
            f"{path} is not a NIfTI file, whatever its name says. Convert or copy it again."
        )
    order = "<" if struct.unpack("<i", content[:4])[0] == HEADER_BYTES else ">"

    def field(layout: str, offset: int) -> tuple[Any, ...]:
        return struct.unpack_from(order + layout, content, offset)

    vox_offset, slope, intercept = field("3f", 108)
    return NiftiHeader(
        byte_order=order, dim=field("8h", 40), datatype=field("h", 70)[0], pixdim=field("8f", 76),
        vox_offset=vox_offset, slope=slope, intercept=intercept,
        qform_code=field("h", 252)[0], sform_code=field("h", 254)[0],
        quaternion=field("6f", 256), sform=field("12f", 280),
    )  # fmt: skip


def _check(header: NiftiHeader, path: Path) -> None:
    if header.datatype in VALUES_PER_VOXEL:
        raise several_values(path, VALUES_PER_VOXEL[header.datatype])
    if header.datatype not in DTYPES:
        raise UnreadableImage(f"{path}: voxel type {header.datatype} is not one that can be measured.")
    n_axes = header.dim[0]
    if not 1 <= n_axes <= 7 or any(n < 1 for n in header.dim[1 : n_axes + 1]):
        raise UnreadableImage(f"{path}: the header's dimensions are impossible: {header.dim}. Copy it again.")
    check_spacing(header.pixdim[1 : min(n_axes, 3) + 1], str(path))
    if n_axes >= 3 and header.qform_code > 0 and header.sform_code > 0:
        _check_orientations_agree(header, path)
    if not (math.isfinite(header.slope) and math.isfinite(header.intercept)):
        _warn_of_scaling(header, path)


def _warn_of_scaling(header: NiftiHeader, path: Path) -> None:
    if math.isnan(header.slope) and math.isnan(header.intercept):
        return  # what nibabel writes for "no scaling"
    warn(
        BadHeaderField(
            f"{path}: scl_slope is {header.slope} and scl_inter {header.intercept}; both were ignored. "
            "Check that the intensities are what you expect."
        ),
        stacklevel=2,
    )


def _check_orientations_agree(header: NiftiHeader, path: Path) -> None:
    by_sform = np.asarray(header.sform, dtype=float).reshape(3, 4)
    by_qform = _qform(header)
    last = np.array([n - 1 for n in header.dim[1:4]], dtype=float)
    corners = np.array([[0, 0, 0], last]).T
    apart_mm = np.abs(
        (by_sform[:, :3] @ corners + by_sform[:, 3:]) - (by_qform[:, :3] @ corners + by_qform[:, 3:])
    ).max()
    if not apart_mm <= max(SAME_PLACE_MM, 0.05 * min(header.pixdim[1:4])):
        raise AmbiguousOrientation(
            f"{path}: the header's two orientations (qform and sform) place the image {apart_mm:.3g} mm apart. "
            "Programs differ in which they follow, so the mask may lie on other tissue. "
            "Make them agree, or convert the image again from DICOM."
        )


def _qform(header: NiftiHeader) -> npt.NDArray[np.float64]:
    """Affine (3 × 4) of the header's quaternion, as the NIfTI-1 standard defines it (method 2)."""
    b, c, d, *offset = header.quaternion
    a = math.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    sense = -1.0 if header.pixdim[0] < 0 else 1.0
    steps = np.array([header.pixdim[1], header.pixdim[2], sense * header.pixdim[3]])
    return np.column_stack([rotation * steps, offset])


def _n_bytes(header: NiftiHeader, path: Path) -> int:
    item = DTYPES.get(header.datatype, "f8")
    needed = int(header.vox_offset) + header.n_voxels * np.dtype(item).itemsize
    check_announced(path, header.dim[1 : header.dim[0] + 1], needed)
    return needed


def _voxels(content: Content, header: NiftiHeader, grid: ItkHeader) -> npt.NDArray[Any]:
    start = int(header.vox_offset)
    needed = _n_bytes(header, grid.path) - start
    if len(content) - start < needed:
        raise damaged(grid.path, f"{len(content) - start:,} bytes of voxels where {needed:,} are announced")
    stored = np.frombuffer(content, header.dtype, count=header.n_voxels, offset=start)
    if not _scales(header):
        stored = stored.astype(header.dtype.newbyteorder("="), copy=False)
        return stored if stored.flags.aligned else stored.copy()
    return (stored.astype(np.float64) * header.slope + header.intercept).astype(grid.dtype)


def _scales(header: NiftiHeader) -> bool:
    usable = math.isfinite(header.slope) and math.isfinite(header.intercept) and header.slope != 0
    return usable and (header.slope, header.intercept) != (1.0, 0.0)
