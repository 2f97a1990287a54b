"""Anisotropy of trabecular bone, from the tensor of HU gradients."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from radiobone.core.errors import OnePhase
from radiobone.core.lazy import lazily
from radiobone.core.settings import Settings
from radiobone.features.bone.base import BoneRegion, FloatArray, Measurement, VoxelRange

ndimage = lazily("scipy.ndimage")  # slow to import


class AnisotropySettings(Settings):
    """Where gradients are taken.

    Attributes
    ----------
    erosion_mm : float
        Taken off the surface of the region, so that the cortex is not measured.
    scale_mm : float
        Standard deviation of the Gaussian whose derivative is taken; not less than 0.7 of the longest edge of a
        voxel, so that every axis is blurred alike.
    """

    erosion_mm: float = Field(default=4.0, ge=0, le=30)
    scale_mm: float = Field(default=0.7, gt=0)


def anisotropy(region: BoneRegion, settings: AnisotropySettings) -> dict[str, float]:
    """Measure how gradients are spread over directions.

    Raises
    ------
    RoiTooSmall
        If nothing is left of the region.
    OnePhase
        If the core has one value throughout, so that no gradient is there.
    """
    least, middle, most = np.linalg.eigvalsh(gradient_tensor(region, settings))
    if most <= 0:
        raise OnePhase(
            "The core of the region has one value throughout, so it has no direction. Check image and mask."
        )
    return {
        "anisotropy_degree": float(1 - max(least, 0.0) / most),
        "anisotropy_least_most": float(max(least, 0.0) / most),
        "anisotropy_middle_most": float(max(middle, 0.0) / most),
    }


def gradient_tensor(region: BoneRegion, settings: AnisotropySettings) -> FloatArray:
    """Mean outer product of HU gradients in the core of a region, axes (z, y, x), in HU² / mm²; shape (3, 3)."""
    core = region.core(settings.erosion_mm)
    scale_mm = max(settings.scale_mm, 0.7 * max(region.spacing_mm))
    sigmas = [scale_mm / step for step in region.spacing_mm]
    gradients = np.stack(
        [
            ndimage.gaussian_filter(region.hu, sigmas, order=[int(one == axis) for one in range(3)])[core]
            / step
            for axis, step in enumerate(region.spacing_mm)
        ]
    )
    return np.asarray(gradients @ gradients.T / gradients.shape[1])


ANISOTROPY = Measurement(
    name="anisotropy",
    definition="Eigenvalues of the mean outer product of HU gradients in the eroded region (default 4 mm), gradients being derivatives of a "
    "Gaussian of one width in mm along every axis: least over most, middle over most, and degree 1 − least / most. 0 has no "
    "direction, 1 is stripes or rods without end. Plates have one large eigenvalue, rods two.",
    source="Gradient structure tensor: Tabor and Rokita 2007, Bone 40:966–972 (no DOI: it could not be looked up)",
    units={"anisotropy_degree": "1", "anisotropy_least_most": "1", "anisotropy_middle_most": "1"},
    voxels=VoxelRange(
        0.7, 2.0, "Large voxels hide trabeculae, and the direction is then that of noise and blur."
    ),
    compute=anisotropy,
    settings=AnisotropySettings(),
)
