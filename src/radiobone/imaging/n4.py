"""N4 correction of the slow brightness drift (bias field) of MR images."""

from __future__ import annotations

import SimpleITK as sitk
from pydantic import Field

from radiobone.core.settings import Settings
from radiobone.core.volume import Volume
from radiobone.imaging.itk import like, to_sitk


class BiasCorrection(Settings):
    """N4 on a coarser copy of the image, its field applied to the full one.

    Attributes
    ----------
    shrink_factor : int
        How many voxels along each axis become one while the field is sought.
    n_iterations : tuple of int
        Greatest number of iterations at each of the fitting levels.
    """

    shrink_factor: int = Field(default=4, ge=1, le=16)
    n_iterations: tuple[int, ...] = Field(default=(50, 50, 50, 50), min_length=1)


def correct_bias(volume: Volume, settings: BiasCorrection) -> Volume:
    """Divide an image by its bias field.

    Parameters
    ----------
    volume : Volume
        Intensities that are not negative; the field is sought where Otsu's threshold sees tissue.
    settings : BiasCorrection
        Cost against precision.

    References
    ----------
    Tustison et al., N4ITK: improved N3 bias correction, IEEE Trans Med Imaging 2010.
    """
    image = sitk.Cast(to_sitk(volume), sitk.sitkFloat32)
    tissue = sitk.OtsuThreshold(image, 0, 1, 200)
    factors = [min(settings.shrink_factor, max(size // 4, 1)) for size in image.GetSize()]
    corrector = sitk.N4BiasFieldCorrectionImageFilter()
    corrector.SetMaximumNumberOfIterations(list(settings.n_iterations))
    corrector.Execute(sitk.Shrink(image, factors), sitk.Shrink(tissue, factors))
    field = sitk.Exp(sitk.Cast(corrector.GetLogBiasFieldAsImage(image), sitk.sitkFloat32))
    return like(image / field, volume)
