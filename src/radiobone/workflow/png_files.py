"""Small pictures as PNG files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from radiobone.core.files import write_bytes
from radiobone.core.lazy import lazily

pillow = lazily("PIL.Image")


def as_png(picture: Any) -> bytes:
    """Return the bytes of a picture, which may be such bytes already."""
    return picture if isinstance(picture, bytes) else png_bytes(picture)


def png_bytes(pixels: Any) -> bytes:
    """Encode an RGB picture as PNG; the smallest file would take ten times as long as one nearly as small."""
    buffer = io.BytesIO()
    pillow.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


def write_png(path: Path, picture: Any) -> None:
    """Write an RGB picture, or the bytes of its PNG, whole or not at all; see ``png_bytes``.

    A file that holds just these bytes is left as it is. What a power failure takes, a rerun makes again.
    """
    content = as_png(picture)
    if not _holds(path, content):
        write_bytes(path, content, sync=False)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False
