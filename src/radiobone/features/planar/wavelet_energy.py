"""Wavelet energies of a region: how much of its contrast lies at which scale and direction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.features.planar.region import PlanarRegion

WAVELET, N_LEVELS = "db4", 3
DIRECTIONS = ("Horizontal", "Vertical", "Diagonal")


def wavelet_energy(region: PlanarRegion) -> dict[str, float]:
    """Compute the energies of a wavelet decomposition of three levels (Daubechies 4, periodic).

    The region's mean is taken off, pixels of its box outside it become 0, and the box is filled up with zeros to a
    multiple of 8: the energies of all sub-bands add up to the region's variance.

    Parameters
    ----------
    region : PlanarRegion

    Returns
    -------
    dict
        ``EnergyHorizontal1`` to ``EnergyDiagonal3``: squared coefficients of a sub-band through pixels of the region, in
        squared units of the image, for horizontal (changes along y), vertical and diagonal detail from fine (1, of about
        2 pixels) to coarse (3, of about 8); ``EnergyApproximation``: of all that is coarser; ``Entropy``: of the shares
        of the ten, in bits, 0 where all energy is in one.

    References
    ----------
    Mallat SG. IEEE Trans Pattern Anal Mach Intell 1989;11:674–693.
    """
    energies = band_energies(region)
    total = sum(energies.values())
    share = np.array([value / total for value in energies.values() if value > 0]) if total > 0 else np.ones(1)
    return {**energies, "Entropy": max(float(-(share * np.log2(share)).sum()), 0.0)}


def band_energies(region: PlanarRegion) -> dict[str, float]:
    """Return the squared coefficients of each sub-band through pixels of the region."""
    import pywt

    box = region.box.slices[1:]
    boxed = np.where(region.mask, region.centred, 0.0)[box]
    padded = np.pad(boxed, [(0, -size % 2**N_LEVELS) for size in boxed.shape])
    approximation, details = padded, []
    for _ in range(N_LEVELS):
        approximation, bands = pywt.dwt2(approximation, WAVELET, mode="periodization")
        details.append(bands)
    n_pixels = int(region.mask.sum())
    found = {
        f"Energy{direction}{level}": _energy(band, n_pixels)
        for level, bands in enumerate(details, start=1)
        for direction, band in zip(DIRECTIONS, bands, strict=True)
    }
    return found | {"EnergyApproximation": _energy(approximation, n_pixels)}


def _energy(band: npt.NDArray[np.float64], n_pixels: int) -> float:
    return float(np.square(band).sum() / n_pixels)
