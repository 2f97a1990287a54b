"""Logarithms of intensities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.filters.pointwise import in_double


class Logarithm(ImageFilter):
    """Logarithms of 1 plus the absolute value, sign kept, scaled so that the greatest keeps its size."""

    kind: Literal["Logarithm"] = "Logarithm"

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the one name."""
        return ("logarithm",)

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the image of logarithms."""
        array, greatest = in_double(volume)
        logs = np.copysign(np.log(np.abs(array) + 1), array)
        yield "logarithm", (logs * (greatest / np.max(np.abs(logs))))[box.slices]
