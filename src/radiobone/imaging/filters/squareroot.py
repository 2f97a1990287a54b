"""Square roots of intensities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter


class SquareRoot(ImageFilter):
    """Roots of absolute values with the sign kept, scaled so that the greatest keeps its size."""

    kind: Literal["SquareRoot"] = "SquareRoot"

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the one name."""
        return ("squareroot",)

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the image of square roots."""
        array = volume.array.astype(np.float64)
        greatest = np.max(np.abs(array))
        yield "squareroot", (np.copysign(np.sqrt(np.abs(array) * greatest), array))[box.slices]
