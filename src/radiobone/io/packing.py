"""How far a packed file may unfold: masks are nearly all background and pack a thousandfold, images do not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from radiobone.core.errors import ResourceLimit

FREE_BYTES = 1 << 30
IMAGES_PACK_AT_MOST = 100  # noise keeps CT, MR and radiographs below 20
MASK_BYTES_PER_VOXEL = 16
DEFLATE_PACKS_AT_MOST = 1032
_mask_bytes: ContextVar[int] = ContextVar("mask_bytes", default=0)


@contextmanager
def mask_of(n_voxels: int) -> Iterator[None]:
    """Let files unpack to what a mask of an image with so many voxels takes, however well they are packed."""
    token = _mask_bytes.set(MASK_BYTES_PER_VOXEL * n_voxels)
    try:
        yield
    finally:
        _mask_bytes.reset(token)


def check_packing(path: Path, n_packed: int, n_unpacked: int) -> None:
    """Refuse what unfolds to far more than an image does, before it is unpacked.

    Parameters
    ----------
    path : Path
        The file.
    n_packed, n_unpacked : int
        Bytes as they are in the file, and as its header announces them or as were found so far.

    Raises
    ------
    ResourceLimit
    """
    if n_unpacked > max(FREE_BYTES, _mask_bytes.get(), IMAGES_PACK_AT_MOST * n_packed):
        raise ResourceLimit(
            f"{path}: {n_packed / 1e6:.1f} MB would unpack to {n_unpacked / 1e9:.1f} GB or more, {n_unpacked // max(n_packed, 1)} "
            f"times as much; images do not pack more than {IMAGES_PACK_AT_MOST}-fold. It is empty, damaged or made to fill the "
            "memory. Look at where it comes from, and leave it out."
        )
