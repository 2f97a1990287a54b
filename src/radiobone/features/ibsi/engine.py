"""From an image and a region to features by IBSI's definitions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.features.checks import check_inputs, check_region, warn_if_constant
from radiobone.features.ibsi.filtered import OF_ORIGINAL, reach_mm, regions
from radiobone.features.ibsi.local_intensity import RADIUS_MM
from radiobone.features.ibsi.region import Region
from radiobone.features.ibsi.registry import FAMILIES, OF_VOLUMES
from radiobone.features.ibsi.settings import Family, IbsiSettings, Resegmentation
from radiobone.imaging.centred_grid import interpolate_centred, surroundings
from radiobone.imaging.crop import bounding_box, crop
from radiobone.imaging.filters.original import Original
from radiobone.imaging.ibsi_bins import FixedBinNumber
from radiobone.imaging.resegment import Resegmentation as Limits
from radiobone.imaging.resegment import resegment

IMAGE = "original"


def extract_ibsi_features(image: Volume, mask: Volume, settings: IbsiSettings) -> dict[str, float]:
    """Extract the features of one region by IBSI's definitions.

    Parameters
    ----------
    image : Volume
        Intensities.
    mask : Volume
        Not zero inside the region, on the image's grid.
    settings : IbsiSettings
        What is done and measured.

    Returns
    -------
    dict
        Feature name, the image's and IBSI's own (``original_cm_joint_entr_3D_avg``), to value; finite numbers only.

    Raises
    ------
    GeometryMismatch, DimensionMismatch, EmptyMask, RoiTooSmall, NonFiniteIntensity, ImplausibleIntensity,
    TooManyGrayLevels, ResourceLimit

    Warns
    -----
    ConstantRoi
    """
    image, mask = check_inputs(image, mask, settings.mask)
    prepared = prepare(image, mask, settings)
    warn_if_constant(prepared.intensities)
    return {
        f"{name}_{feature}": value
        for name, region in regions(prepared)
        for family in measured_families(settings, is_2d=image.is_2d, filtered=name != IMAGE)
        for feature, value in _finite(family, region)
    }


def prepare(image: Volume, mask: Volume, settings: IbsiSettings, *, whole: bool = False) -> Region:
    """Do every step that comes before the features.

    Parameters
    ----------
    image, mask : Volume
        As ``check_inputs`` gives them.
    settings : IbsiSettings
        What is done.
    whole : bool
        Keep the whole image instead of the region and its surroundings.
    """
    reach = reach_mm(settings, image)
    image, mask = _gridded(image, mask, settings, None if whole or reach is None else max(RADIUS_MM, reach))
    outline = mask.array != 0
    inside = kept_voxels(image.array, outline, settings.resegmentation)
    for voxels in (outline, inside):
        check_region(voxels, settings.roi)
    return Region(image, outline, inside, settings)


def _gridded(
    image: Volume, mask: Volume, settings: IbsiSettings, margin_mm: float | None
) -> tuple[Volume, Volume]:
    """Interpolate, or else only cut out the region and its surroundings."""
    if settings.interpolation is not None:
        return interpolate_centred(image, mask, settings.interpolation, margin_mm=margin_mm)
    if margin_mm is not None:
        box = surroundings(bounding_box(mask.array), image, margin_mm)
        image, mask = crop(image, box), crop(mask, box)
    return image.with_array(image.array.astype(np.float64)), mask


def kept_voxels(
    array: npt.NDArray[np.float64], outline: npt.NDArray[np.bool_], settings: Resegmentation
) -> npt.NDArray[np.bool_]:
    """Return the voxels whose intensity counts: in the range, and no outlier of the region as drawn.

    Raises
    ------
    RoiTooSmall
        If fewer than two are left.
    """
    kept = outline
    if settings.lower is not None or settings.upper is not None:
        lower = float(array[outline].min()) if settings.lower is None else settings.lower
        limits = (lower,) if settings.upper is None else (lower, settings.upper)
        kept = kept & resegment(array, outline, Limits(limits=limits))
    if settings.outlier_sd is not None:
        spread = (-settings.outlier_sd, settings.outlier_sd)
        kept = kept & resegment(array, outline, Limits(limits=spread, mode="sigma"))
    return kept


def measured_families(settings: IbsiSettings, *, is_2d: bool, filtered: bool = False) -> list[Family]:
    """Families that are computed: a single 2D image has no volume, a filtered one neither shape nor units."""
    left_out = (OF_VOLUMES if is_2d else frozenset()) | (OF_ORIGINAL if filtered else frozenset())
    return [name for name in settings.families if name not in left_out]


def _finite(family: Family, region: Region) -> Iterator[tuple[str, float]]:
    for name, value in FAMILIES[family](region).items():
        if not math.isfinite(value):
            raise RoiTooSmall(
                f"{name} is {value} for this region of {region.intensities.size} voxels with intensities from "
                f"{region.intensities.min():g} to {region.intensities.max():g} (mean {region.intensities.mean():g}): the "
                f"definition divides by zero. Check image and mask, or leave {family} out of the families."
            )
        yield name, float(value)


@lru_cache(maxsize=16)
def ibsi_names(settings: IbsiSettings, *, is_2d: bool) -> tuple[str, ...]:
    """Names of the features that settings give, found by measuring a small region."""
    rng = np.random.default_rng(0)
    shape = (1 if is_2d else 4, 4, 4)
    image = Volume(rng.integers(1, 4, shape).astype(np.float64), is_2d=is_2d)
    plain = settings.model_copy(
        update={
            "interpolation": None,
            "resegmentation": Resegmentation(),
            "roi": type(settings.roi)(),
            "images": (Original(),),
            "discretisation": FixedBinNumber(n_bins=3),
        }
    )
    found = extract_ibsi_features(image, image.with_array(np.ones(shape, dtype=np.uint8)), plain)
    features = [name.removeprefix(f"{IMAGE}_") for name in found]
    left_out = tuple(f"{family}_" for family in OF_ORIGINAL)
    return tuple(
        f"{name}_{feature}"
        for name in settings.image_names(is_2d=is_2d)
        for feature in features
        if name == IMAGE or not feature.startswith(left_out)
    )
