"""Responses of IBSI's filters, for their tests."""

from __future__ import annotations

import numpy as np
from hypothesis import settings

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli

BOUNDARIES = ("mirror", "zero", "nearest", "periodic")
UNHURRIED = settings(deadline=None, max_examples=40)


def noise(shape=(9, 10, 11), seed=5, spacing_mm=(1.0, 1.0, 1.0)) -> Volume:
    return Volume(np.random.default_rng(seed).normal(50, 100, shape), spacing_mm)


def responses(entry, volume, plane=None, box=None) -> dict[str, np.ndarray]:
    whole = Box((0, 0, 0), tuple(size - 1 for size in volume.shape))
    return dict(entry.images(volume, plane, box or whole))


def response(entry, volume, plane=None, box=None) -> np.ndarray:
    (found,) = responses(entry, volume, plane, box).values()
    return found


EVERY = (
    Mean(support_voxels=5),
    LaplacianOfGaussian(sigma_mm=(1.0, 2)),
    Laws(kernels=("E5L5S5", "L5L5R5")),
    Laws(kernels=("E5L5S5",), rotation_invariance="max", energy_distance=3),
    Gabor(sigma_mm=1.5, wavelength_mm=3.0, gamma=0.7, theta_deg=30.0, truncate=3.0),
    Gabor(sigma_mm=1.0, wavelength_mm=3.0, theta_step_deg=45.0, rotation_invariance="max"),
    SeparableWavelet(wavelet="db2"),
    SeparableWavelet(wavelet="coif1", level=2, bands=("LHL",), rotation_invariance="average"),
    SeparableWavelet(wavelet="haar", level=3, rotation_invariance="max"),
    Simoncelli(level=(1, 2, 3)),
)


def named(entry) -> str:
    return entry.names(None)[0]
