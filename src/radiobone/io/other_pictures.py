"""Pictures in formats that ITK does not read: BMP, GIF and WebP, by Pillow."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from radiobone.core.errors import DimensionMismatch, ResourceLimit
from radiobone.core.lazy import lazily
from radiobone.core.volume import Volume
from radiobone.core.warnings import silenced
from radiobone.io.assumed_spacing import assumed_spacing
from radiobone.io.files import damaged
from radiobone.io.radiograph import one_channel

pillow = lazily("PIL.Image")

GIF_STARTS = (b"GIF87a", b"GIF89a")
KINDS = ("BMP", "GIF", "WEBP")


def is_other_picture(start: bytes) -> bool:
    """Tell BMP, GIF and WebP by the first bytes of their content."""
    bitmap = start.startswith(b"BM") and start[6:10] == b"\0\0\0\0"
    return bitmap or start.startswith(GIF_STARTS) or (start.startswith(b"RIFF") and start[8:12] == b"WEBP")


def read_other_picture(path: Path) -> Volume:
    """Read a greyscale BMP, GIF or WebP as a radiograph, with 1 mm pixels.

    WebP and GIF are made for screens: most WebP files have lost what the eye misses, and a GIF has 256 levels at most.

    Parameters
    ----------
    path : Path
        Of one page. Three equal colour channels, and palettes of greys, count as grey.

    Returns
    -------
    Volume
        ``is_2d``, 8 bit.

    Raises
    ------
    UnreadableImage, VectorImage, DimensionMismatch
    ResourceLimit
        If its header asks for more pixels than any radiograph has.

    Warns
    -----
    SpacingAssumed
    """
    try:
        with (
            silenced(),  # of large pictures, which are refused by name
            path.open("rb") as file,
            pillow.open(file, formats=KINDS) as picture,
        ):
            _check_pages(path, picture)
            pixels = np.asarray(picture.convert("RGB"))
    except pillow.DecompressionBombError as error:
        raise ResourceLimit(
            f"{path} says that it has more pixels than any radiograph ({error}). It is damaged or made to harm; leave it out."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise damaged(path, str(error)) from error
    return Volume(
        one_channel(pixels, path)[np.newaxis],
        spacing_mm=assumed_spacing(path),
        is_2d=True,
        spacing_assumed=True,
    )


def _check_pages(path: Path, picture: object) -> None:
    n_pages = int(getattr(picture, "n_frames", 1))
    if n_pages > 1:
        raise DimensionMismatch(f"{path} holds {n_pages} pages; a radiograph is one. Save it alone.")
