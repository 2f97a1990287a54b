"""Gzip and zlib data: decompressed once, to the end, with their checksum, and never to more than an image holds."""

from __future__ import annotations

import mmap
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from radiobone.core.errors import UnreadableImage
from radiobone.core.lazy import lazily
from radiobone.core.warnings import BadHeaderField, warn
from radiobone.io.files import BOTH_ZLIB_AND_GZIP, GZIP_MAGIC, Content, damaged, read_bytes
from radiobone.io.packing import DEFLATE_PACKS_AT_MOST, check_packing

imagecodecs = lazily("imagecodecs")

CHUNK_BYTES = 1 << 20
PIECE_BYTES = 1 << 24
PADDING_BYTES = 16
NOTE_BYTES = 256  # that a program may leave at the end
MOST_SURPLUS = 0.01


def inflate_file(path: Path, *, limit_bytes: int) -> Content:
    """Decompress a gzip file; see ``inflate``.

    The packed bytes are mapped where the system can do so: copying those of a CT takes a tenth of the reading.
    """
    try:
        with path.open("rb") as handle:
            packed: Content = memoryview(mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):
        packed = read_bytes(path)
    return inflate(packed, path, limit_bytes=limit_bytes)


def inflate(packed: Content, path: Path, *, limit_bytes: int) -> Content:
    """Decompress gzip or zlib data to the end, with its checksum.

    Parameters
    ----------
    packed : bytes or memoryview
        One or several gzip members, or one zlib stream.
    limit_bytes : int
        How much the header announces. No more than a little beyond is kept; the rest is read through for its checksum.

    Raises
    ------
    UnreadableImage
        If the data end too early, the checksum is wrong, or there is far more than the header announces.
    ResourceLimit
        If a small file unpacks to far more than an image does.

    Warns
    -----
    BadHeaderField
        If a little more is there than the header announces.
    """
    check_packing(path, len(packed), limit_bytes)
    content: Content | None = _inflate_at_once(packed, limit_bytes)
    total = 0 if content is None else len(content)
    if content is None:
        content, total = _inflate_to_the_end(packed, path, limit_bytes)
    check_surplus(path, total, limit_bytes)
    return content


def _inflate_to_the_end(packed: Content, path: Path, limit_bytes: int) -> tuple[Content, int]:
    """Return what is needed, and how many bytes there are in all."""
    pieces: list[bytes] = []
    kept = total = 0
    for piece in _unpacked(packed, path):
        total += len(piece)
        if kept < limit_bytes:
            pieces.append(piece)
            kept += len(piece)
        else:
            check_packing(path, len(packed), total)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces), total


def _unpacked(packed: Content, path: Path) -> Iterator[bytes]:
    """Yield the content of all members piece by piece."""
    stream, begun = zlib.decompressobj(BOTH_ZLIB_AND_GZIP), False
    try:
        for start in range(0, len(packed), CHUNK_BYTES):
            rest = bytes(packed[start : start + CHUNK_BYTES])
            while rest := rest if begun else rest.lstrip(b"\0"):
                yield from _drained(stream, rest)
                begun, rest = not stream.eof, stream.unused_data
                if stream.eof:
                    stream = zlib.decompressobj(BOTH_ZLIB_AND_GZIP)
    except zlib.error as error:
        raise damaged(path, str(error)) from error
    if begun:
        raise damaged(path, "the compressed data end too early")


def _drained(stream: zlib._Decompress, chunk: bytes) -> Iterator[bytes]:
    """Yield all that comes of a chunk, never much at once."""
    piece = stream.decompress(chunk, PIECE_BYTES)
    yield piece
    while len(piece) == PIECE_BYTES and not stream.eof:
        piece = stream.decompress(stream.unconsumed_tail, PIECE_BYTES)
        yield piece


def inflate_start(packed: Content, path: Path, *, n_bytes: int) -> bytes:
    """Decompress so many bytes from the beginning of gzip data, whose end may be missing."""
    try:
        return zlib.decompressobj(BOTH_ZLIB_AND_GZIP).decompress(packed, n_bytes)
    except zlib.error as error:
        raise damaged(path, str(error)) from error


def check_trailer(path: Path) -> None:
    """Refuse a gzip file whose last bytes say that it unpacks to far more than an image; any other passes."""
    with path.open("rb") as handle:
        if handle.read(len(GZIP_MAGIC)) != GZIP_MAGIC:
            return
        n_packed = handle.seek(0, os.SEEK_END)
        handle.seek(max(n_packed - 4, 0))
        said = int.from_bytes(handle.read(4), "little")
    if said <= DEFLATE_PACKS_AT_MOST * n_packed:  # else they are no gzip's last bytes
        check_packing(path, n_packed, said)


def check_surplus(path: Path, n_found: int, n_announced: int) -> None:
    """Say that a file holds more than its header announces; much more, and it is not clear what the header should be.

    Parameters
    ----------
    path : Path
    n_found, n_announced : int
        Bytes; a few of padding are passed over.

    Raises
    ------
    UnreadableImage
        If the voxels cannot be those that the header describes.

    Warns
    -----
    BadHeaderField
    """
    surplus = n_found - n_announced
    if surplus <= PADDING_BYTES:
        return
    told = (
        f"{path}: {surplus:,} bytes follow the {n_announced:,} that the header announces. The number or type of its voxels may "
        "be wrong, or two files were joined"
    )
    if surplus > max(NOTE_BYTES, MOST_SURPLUS * n_announced):
        raise UnreadableImage(
            f"{told}, and then values would be taken for what they are not. Convert or copy it again."
        )
    warn(BadHeaderField(f"{told}; they were not read. Check that the image is whole."), stacklevel=3)


def _inflate_at_once(packed: Content, limit_bytes: int) -> memoryview | None:
    """Decompress a single stream of the size that is needed; None for anything else.

    The fastest way, which must know the size beforehand; what it does not like is left to the way that can tell
    what is wrong. Large arrays of NumPy lie on large pages, which saves a fifth of the time.
    """
    of_gzip = bytes(packed[:2]) == GZIP_MAGIC
    size = int.from_bytes(packed[-4:], "little") if of_gzip else limit_bytes
    if not 0 < limit_bytes <= size <= limit_bytes + CHUNK_BYTES:
        return None
    if of_gzip and _has_member_after(packed, size):
        return None
    decode = imagecodecs.gzip_decode if of_gzip else imagecodecs.deflate_decode
    whole = np.empty(size, dtype=np.uint8)
    try:
        found = decode(packed, out=whole)
    except imagecodecs.DeflateError:
        return None
    return whole.data if len(found) == size else None  # less: the first of several members


def _has_member_after(packed: Content, size: int) -> bool:
    """Tell whether one gzip member of a given size may be followed by another of the same size, which decoding at once would pass over.

    A member ends with its size, and the next begins with the magic number, at an even or an odd place. Of a CT that takes 15 ms.
    """
    content, seam = np.frombuffer(packed, np.uint8), size.to_bytes(4, "little")
    magic = np.frombuffer(GZIP_MAGIC, np.uint16)[0]
    for odd in (0, 1):
        pairs = content[odd : len(content) - (len(content) - odd) % 2].view(np.uint16)
        for start in range(0, len(pairs), CHUNK_BYTES):
            found = odd + 2 * (start + np.flatnonzero(pairs[start : start + CHUNK_BYTES] == magic))
            ends = found[found >= len(seam)]
            before = [content[ends - len(seam) + place] == byte for place, byte in enumerate(seam)]
            if np.logical_and.reduce(before).any():
                return True
    return False
