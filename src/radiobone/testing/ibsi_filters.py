"""The IBSI's tests of filters on digital phantoms: which filter, which phantom, how far from the reference map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.imaging.boundary import Boundary
from radiobone.imaging.crop import bounding_box
from radiobone.imaging.filters.convolutional import ConvolutionalFilter
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli

TOLERANCE = 0.01
"""What the IBSI allows: the greatest difference, as a share of the reference map's range."""
HALF_IMAGE = 3.2
"""Where the reference maps' Gabor kernels end, in sigmas: half an image, 32 voxels, from the middle."""


@dataclass(frozen=True)
class FilterTest:
    """One test of IBSI 2, phase 1.

    Attributes
    ----------
    name : str
        Such as ``3A1``.
    phantom : str
        Name of the digital phantom.
    filter : ConvolutionalFilter
        With the test's settings; it has one response.
    plane : int or None
        0 where slices are filtered by themselves.
    """

    name: str
    phantom: str
    filter: ConvolutionalFilter
    plane: int | None = None

    def response(self, image: Volume) -> npt.NDArray[np.float64]:
        """Filter the whole phantom."""
        whole = bounding_box(np.ones(image.shape, dtype=bool))
        ((_, found),) = self.filter.images(image, self.plane, whole)
        return found


def relative_difference(found: npt.ArrayLike, reference: npt.ArrayLike) -> float:
    """Greatest absolute difference, as a share of the reference's range."""
    due = np.asarray(reference, dtype=np.float64)
    return float(np.abs(np.asarray(found) - due).max() / np.ptp(due))


def _laws(letter: str, phantom: str, kernel: str, boundary: Boundary, plane: int | None) -> list[FilterTest]:
    plain = Laws(kernels=(kernel,), boundary=boundary)
    turned = Laws(kernels=(kernel,), boundary=boundary, rotation_invariance="max")
    energy = Laws(kernels=(kernel,), boundary=boundary, rotation_invariance="max", energy_distance=7)
    return [
        FilterTest(f"3{letter}{number}", phantom, entry, plane)
        for number, entry in enumerate((plain, turned, energy), start=1)
    ]


def _gabor(letter: str, phantom: str, plain: Gabor, step_deg: float) -> list[FilterTest]:
    invariant = plain.model_copy(
        update={"theta_deg": 0.0, "theta_step_deg": step_deg, "rotation_invariance": "average"}
    )
    return [FilterTest(f"4{letter}1", phantom, plain), FilterTest(f"4{letter}2", phantom, invariant)]


def _wavelet(names: tuple[str, str], phantom: str, plain: SeparableWavelet) -> list[FilterTest]:
    invariant = plain.model_copy(update={"rotation_invariance": "average"})
    return [FilterTest(names[0], phantom, plain), FilterTest(names[1], phantom, invariant)]


def _haar(name: str, band: str) -> FilterTest:
    entry = SeparableWavelet(wavelet="haar", level=2, bands=(band,), rotation_invariance="average")
    return FilterTest(name, "checkerboard", entry)


FILTER_TESTS: tuple[FilterTest, ...] = (
    FilterTest("1A1", "checkerboard", Mean(support_voxels=15, boundary="zero")),
    FilterTest("1A2", "checkerboard", Mean(support_voxels=15, boundary="nearest")),
    FilterTest("1A3", "checkerboard", Mean(support_voxels=15, boundary="periodic")),
    FilterTest("1A4", "checkerboard", Mean(support_voxels=15, boundary="mirror")),
    FilterTest("1B1", "impulse", Mean(support_voxels=15, boundary="zero"), plane=0),
    FilterTest("2A", "impulse", LaplacianOfGaussian(sigma_mm=(3.0,), boundary="zero")),
    FilterTest("2B", "checkerboard", LaplacianOfGaussian(sigma_mm=(5.0,))),
    FilterTest("2C", "checkerboard", LaplacianOfGaussian(sigma_mm=(5.0,)), plane=0),
    *_laws("A", "impulse", "E5L5S5", "zero", None),
    *_laws("B", "checkerboard", "E3W5R5", "mirror", None),
    *_laws("C", "checkerboard", "L5S5", "mirror", 0),
    *_gabor(
        "A",
        "impulse",
        Gabor(
            sigma_mm=10.0, wavelength_mm=4.0, gamma=0.5, theta_deg=60.0, truncate=HALF_IMAGE, boundary="zero"
        ),
        45.0,
    ),
    *_gabor(
        "B",
        "sphere",
        Gabor(sigma_mm=20.0, wavelength_mm=8.0, gamma=2.5, theta_deg=225.0, truncate=HALF_IMAGE),
        22.5,
    ),
    *_wavelet(("5A1", "5A2"), "impulse", SeparableWavelet(wavelet="db2", bands=("LHL",), boundary="zero")),
    *_wavelet(
        ("6A1", "6A2"), "sphere", SeparableWavelet(wavelet="coif1", bands=("HHL",), boundary="periodic")
    ),
    _haar("7A1", "LLL"),
    _haar("7A2", "HHH"),
    *(FilterTest(f"8A{level}", "checkerboard", Simoncelli(level=(level,))) for level in (1, 2, 3)),
)
