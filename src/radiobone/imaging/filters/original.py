"""The image as it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from radiobone.core.volume import Volume
from radiobone.imaging.filters.base import ImageFilter


class Original(ImageFilter):
    """No filter."""

    kind: Literal["Original"] = "Original"

    def images(self, volume: Volume, plane: int | None) -> Iterator[tuple[str, Volume]]:
        """Yield the image itself."""
        yield "original", volume
