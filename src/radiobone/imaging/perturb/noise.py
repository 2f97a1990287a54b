"""Noise as strong as the image's own."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.imaging.perturb.base import OnImage
from radiobone.imaging.stationary_wavelet import split

WAVELET = "coif1"
MEDIAN_OF_HALF_NORMAL = 0.6744897501960817


class Noise(OnImage):
    """Normal noise, added to each voxel.

    Attributes
    ----------
    sd : float or None
        Its standard deviation, in the image's unit; None estimates that of the noise in the image, within
        40 voxels round the region's box.
    """

    kind: Literal["noise"] = "noise"
    sd: Annotated[float, Field(gt=0)] | None = None

    def said(self) -> str:
        """Say how strong it is."""
        return "noise" if self.sd is None else f"noise {self.sd:g}"

    def settled(self, array: npt.NDArray[Any], plane: int | None) -> Noise:
        """Return the noise with the strength of the image's own."""
        return self if self.sd is not None else self.model_copy(update={"sd": estimate_noise(array, plane)})

    def change_image(
        self, array: npt.NDArray[Any], plane: int | None, rng: np.random.Generator
    ) -> npt.NDArray[Any]:
        """Add the noise; whole numbers stay whole."""
        sd = estimate_noise(array, plane) if self.sd is None else self.sd
        noisy = rng.normal(0.0, sd, array.shape)
        noisy += array
        if not np.issubdtype(array.dtype, np.integer):
            return noisy.astype(array.dtype)
        limits = np.iinfo(array.dtype)
        np.clip(np.rint(noisy, out=noisy), limits.min, limits.max, out=noisy)
        return noisy.astype(array.dtype)


def estimate_noise(array: npt.NDArray[Any], plane: int | None = None) -> float:
    """Estimate the standard deviation of the noise in an image.

    The finest details within a slice, high-pass in both directions of an undecimated coiflet transform, are
    mostly noise; their median absolute value does not feel the few that are edges.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Intensities.
    plane : int or None
        The axis through the slices; z if not given.

    Returns
    -------
    float
        In the image's unit; for white noise within 2 % where there are 10,000 voxels or more.

    References
    ----------
    Chang, Yu and Vetterli 2000, IEEE Trans Image Process 9(9): adaptive wavelet thresholding.
    """
    details = np.asarray(array, dtype=np.float64)
    for axis in (axis for axis in range(3) if axis != (plane or 0)):
        n = details.shape[axis]
        if n >= 2:
            even = np.take(details, range(n - n % 2), axis=axis)
            details = split(np.ascontiguousarray(even), WAVELET, axis)[1]
    return float(np.median(np.abs(details))) / MEDIAN_OF_HALF_NORMAL
