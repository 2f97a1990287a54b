"""Radiographs of trabecular bone: struts and pores of a known share, in grey levels of one byte."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from radiobone.core.volume import Volume
from radiobone.testing.scanner import correlated_field

FloatArray = npt.NDArray[np.float64]


def trabeculae(
    rng: np.random.Generator, shape: tuple[int, int], bone_share: float, grain_px: float = 1.6
) -> npt.NDArray[np.bool_]:
    """Draw a pattern of struts, which run down rather than across.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : tuple of int, (n_rows, n_columns)
    bone_share : float
        Share of the area that struts take, on average.
    grain_px : float
        Half their width, about.
    """
    field = correlated_field(rng, shape, (1.8 * grain_px, grain_px))
    return np.asarray(field < ndtri(bone_share))


def as_radiograph(pixels: npt.ArrayLike) -> Volume:
    """Return grey levels as an image of one byte a pixel."""
    grey = np.clip(np.rint(np.asarray(pixels, dtype=np.float64)), 0, 255).astype(np.uint8)
    return Volume(grey[np.newaxis], is_2d=True, spacing_assumed=True)
