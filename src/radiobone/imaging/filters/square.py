"""Squared intensities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from radiobone.core.volume import Volume
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.filters.pointwise import in_double


class Square(ImageFilter):
    """Squares, scaled so that the greatest absolute intensity keeps its size."""

    kind: Literal["Square"] = "Square"

    def images(self, volume: Volume, plane: int | None) -> Iterator[tuple[str, Volume]]:
        """Yield the squared image."""
        array, greatest = in_double(volume)
        yield "square", volume.with_array((1 / np.sqrt(greatest) * array) ** 2)
