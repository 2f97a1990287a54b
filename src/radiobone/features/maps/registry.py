"""The families that have maps. To add one: write its file, and add its line to ``MAP_FAMILIES``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.features.maps import firstorder, glcm, gldm, glrlm, glszm, mcc, ngtdm, sizes
from radiobone.features.maps.region import Batch


@dataclass(frozen=True)
class MapFamily:
    """A family of features in a sliding neighbourhood.

    Attributes
    ----------
    compute : callable
        From some voxels and the names of the features wanted to at least those, one value per voxel.
    kernels : tuple of callable
        What it compiles that takes long.
    """

    compute: Callable[[Batch, frozenset[str]], dict[str, npt.NDArray[np.float64]]]
    kernels: tuple[Callable[..., Any], ...]


MAP_FAMILIES: Mapping[str, MapFamily] = MappingProxyType(
    {
        "firstorder": MapFamily(firstorder.firstorder, (firstorder._statistics,)),
        "glcm": MapFamily(glcm.glcm, (glcm._features, mcc._write)),
        "gldm": MapFamily(gldm.gldm, (gldm._count_alike, *sizes.KERNELS)),
        "glrlm": MapFamily(glrlm.glrlm, (glrlm._lengths, *sizes.KERNELS)),
        "glszm": MapFamily(glszm.glszm, (glszm._zones_by_bits, *sizes.KERNELS)),
        "ngtdm": MapFamily(ngtdm.ngtdm, (ngtdm._differences, ngtdm._features)),
    }
)
