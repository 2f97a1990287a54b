"""Labels of pixels become a region, and the region its densities."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import EmptyMask, ImplausibleIntensity
from radiobone.features.areal_bmd import DensityCalibration, areal_bmd
from radiobone.imaging.pixel_forest import dice
from radiobone.workflow.dxa.images import BoolArray, DxaImage
from radiobone.workflow.dxa.settings import SoftTissueRing

COLUMNS = ("bmd_g_per_cm2", "bmc_g", "area_cm2")
LEAST_G_PER_CM2, MOST_G_PER_CM2 = 0.05, 5.0


def region_of(labels: npt.NDArray[np.int64], smallest_share: float) -> BoolArray:
    """Return the bone among labels of pixels: without small parts, its holes filled.

    Parameters
    ----------
    labels : ndarray of int, shape (n_rows, n_columns)
        1 in bone.
    smallest_share : float
        Of the largest part's size.

    Raises
    ------
    EmptyMask
        If no pixel is bone.
    """
    from scipy.ndimage import binary_fill_holes, label  # slow to import

    parts, n_parts = label(labels == 1)
    if n_parts == 0:
        raise EmptyMask(
            "The forest labelled no pixel of this image as bone, so there is nothing to measure. Look at the image: it may be "
            "another region or inverted; or give it a mask."
        )
    sizes = np.bincount(parts.ravel())[1:]
    kept = np.flatnonzero(sizes >= smallest_share * sizes.max()) + 1
    filled: BoolArray = binary_fill_holes(np.isin(parts, kept))
    return filled


def densities(
    image: DxaImage, bone: BoolArray, calibration: DensityCalibration, ring: SoftTissueRing | None
) -> dict[str, float]:
    """Return areal density, mineral content and area of a bone.

    Raises
    ------
    EmptyMask
        If there is no tissue beside the bone to take a baseline from.
    ImplausibleIntensity
        If no bone has such a mean density: the calibration is not that of the image.
    """
    soft = None if ring is None else _beside(bone, image.spacing_mm, ring)
    found = areal_bmd(image.pixels, bone, image.spacing_mm, calibration, soft)
    check_plausible(found.bmd_g_per_cm2, float(image.pixels[bone].mean()), calibration)
    return {name: float(getattr(found, name)) for name in COLUMNS}


def check_plausible(bmd_g_per_cm2: float, mean_grey: float, calibration: DensityCalibration) -> None:
    """Refuse a mean areal density that no bone has.

    In the survey of Looker and others the whole hip of white women of 20 to 29 years has 0.94 g/cm² (standard deviation 0.12).
    Thin bones of children and regions with metal lie farther off than any adult's; the limits leave wide room for both, so that
    what is outside comes of a calibration of other images, of another unit, or of none.

    Parameters
    ----------
    bmd_g_per_cm2, mean_grey : float
        Mean density and mean grey value of the bone.
    calibration : DensityCalibration

    Raises
    ------
    ImplausibleIntensity

    References
    ----------
    Looker AC, Wahner HW, Dunn WL, et al. Updated data on proximal femur bone mineral levels of US adults. Osteoporos Int
    1998;8:468-489. doi:10.1007/s001980050093.
    """
    if LEAST_G_PER_CM2 <= bmd_g_per_cm2 <= MOST_G_PER_CM2:
        return
    is_identity = calibration.slope_g_per_cm2 == 1 and calibration.intercept_g_per_cm2 == 0
    cause = (
        "grey values were probably taken as calibrated ('kind: calibrated' is for values that are g/cm² already)"
        if is_identity
        else f"the calibration (slope {calibration.slope_g_per_cm2:g}, intercept {calibration.intercept_g_per_cm2:g}, "
        f"{calibration.source}) is probably that of another export, whose grey values differ in range or in unit"
    )
    raise ImplausibleIntensity(
        f"The bone has a mean areal density of {bmd_g_per_cm2:.4g} g/cm² (mean grey value {mean_grey:.4g}); DXA gives bone "
        f"about 0.3 to 2, and beyond {LEAST_G_PER_CM2:g} to {MOST_G_PER_CM2:g} it is none: {cause}. Correct --calibration "
        "(`calibration` in the settings), as the scanner or a phantom says."
    )


def _beside(bone: BoolArray, spacing_mm: tuple[float, float], ring: SoftTissueRing) -> BoolArray:
    """Return the tissue at some distance from the bone."""
    from scipy.ndimage import distance_transform_edt

    away_mm = distance_transform_edt(~bone, sampling=spacing_mm)
    soft: BoolArray = (away_mm > ring.from_mm) & (away_mm <= ring.to_mm)
    if not soft.any():
        raise EmptyMask(
            f"No pixel lies {ring.from_mm:g} to {ring.to_mm:g} mm beside the bone, so there is no baseline. Widen the ring, or "
            "leave the baseline out."
        )
    return soft


def agreement(found: BoolArray, given: BoolArray) -> dict[str, float]:
    """Compare a region with the mask that was given: Dice, and the share of pixels that are labelled alike."""
    return {"dice": dice(found, given), "pixel_accuracy": float((found == given).mean())}
