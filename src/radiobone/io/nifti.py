"""NIfTI (``.nii``, ``.nii.gz``): header and voxels from the raw bytes, the grid as ITK understands it.

ITK's own reader turns NaN into 0, takes a zero spacing as 1 and returns a volume for a truncated gzip.
Here the bytes are decompressed once, with their checksum, and the voxels are taken from them; ITK is
asked for the grid alone, so that geometry and voxel type are those that pyradiomics sees.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.io.files import GZIP_MAGIC, Content, damaged, read_beginning, read_bytes
from radiobone.io.gzipped import check_surplus, inflate_file, inflate_start
from radiobone.io.itk_header import ItkHeader, read_header
from radiobone.io.nifti_header import VOXELS_START, NiftiHeader, check_header, is_nifti, parse_header
from radiobone.io.temporary import temporary_file

__all__ = ["is_nifti", "label_names", "read_nifti"]

IMAGE_IO = "NiftiImageIO"
PACKED_START_BYTES = 1 << 16  # of gzip data: far more than a header takes
LARGEST_EXTENSION_BYTES = 1 << 24
VOX_OFFSET, EXTENSION_FLAGS = slice(108, 112), slice(348, 352)


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
    UnreadableImage, BadSpacing, AmbiguousOrientation, NonOrthogonalGrid, VectorImage, DimensionMismatch, ResourceLimit

    Warns
    -----
    BadHeaderField, ImplausibleSpacing
    """
    start = _start(path)
    header = parse_header(start, path)
    check_header(header, path)
    grid = _grid(path, start)
    return grid.volume(_voxels(_content(path, header), header, grid))


def _start(path: Path) -> Content:
    """Return the bytes of the header."""
    raw = read_beginning(path, PACKED_START_BYTES)
    packed = raw.startswith(GZIP_MAGIC)
    return inflate_start(raw, path, n_bytes=VOXELS_START) if packed else raw[:VOXELS_START]


def _grid(path: Path, start: Content) -> ItkHeader:
    """Ask ITK for the grid; it goes by the file's name, so it gets the header alone under a plain one."""
    header = bytearray(start)
    header[VOX_OFFSET] = bytes(4)
    header[EXTENSION_FLAGS] = bytes(4)
    with temporary_file("header.nii", lambda plain: plain.write_bytes(header)) as plain:
        return read_header(plain, IMAGE_IO, of=path)


def _content(path: Path, header: NiftiHeader) -> Content:
    """Bytes of the file, decompressed where it is gzip."""
    if read_beginning(path, len(GZIP_MAGIC)) == GZIP_MAGIC:
        return inflate_file(path, limit_bytes=header.n_bytes)
    content = read_bytes(path)
    check_surplus(path, len(content), header.n_bytes)
    return content


def label_names(path: Path) -> dict[str, int]:
    """Names of labels from the header extension that TotalSegmentator and Connectome Workbench write.

    Returns
    -------
    dict
        Label value by name, in the order of the file; empty if there is no such extension.
    """
    header = parse_header(_start(path), path)
    end = header.start if header.start <= LARGEST_EXTENSION_BYTES else 0
    if end <= VOXELS_START:
        return {}
    raw = read_bytes(path)
    content = inflate_start(raw, path, n_bytes=end) if raw.startswith(GZIP_MAGIC) else raw
    text = content[VOXELS_START:end].decode("utf-8", errors="replace")
    found = re.findall(r'<Label\b[^>]*?\bKey="(\d+)"[^>]*>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))', text)
    return {(in_cdata or plain).strip(): int(key) for key, in_cdata, plain in found if int(key) != 0}


def _voxels(content: Content, header: NiftiHeader, grid: ItkHeader) -> npt.NDArray[Any]:
    start, needed = header.start, header.n_bytes - header.start
    if header.vox_offset == 0 and len(content) > header.n_bytes:
        raise damaged(
            grid.path, "its header does not tell where the voxels begin, and there is more than they take"
        )
    if len(content) - start < needed:
        raise damaged(
            grid.path, f"{max(len(content) - start, 0):,} bytes of voxels where {needed:,} are announced"
        )
    stored = np.frombuffer(content, header.dtype, count=header.n_voxels, offset=start)
    if not header.scales:
        stored = stored.astype(header.dtype.newbyteorder("="), copy=False)
        return stored if stored.flags.aligned else stored.copy()
    with np.errstate(over="ignore"):  # what is too large becomes infinite, and is refused as such
        return (stored.astype(np.float64) * header.slope + header.intercept).astype(grid.dtype)
