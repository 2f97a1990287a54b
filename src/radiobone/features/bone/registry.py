"""The measurements of one region of bone. To add one: write its file, and add its line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from radiobone.features.bone.anisotropy import ANISOTROPY
from radiobone.features.bone.apparent import APPARENT
from radiobone.features.bone.base import Measurement
from radiobone.features.bone.cortical import CORTICAL
from radiobone.features.bone.cortical_thickness import CORTICAL_THICKNESS
from radiobone.features.bone.fractal import FRACTAL
from radiobone.features.bone.heights import HEIGHTS
from radiobone.features.bone.lacunarity import LACUNARITY
from radiobone.features.bone.metal import METAL
from radiobone.features.bone.mil import MIL
from radiobone.features.bone.trabecular import TRABECULAR
from radiobone.features.bone.variogram import VARIOGRAM
from radiobone.features.bone.volume import VOLUME

MEASUREMENTS: Mapping[str, Measurement[Any]] = MappingProxyType(
    {
        one.name: one
        for one in (
            VOLUME,
            TRABECULAR,
            CORTICAL,
            CORTICAL_THICKNESS,
            HEIGHTS,
            METAL,
            APPARENT,
            ANISOTROPY,
            MIL,
            FRACTAL,
            LACUNARITY,
            VARIOGRAM,
        )
    }
)
