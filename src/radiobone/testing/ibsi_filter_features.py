"""The IBSI's tests of features on filtered images (chapter 2, phase 2): the settings of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from radiobone.features.ibsi.settings import IbsiImage, IbsiSettings, Resegmentation
from radiobone.imaging.centred_grid import Interpolation
from radiobone.imaging.filters.gabor import Gabor
from radiobone.imaging.filters.laplacian_of_gaussian import LaplacianOfGaussian
from radiobone.imaging.filters.laws import Laws
from radiobone.imaging.filters.mean import Mean
from radiobone.imaging.filters.original import Original
from radiobone.imaging.filters.separable_wavelet import SeparableWavelet
from radiobone.imaging.filters.simoncelli import Simoncelli

_MEAN = Mean(support_voxels=5)
_LAPLACIAN = LaplacianOfGaussian(sigma_mm=(1.5,))
_GABOR = Gabor(sigma_mm=5.0, wavelength_mm=2.0, gamma=1.5, theta_step_deg=22.5, rotation_invariance="average")


def _laws(kernel: str) -> Laws:
    return Laws(kernels=(kernel,), rotation_invariance="max", energy_distance=7)


def _wavelet(band: str, level: int) -> SeparableWavelet:
    return SeparableWavelet(wavelet="db3", bands=(band,), level=level, rotation_invariance="average")


_IMAGES: Mapping[str, tuple[IbsiImage, IbsiImage]] = MappingProxyType(
    {
        "1": (Original(), Original()),
        "2": (_MEAN, _MEAN),
        "3": (_LAPLACIAN, _LAPLACIAN),
        "4": (_laws("L5E5"), _laws("L5E5E5")),
        "5": (_GABOR, _GABOR),
        "6": (_wavelet("LH", 1), _wavelet("LLH", 1)),
        "7": (_wavelet("HH", 2), _wavelet("HHH", 2)),
        "8": (Simoncelli(level=(1,)), Simoncelli(level=(1,))),
        "9": (Simoncelli(level=(2,)), Simoncelli(level=(2,))),
    }
)


def _settings(image: IbsiImage, *, slices: bool) -> IbsiSettings:
    """Make a test: A works in slices as they are, B in the volume at 1 mm."""
    return IbsiSettings(
        interpolation=None if slices else Interpolation(spacing_xyz_mm=(1.0, 1.0, 1.0), method="cubic"),
        resegmentation=Resegmentation(lower=-1000.0, upper=400.0),
        images=(image,),
        filter_slices=slices,
        families=("stat",),
    )


FILTER_FEATURE_TESTS: Mapping[str, IbsiSettings] = MappingProxyType(
    {
        f"{number}.{letter}": _settings(image, slices=letter == "A")
        for number, images in _IMAGES.items()
        for letter, image in zip("AB", images, strict=True)
    }
)
"""By the IBSI's name of the test, such as ``4.B``."""
