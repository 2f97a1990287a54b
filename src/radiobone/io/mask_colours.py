"""Masks that are drawn in colour: which values of one channel stand for more than one colour."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from radiobone.core.errors import VectorMask
from radiobone.io.files import first_bytes
from radiobone.io.radiograph import is_picture

N_COLOURS = 3  # a fourth channel is how opaque a pixel is
BITS = 16
Colour = tuple[int, ...]


def colours_of_values(path: Path, channel: int | None) -> dict[int, list[Colour]]:
    """Return the colours of each positive value of a channel that has several.

    Parameters
    ----------
    path : Path
        Of a mask that was read; only pictures have colours. Elsewhere several values per voxel are segments that may overlap.
    channel : int or None
        From 0.
    """
    if channel is None or path.is_dir() or not is_picture(first_bytes(path)):
        return {}
    image = sitk.ReadImage(str(path))
    n_channels = image.GetNumberOfComponentsPerPixel()
    if not channel < N_COLOURS <= n_channels:
        return {}
    pixels = sitk.GetArrayViewFromImage(image).reshape(-1, n_channels)
    if pixels.dtype.kind != "u" or 8 * pixels.dtype.itemsize > BITS:
        return {}
    codes = np.zeros(len(pixels), dtype=np.uint64)
    for place in range(N_COLOURS):
        codes = codes << np.uint64(BITS) | pixels[:, place].astype(np.uint64)
    found: dict[int, list[Colour]] = {}
    for code in np.unique(codes).tolist():
        colour = tuple(code >> BITS * place & (1 << BITS) - 1 for place in reversed(range(N_COLOURS)))
        found.setdefault(colour[channel], []).append(colour)
    return {value: colours for value, colours in found.items() if value > 0 and len(colours) > 1}


def check_one_colour(value: int, colours: Mapping[int, list[Colour]], what: str) -> None:
    """Refuse a region that several colours of a picture would make up.

    Raises
    ------
    VectorMask
    """
    if value not in colours:
        return
    first, second, *_ = colours[value]
    raise VectorMask(
        f"{what}: the value {value} of the channel that was asked for is that of {len(colours[value])} colours, such as {first} and "
        f"{second} (red, green, blue). Several structures, or coloured edges, would become one region. Save each structure as a mask of "
        "its own, in black and white without smooth edges."
    )
