"""The image as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from numpy.typing import NDArray

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter


class Original(ImageFilter):
    """No filter."""

    kind: Literal["Original"] = "Original"

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the one name."""
        return ("original",)

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the image itself."""
        yield "original", volume.voxels[box.slices]
