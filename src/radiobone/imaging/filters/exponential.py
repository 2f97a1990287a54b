"""Exponentials of intensities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from radiobone.core.volume import Volume
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.filters.pointwise import in_double


class Exponential(ImageFilter):
    """Exponentials, scaled so that the greatest absolute intensity keeps its size."""

    kind: Literal["Exponential"] = "Exponential"

    def images(self, volume: Volume, plane: int | None) -> Iterator[tuple[str, Volume]]:
        """Yield the image of exponentials."""
        array, greatest = in_double(volume)
        yield "exponential", volume.with_array(np.exp(np.log(greatest) / greatest * array))
