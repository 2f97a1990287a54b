"""Exponentials of intensities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.filters.pointwise import in_double


class Exponential(ImageFilter):
    """Exponentials, scaled so that the greatest absolute intensity keeps its size."""

    kind: Literal["Exponential"] = "Exponential"

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the one name."""
        return ("exponential",)

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the image of exponentials."""
        array, greatest = in_double(volume)
        yield "exponential", (np.exp(np.log(greatest) / greatest * array))[box.slices]
