"""How a feature map is made."""

from __future__ import annotations

import math
from typing import Any, Literal

from pydantic import Field, field_validator

from radiobone.core.settings import Settings


class MapSettings(Settings):
    """The neighbourhood that slides over the region.

    Attributes
    ----------
    radius : int
        Voxels from the centre of the neighbourhood to its faces: 1 takes 3 × 3 × 3 voxels.
    masked : bool
        Whether only voxels of the region count, in neighbourhoods and in the range of intensities that
        decides the grey levels; otherwise all of the region's box and ``radius`` voxels round it do.
    outside : float or "nan"
        Value of the map outside the region.
    """

    radius: int = Field(default=1, ge=1, le=10)
    masked: bool = True
    outside: float | Literal["nan"] = 0.0

    @field_validator("outside", mode="before")
    @classmethod
    def _name_nan(cls, value: Any) -> Any:
        return "nan" if isinstance(value, float) and math.isnan(value) else value
