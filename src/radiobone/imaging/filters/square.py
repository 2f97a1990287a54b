"""Squared intensities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.filters.pointwise import in_double


class Square(ImageFilter):
    """Squares, scaled so that the greatest absolute intensity keeps its size."""

    kind: Literal["Square"] = "Square"

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the one name."""
        return ("square",)

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the squared image."""
        array, greatest = in_double(volume)
        yield "square", ((1 / np.sqrt(greatest) * array) ** 2)[box.slices]
