"""Intensities as standard scores of the whole image, for scanners without units such as MR."""

from __future__ import annotations

import math

import numpy as np
import SimpleITK as sitk
from pydantic import Field

from radiobone.core.errors import ImplausibleIntensity
from radiobone.core.settings import Settings
from radiobone.core.volume import Volume
from radiobone.imaging.itk import like, to_sitk


class Normalisation(Settings):
    """Mean 0 and standard deviation ``scale`` over the whole image.

    Attributes
    ----------
    scale : float
        Standard deviation after normalisation.
    outlier_sd : float or None
        Scores beyond this many standard deviations are set to it; None keeps all.
    """

    scale: float = Field(default=1.0, gt=0)
    outlier_sd: float | None = Field(default=None, gt=0)


def normalise(volume: Volume, settings: Normalisation) -> Volume:
    """Normalise a whole image.

    Parameters
    ----------
    volume : Volume
        Finite intensities; the region plays no part.
    settings : Normalisation
        Scale and treatment of outliers.

    Raises
    ------
    ImplausibleIntensity
        If the image has one value only, or values too close together to tell their spread.
    """
    scores = sitk.Normalize(to_sitk(volume))
    values = sitk.GetArrayViewFromImage(scores)
    if not math.isfinite(float(values.max()) - float(values.min())):
        low, high = float(volume.array.min()), float(volume.array.max())
        raise ImplausibleIntensity(
            f"The image's intensities, {low:g} to {high:g}, have no spread that can be computed, and standard scores "
            "divide by it. Check the image, or leave normalisation out."
        )
    if settings.outlier_sd is not None:
        clipped = np.clip(sitk.GetArrayFromImage(scores), -settings.outlier_sd, settings.outlier_sd)
        bounded = sitk.GetImageFromArray(clipped)
        bounded.CopyInformation(scores)
        scores = bounded
    return like(scores * settings.scale, volume)
