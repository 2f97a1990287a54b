"""The families of features by name. To add one: write its file, and add its line to ``FAMILIES``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from radiobone.core.volume import Volume
from radiobone.features import firstorder, glcm, gldm, glrlm, glszm, ngtdm, shape, shape2d
from radiobone.features.bone import family as bones
from radiobone.features.matrices.grid import LevelGrid
from radiobone.features.planar.clusters import fcm, kmeans
from radiobone.features.planar.cortex import cortex
from radiobone.features.planar.gabor import gabor
from radiobone.features.planar.laws import laws
from radiobone.features.planar.lbp import lbp
from radiobone.features.planar.region import PlanarRegion
from radiobone.features.planar.variogram import variogram
from radiobone.features.planar.wavelet_energy import wavelet_energy
from radiobone.features.region import ShapeRegion, Texture, TextureRegion


@dataclass(frozen=True)
class ShapeFamily:
    """Features of the region alone, computed once.

    Attributes
    ----------
    compute : callable
        Region to feature values.
    deprecated : frozenset of str
        Features computed only where asked for by name.
    flat : bool
        Whether the region must be one voxel thick.
    """

    compute: Callable[[ShapeRegion], dict[str, float]]
    deprecated: frozenset[str]
    flat: bool = False


@dataclass(frozen=True)
class TextureFamily:
    """Features of the intensities in the region, computed on every filtered image."""

    compute: Callable[[TextureRegion], dict[str, float]]
    deprecated: frozenset[str]


@dataclass(frozen=True)
class PlanarFamily:
    """Features of a region in one image and of what lies round it, computed once, on the image before any filter.

    They are not pyradiomics', so they are computed only where the settings name them.
    """

    compute: Callable[[PlanarRegion], dict[str, float]]
    deprecated: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BoneFamily:
    """Measurements of bone, computed once, on the image as it was scanned, before any step that changes voxels or HU.

    They are not pyradiomics', so they are computed only where the settings name them. What image or region do not
    allow is missing among the values, with a warning that says why.
    """

    compute: Callable[[Volume, Volume, Collection[str], bones.BoneSettings], dict[str, float]]
    deprecated: frozenset[str] = frozenset()


AnyFamily = ShapeFamily | TextureFamily | PlanarFamily | BoneFamily
FAMILIES: Mapping[str, AnyFamily] = MappingProxyType(
    {
        "firstorder": TextureFamily(firstorder.firstorder, firstorder.DEPRECATED),
        "glcm": TextureFamily(glcm.glcm, glcm.DEPRECATED),
        "gldm": TextureFamily(gldm.gldm, gldm.DEPRECATED),
        "glrlm": TextureFamily(glrlm.glrlm, glrlm.DEPRECATED),
        "glszm": TextureFamily(glszm.glszm, glszm.DEPRECATED),
        "ngtdm": TextureFamily(ngtdm.ngtdm, ngtdm.DEPRECATED),
        "shape": ShapeFamily(shape.shape, shape.DEPRECATED),
        "shape2D": ShapeFamily(shape2d.shape2d, shape2d.DEPRECATED, flat=True),
        "lbp": PlanarFamily(lbp),
        "gabor": PlanarFamily(gabor),
        "laws": PlanarFamily(laws),
        "variogram": PlanarFamily(variogram),
        "waveletenergy": PlanarFamily(wavelet_energy),
        "kmeans": PlanarFamily(kmeans),
        "fcm": PlanarFamily(fcm),
        "cortex": PlanarFamily(cortex),
        "bone": BoneFamily(bones.bone, bones.OF_BODIES),
    }
)


OF_PYRADIOMICS = tuple(
    name for name, entry in FAMILIES.items() if not isinstance(entry, (PlanarFamily, BoneFamily))
)


@lru_cache(maxsize=len(FAMILIES))
def feature_names(family: str) -> tuple[str, ...]:
    """All names that a family computes, deprecated ones too, in pyradiomics' order."""
    entry = FAMILIES[family]
    if isinstance(entry, BoneFamily):
        return bones.all_names()
    if isinstance(entry, PlanarFamily):
        return tuple(entry.compute(_small_bone()))
    levels = np.array([[[1, 2], [2, 3]]])
    if isinstance(entry, ShapeFamily):
        return ordered(entry.compute(ShapeRegion(levels > 0, (1.0, 1.0, 1.0), plane=0)))
    grid = LevelGrid.from_levels(levels)
    region = TextureRegion(levels.ravel().astype(float), grid, (1.0, 1.0, 1.0), None, Texture())
    return ordered(entry.compute(region))


def ordered(features: Iterable[str]) -> tuple[str, ...]:
    """Sort by the names of pyradiomics' functions, whose suffix puts MeanAbsoluteDeviation before Mean."""
    return tuple(sorted(features, key=lambda name: f"{name}FeatureValue"))


@lru_cache(maxsize=len(FAMILIES))
def default_names(family: str) -> tuple[str, ...]:
    """Names of the features that a family gives where none are asked for by name."""
    return tuple(name for name in feature_names(family) if name not in FAMILIES[family].deprecated)


def _small_bone() -> PlanarRegion:
    """Make a bar with a cortex, which every planar family can measure."""
    pixels = np.zeros((100, 100))
    pixels[20:-20, 40:-40] = 1.0
    mask = pixels > 0
    pixels[20:-20, 45:-45] = 0.5
    return PlanarRegion(pixels, mask, (1.0, 1.0))
