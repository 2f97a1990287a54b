"""Areal bone mineral density of a region in a DXA image or a radiograph, by a calibration that is stated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import BadSetting
from radiobone.core.settings import Settings
from radiobone.imaging.flat_image import checked_image, checked_mask

MM2_PER_CM2 = 100.0


class DensityCalibration(Settings):
    """The line from an image's intensity to areal density.

    Attributes
    ----------
    slope_g_per_cm2 : float
        Per unit of intensity.
    intercept_g_per_cm2 : float
        Of intensity 0.
    source : str
        Where the line comes from, such as a phantom and its date; it is kept beside every value.
    """

    slope_g_per_cm2: float = Field(gt=0)
    intercept_g_per_cm2: float = 0.0
    source: str = Field(min_length=1)


@dataclass(frozen=True)
class ArealDensity:
    """What a DXA report states of a region.

    Attributes
    ----------
    bmd_g_per_cm2 : float
        Bone mineral density: mean over the region.
    bmc_g : float
        Bone mineral content.
    area_cm2 : float
    calibration : DensityCalibration
    """

    bmd_g_per_cm2: float
    bmc_g: float
    area_cm2: float
    calibration: DensityCalibration


def areal_bmd(
    image: npt.ArrayLike,
    mask: npt.ArrayLike,
    spacing_mm: tuple[float, float],
    calibration: DensityCalibration,
    soft_tissue: npt.ArrayLike | None = None,
) -> ArealDensity:
    """Measure areal density of a region.

    Parameters
    ----------
    image : array-like, shape (n_rows, n_columns)
        Bright is dense.
    mask : array-like, shape (n_rows, n_columns)
        Not 0 in the bone.
    spacing_mm : tuple of float, (rows, columns)
    calibration : DensityCalibration
    soft_tissue : array-like, shape (n_rows, n_columns), optional
        Not 0 in soft tissue beside the bone; its mean density is taken off, as the baseline of the bone.

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity, EmptyMask

    References
    ----------
    Blake GM, Fogelman I. Technical principles of dual energy x-ray absorptiometry. Semin Nucl Med 1997;27:210–228.
    """
    pixels = checked_image(image)
    bone = checked_mask(mask, pixels)
    density = calibration.slope_g_per_cm2 * pixels + calibration.intercept_g_per_cm2
    baseline = 0.0 if soft_tissue is None else float(density[checked_mask(soft_tissue, pixels)].mean())
    area_cm2 = float(bone.sum()) * spacing_mm[0] * spacing_mm[1] / MM2_PER_CM2
    mean = float(density[bone].mean()) - baseline
    return ArealDensity(mean, mean * area_cm2, area_cm2, calibration)


def calibration_from_phantom(
    intensity: npt.ArrayLike, density_g_per_cm2: npt.ArrayLike, source: str
) -> DensityCalibration:
    """Draw the line through the steps of a phantom by least squares.

    Parameters
    ----------
    intensity, density_g_per_cm2 : array-like, shape (n_steps,)
        Mean intensity and known areal density of each step.
    source : str
        Which phantom.

    Raises
    ------
    BadSetting
        If fewer than two steps differ in intensity, or density does not rise with it.
    """
    x, y = np.asarray(intensity, dtype=float), np.asarray(density_g_per_cm2, dtype=float)
    if x.shape != y.shape or x.size < 2 or x.min() == x.max():
        raise BadSetting(
            f"A calibration needs two steps of different intensity at least, and a density for each; there are {x.size} "
            f"intensities and {y.size} densities. Measure more steps of the phantom."
        )
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / np.square(x - x.mean()).sum())
    if slope <= 0:
        raise BadSetting(
            f"Density falls with intensity (slope {slope:.3g}), so bright is not dense in this image. Invert the image, or "
            "check which step is which."
        )
    return DensityCalibration(
        slope_g_per_cm2=slope, intercept_g_per_cm2=float(y.mean() - slope * x.mean()), source=source
    )
