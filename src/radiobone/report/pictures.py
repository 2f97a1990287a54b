"""Pictures of regions as data URIs that fit the page's budget."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import matplotlib.image
import numpy as np
import numpy.typing as npt

BUDGET_BYTES = 1_650_000
"""Of all pictures together, before base64 adds a third."""

QUALITIES = (90, 80, 65, 50, 35)


def data_uri(path: Path, most_bytes: float) -> tuple[str, int, int]:
    """Return a picture as a data URI no larger than asked where WebP can do that, with its width and height.

    Parameters
    ----------
    path : Path
        A PNG.
    most_bytes : float
        Kept as it is if small enough; else WebP, at half the size if need be.
    """
    raw = path.read_bytes()
    pixels = _rgb(raw)
    height, width = pixels.shape[:2]
    if len(raw) <= most_bytes:
        return _uri("png", raw), width, height
    smallest = raw
    for candidate in _compressed(pixels):
        smallest = candidate
        if len(candidate) <= most_bytes:
            break
    return _uri("webp", smallest), width, height


def share_of_budget(n_pictures: int) -> float:
    """Bytes that each of so many pictures may have."""
    return BUDGET_BYTES / max(n_pictures, 1)


def _compressed(pixels: npt.NDArray[np.uint8]) -> Iterator[bytes]:
    for is_halved in (False, True):
        version = _halved(pixels) if is_halved else pixels
        for quality in QUALITIES:
            buffer = io.BytesIO()
            matplotlib.image.imsave(
                buffer, version, format="webp", pil_kwargs={"quality": quality, "method": 2}
            )
            yield buffer.getvalue()


def _rgb(png: bytes) -> npt.NDArray[np.uint8]:
    loaded = matplotlib.image.imread(io.BytesIO(png), format="png")
    if loaded.ndim == 2:
        loaded = np.repeat(loaded[:, :, None], 3, axis=2)
    return np.ascontiguousarray(np.rint(loaded[:, :, :3] * 255).astype(np.uint8))


def _halved(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height, width = (size - size % 2 for size in pixels.shape[:2])
    blocks = pixels[:height, :width].reshape(height // 2, 2, width // 2, 2, 3)
    return np.asarray(np.rint(blocks.mean(axis=(1, 3))), dtype=np.uint8)


def _uri(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode('ascii')}"
