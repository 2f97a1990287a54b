"""The measurements of bone as a family of features, so that a table can hold them beside those of texture and shape."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Literal

from radiobone.core.errors import (
    BadSetting,
    BodyNotFound,
    DimensionMismatch,
    OnePhase,
    RadioboneError,
    RegionCut,
    RoiTooSmall,
    VoxelTooLarge,
)
from radiobone.core.settings import Settings
from radiobone.core.volume import Volume
from radiobone.core.warnings import MeasurementLeftOut, warn
from radiobone.features.bone.anisotropy import AnisotropySettings
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.body import find_body
from radiobone.features.bone.cortical import CorticalSettings
from radiobone.features.bone.cortical_thickness import CorticalThicknessSettings
from radiobone.features.bone.fractal import FractalSettings
from radiobone.features.bone.heights import HeightSettings
from radiobone.features.bone.lacunarity import LacunaritySettings
from radiobone.features.bone.metal import MetalSettings
from radiobone.features.bone.mil import MilSettings
from radiobone.features.bone.phase import PhaseSettings
from radiobone.features.bone.registry import MEASUREMENTS
from radiobone.features.bone.trabecular import TrabecularSettings
from radiobone.features.bone.variogram import VariogramSettings

REFUSALS = (VoxelTooLarge, RoiTooSmall, RegionCut, OnePhase, BodyNotFound)
"""What a measurement answers where image or region do not allow it; the others of the region are taken all the same."""


class BoneSettings(Settings):
    """How bones are measured.

    Attributes
    ----------
    part : {"region", "vertebral body"}
        What is measured: the region as it was outlined, or, where it is a whole vertebra, its body without the
        posterior elements.
    trabecular, cortical, ... : Settings
        Of the measurements, by their names.
    """

    part: Literal["region", "vertebral body"] = "region"
    trabecular: TrabecularSettings = TrabecularSettings()
    cortical: CorticalSettings = CorticalSettings()
    cortical_thickness: CorticalThicknessSettings = CorticalThicknessSettings()
    heights: HeightSettings = HeightSettings()
    metal: MetalSettings = MetalSettings()
    apparent: PhaseSettings = PhaseSettings()
    anisotropy: AnisotropySettings = AnisotropySettings()
    mil: MilSettings = MilSettings()
    fractal: FractalSettings = FractalSettings()
    lacunarity: LacunaritySettings = LacunaritySettings()
    variogram: VariogramSettings = VariogramSettings()


def feature_name(number: str) -> str:
    """Spell the name of a number as names of features are spelled.

    Examples
    --------
    >>> feature_name("trabecular_hu_mean")
    'TrabecularHuMean'
    """
    return "".join(part[:1].upper() + part[1:] for part in number.split("_"))


NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: tuple(map(feature_name, one.units)) for name, one in MEASUREMENTS.items()}
)
"""Names of the features of each measurement."""

OF_BODIES = frozenset(
    feature for name, one in MEASUREMENTS.items() if one.of_bodies for feature in NAMES[name]
)
"""Features of vertebral bodies alone, which are computed where they are asked for by name."""


def all_names() -> tuple[str, ...]:
    """Names of all features, measurement by measurement."""
    return tuple(feature for names in NAMES.values() for feature in names)


def bone(image: Volume, mask: Volume, wanted: Collection[str], settings: BoneSettings) -> dict[str, float]:
    """Measure a bone in the image as it was scanned, before any resampling.

    Parameters
    ----------
    image : Volume
        CT in HU, on the scanner's own voxels: which measurement holds depends on their size.
    mask : Volume
        Not zero inside the region, on the image's grid.
    wanted : collection of str
        Names of features; a measurement of which none is wanted is not taken.
    settings : BoneSettings
        How.

    Returns
    -------
    dict
        Of the wanted features those that image and region allow.

    Raises
    ------
    DimensionMismatch
        If the image is a single 2D image.
    BadSetting
        If its header says that it is no CT.
    NonFiniteIntensity
        If the region holds NaN.

    Warns
    -----
    MeasurementLeftOut
        Of each measurement that the region does not allow, with the reason.
    CoarseVoxels
        Of each that is less exact with these voxels.
    """
    _check_ct(image)
    asked = [name for name, features in NAMES.items() if not set(features).isdisjoint(wanted)]
    try:
        region = _part(BoneRegion.of(image, mask), settings)
    except REFUSALS as error:
        _tell(asked, error)
        return {}
    found: dict[str, float] = {}
    for name in asked:
        try:
            values = MEASUREMENTS[name].measure(region, getattr(settings, name, None))
            _check_finite(values)
        except REFUSALS as error:
            _tell([name], error)
            continue
        found |= {feature_name(number): value for number, value in values.items()}
    return {feature: found[feature] for feature in wanted if feature in found}


def _part(whole: BoneRegion, settings: BoneSettings) -> BoneRegion:
    return whole.part(find_body(whole)) if settings.part == "vertebral body" else whole


def _check_ct(image: Volume) -> None:
    if image.is_2d or 1 in image.shape:
        raise DimensionMismatch(
            f"The family bone measures volumes, and this image has {image.shape} voxels (z, y, x). Leave the family out; for "
            "radiographs there are cortex and variogram."
        )
    if image.modality not in (None, "CT"):
        raise BadSetting(
            f"The image's header says that it is {image.modality}, and the family bone rests on HU, which CT alone has. Leave the "
            "family out."
        )


def _tell(measurements: Collection[str], error: RadioboneError) -> None:
    warn(
        MeasurementLeftOut(
            f"bone: {', '.join(measurements)} left out, the columns stay empty: {error.code}: {error}"
        ),
        stacklevel=3,
    )


def _check_finite(values: Mapping[str, float]) -> None:
    bad = [f"{name} {value}" for name, value in values.items() if not math.isfinite(value)]
    if bad:
        raise RoiTooSmall(
            f"The region has too few voxels or too strange a shape for {', '.join(bad)}. Check the mask."
        )
