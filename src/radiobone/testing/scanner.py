"""What a CT scanner does to tissue: blur, slices of some thickness, noise, whole Hounsfield units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from radiobone.core.volume import Triple

Array = npt.NDArray[np.float32]
FINE_SLICE_MM = 0.8


@dataclass(frozen=True)
class Kernel:
    """Reconstruction kernel: a Gaussian, sharpened by subtracting part of a wider one.

    Attributes
    ----------
    blur_mm : float
        Standard deviation of the point spread in the slice.
    sharpening : float
        Weight of the difference to a blur twice as wide; 0 for none.
    noise_grain_mm : float
        Standard deviation of the blur that makes noise of neighbouring voxels alike.
    """

    blur_mm: float
    sharpening: float
    noise_grain_mm: float


KERNELS = {
    "soft": Kernel(blur_mm=0.75, sharpening=0.0, noise_grain_mm=0.7),
    "sharp": Kernel(blur_mm=0.45, sharpening=0.7, noise_grain_mm=0.3),
}


@dataclass(frozen=True)
class Scanner:
    """A scanner with one protocol.

    Attributes
    ----------
    spacing_mm : tuple of float, (z, y, x)
        Voxel size; slices are as thick as they are apart.
    kernel : {"soft", "sharp"}
        Name in `KERNELS`.
    noise_hu : float
        Standard deviation of the noise.
    hu_per_density : float
        HU per mg/cm³ of mineral, which depends on the tube voltage.
    """

    spacing_mm: Triple = (2.0, 0.78, 0.78)
    kernel: Literal["soft", "sharp"] = "soft"
    noise_hu: float = 14.0
    hu_per_density: float = 1.25

    @property
    def slices_per_slice(self) -> int:
        """Number of thin slices of tissue that one slice of the image is the mean of."""
        return max(1, round(self.spacing_mm[0] / FINE_SLICE_MM))

    @property
    def fine_spacing_mm(self) -> Triple:
        """Voxel size (z, y, x) at which tissue is to be given."""
        z, y, x = self.spacing_mm
        return z / self.slices_per_slice, y, x


def acquire(tissue_hu: Array, scanner: Scanner, rng: np.random.Generator) -> npt.NDArray[np.int16]:
    """Scan tissue.

    Parameters
    ----------
    tissue_hu : ndarray of float32, shape (n_z * scanner.slices_per_slice, n_y, n_x)
        HU on the grid of ``scanner.fine_spacing_mm``.
    scanner : Scanner
        Protocol.
    rng : numpy.random.Generator
        For the noise.

    Returns
    -------
    ndarray of int16, shape (n_z, n_y, n_x)
        The image in HU, not below -1024.
    """
    kernel = KERNELS[scanner.kernel]
    _, y_mm, x_mm = scanner.spacing_mm
    thick = tissue_hu.reshape(-1, scanner.slices_per_slice, *tissue_hu.shape[1:]).mean(axis=1)
    blur = np.array([0.0, kernel.blur_mm / y_mm, kernel.blur_mm / x_mm])
    image = ndimage.gaussian_filter(thick, blur, mode="nearest")
    if kernel.sharpening:
        image += kernel.sharpening * (image - ndimage.gaussian_filter(thick, 2 * blur, mode="nearest"))
    grain = (0.0, kernel.noise_grain_mm / y_mm, kernel.noise_grain_mm / x_mm)
    image += scanner.noise_hu * correlated_field(rng, thick.shape, grain)
    return np.asarray(np.clip(np.rint(image), -1024, 3071), dtype=np.int16)


def correlated_field(rng: np.random.Generator, shape: tuple[int, ...], sigmas: tuple[float, ...]) -> Array:
    """Gaussian random field of mean 0 and variance 1 with a Gaussian correlation.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the white noise.
    shape : tuple of int
        Of the field.
    sigmas : tuple of float
        Per axis, standard deviation in voxels of the filter that white noise is passed through; the
        correlation of two voxels falls as a Gaussian √2 times as wide.

    Returns
    -------
    ndarray of float32
        Periodic at its edges. The variance is that of the ensemble: one field's own may differ.
    """
    white = rng.standard_normal(shape, dtype=np.float32)
    smooth = ndimage.gaussian_filter(white, sigmas, mode="wrap")
    return np.asarray(smooth / _gain(sigmas), dtype=np.float32)


def _gain(sigmas: tuple[float, ...]) -> float:
    """Tell by how much the filter lowers the standard deviation of white noise."""
    gain = 1.0
    for sigma in sigmas:
        impulse: npt.NDArray[Any] = np.zeros(2 * int(4 * sigma + 2) + 1)
        impulse[len(impulse) // 2] = 1
        gain *= float(np.linalg.norm(ndimage.gaussian_filter1d(impulse, sigma) if sigma > 0 else impulse))
    return gain
