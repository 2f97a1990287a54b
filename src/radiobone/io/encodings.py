"""Voxels as NRRD and MetaImage encode them, decoded from bytes and held to the number that the header announces."""

from __future__ import annotations

import bz2
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import UnreadableImage
from radiobone.io.files import Content, damaged
from radiobone.io.gzipped import check_surplus, inflate
from radiobone.io.packing import check_packing

PIECE_BYTES = 1 << 24


def check_length(data: Content, n_announced: int, path: Path) -> None:
    """Refuse data that end too early, and much that nobody announced; see ``gzipped.check_surplus``."""
    if len(data) < n_announced:
        raise damaged(path, f"{len(data):,} bytes of voxels where {n_announced:,} are announced")
    check_surplus(path, len(data), n_announced)


def unpacked(data: Content, path: Path, n_announced: int) -> Content:
    """Decompress gzip or zlib data and check their length."""
    content = inflate(data, path, limit_bytes=n_announced)
    if len(content) < n_announced:
        raise damaged(path, f"{len(content):,} bytes of voxels where {n_announced:,} are announced")
    return content


def unpacked_bzip2(data: Content, path: Path, n_announced: int) -> Content:
    """Decompress bzip2 data to the end, with their checksums, and check their length."""
    check_packing(path, len(data), n_announced)
    stream, pieces, total = bz2.BZ2Decompressor(), list[bytes](), 0
    rest = bytes(data)
    try:
        while not stream.eof:
            piece = stream.decompress(rest, PIECE_BYTES)
            rest = b""
            total += len(piece)
            if total - len(piece) < n_announced:
                pieces.append(piece)
            check_packing(path, len(data), total)
            if not piece and stream.needs_input:
                raise damaged(path, "the compressed data end too early")
    except (OSError, ValueError, EOFError) as error:
        raise damaged(path, str(error)) from error
    content = b"".join(pieces)
    if len(content) < n_announced:
        raise damaged(path, f"{len(content):,} bytes of voxels where {n_announced:,} are announced")
    check_surplus(path, total, n_announced)
    return content


def of_hex(data: Content, path: Path, n_announced: int) -> Content:
    """Turn hexadecimal digits into bytes and check their number."""
    try:
        content = bytes.fromhex(bytes(data).decode("ascii"))
    except ValueError as error:
        raise damaged(path, str(error)) from error
    check_length(content, n_announced, path)
    return content


def of_text(data: Content, path: Path, n_voxels: int, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    """Turn numbers in text into voxels.

    Parameters
    ----------
    data : bytes
        Numbers between blanks or commas.
    path : Path
        The file, for messages.
    n_voxels : int
        How many there have to be.
    dtype : dtype
        What they have to fit into.

    Returns
    -------
    ndarray, shape (n_voxels,)

    Raises
    ------
    UnreadableImage
        If there are more or fewer, or one is no number of that type.
    """
    words = bytes(data).replace(b",", b" ").split()
    if len(words) != n_voxels:
        raise damaged(path, f"{len(words):,} numbers where {n_voxels:,} are announced")
    try:
        if dtype.kind == "f":
            return np.array([float(word) for word in words], dtype=dtype)
        return np.array([int(word) for word in words], dtype=dtype)
    except (ValueError, OverflowError) as error:
        raise UnreadableImage(
            f"{path}: a voxel written as text is no number of the type that the header gives, {dtype} ({error}). "
            "Save the image again."
        ) from error
