"""Small NIfTI, NRRD and MetaImage files written byte by byte, so that every field of their headers can be wrong."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

SHAPE = (4, 5, 6)  # z, y, x
SPACING_MM = (2.0, 0.9, 0.8)
VOXELS = np.random.default_rng(4).integers(-200, 900, SHAPE).astype("<i2")
RAW = VOXELS.tobytes()
AFFINE = np.array([[0.8, 0, 0, 10], [0, 0.9, 0, 20], [0, 0, 2.0, 30]])


def nifti(
    *, dim: tuple[int, ...] = (3, 6, 5, 4), pixdim: tuple[float, ...] = (1, 0.8, 0.9, 2), qform_code: int = 1, sform_code: int = 1,
    quaternion: tuple[float, ...] = (0, 0, 0, 10, 20, 30), sform: Any = AFFINE, units: int = 2, datatype: int = 4, bitpix: int = 16,
    vox_offset: float = 352, slope: float = 1, intercept: float = 0, order: str = "<", magic: bytes = b"n+1\0", sizeof: int = 348,
    data: bytes = RAW,
) -> bytes:  # fmt: skip
    """Return a NIfTI-1 file."""
    header = bytearray(352)
    struct.pack_into(f"{order}i", header, 0, sizeof)
    struct.pack_into(f"{order}8h", header, 40, *dim, *[1] * (8 - len(dim)))
    struct.pack_into(f"{order}2h", header, 70, datatype, bitpix)
    struct.pack_into(f"{order}8f", header, 76, *pixdim, *[1] * (8 - len(pixdim)))
    struct.pack_into(f"{order}3f", header, 108, vox_offset, slope, intercept)
    header[123] = units
    struct.pack_into(f"{order}2h", header, 252, qform_code, sform_code)
    struct.pack_into(f"{order}6f", header, 256, *quaternion)
    struct.pack_into(f"{order}12f", header, 280, *np.asarray(sform, dtype=float).ravel())
    header[344:348] = magic
    return bytes(header) + data


NRRD: dict[str, Any] = {
    "type": "short", "dimension": 3, "space": "left-posterior-superior", "sizes": "6 5 4",
    "space directions": "(0.8,0,0) (0,0.9,0) (0,0,2)", "kinds": "domain domain domain", "endian": "little",
    "encoding": "raw", "space origin": "(-10,-20,30)",
}  # fmt: skip
META: dict[str, Any] = {
    "ObjectType": "Image", "NDims": 3, "BinaryData": True, "BinaryDataByteOrderMSB": False, "CompressedData": False,
    "TransformMatrix": "1 0 0 0 1 0 0 0 1", "Offset": "-10 -20 30", "ElementSpacing": "0.8 0.9 2", "DimSize": "6 5 4",
    "ElementType": "MET_SHORT", "ElementDataFile": "LOCAL",
}  # fmt: skip


def nrrd(changed: dict[str, Any] | None = None, data: bytes = RAW) -> bytes:
    """Return a NRRD file; a field changed to None is left out."""
    fields = NRRD | (changed or {})
    lines = ["NRRD0004", *(f"{name}: {value}" for name, value in fields.items() if value is not None)]
    return ("\n".join(lines) + "\n\n").encode() + data


def metaimage(changed: dict[str, Any] | None = None, data: bytes = RAW) -> bytes:
    """Return a MetaImage file; a field changed to None is left out."""
    fields = META | (changed or {})
    last = {"ElementDataFile": fields.pop("ElementDataFile")}
    text = "".join(f"{name} = {value}\n" for name, value in (fields | last).items() if value is not None)
    return text.encode() + data


def written(path: Path, content: bytes) -> Path:
    """Write a file and return its path."""
    path.write_bytes(content)
    return path
