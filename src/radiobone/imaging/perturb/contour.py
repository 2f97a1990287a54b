"""Another reader: a contour that follows the image, but not everywhere the same way."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
from pydantic import Field
from scipy import ndimage

from radiobone.core.errors import RoiTooSmall
from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import Box, bounding_box
from radiobone.imaging.perturb.base import OnMask
from radiobone.imaging.perturb.grow import flat_axes

COMPACTNESS = 30.0  # against intensities scaled to 100: noise alone must not shape a supervoxel
ITERATIONS = 3  # more change the supervoxels little, and take the time of all else
MARGIN_EDGES = 1.5
SUPERVOXELS_PER_REGION = 30  # at least, so that small regions have a contour to randomise
PERCENTILES = (1.0, 99.0)
NEIGHBOURS = np.ones((3, 3, 3))  # voxels that share a corner are one piece
IntArray = npt.NDArray[np.integer]


class Contour(OnMask):
    """A region of supervoxels (SLIC), those at its contour drawn by chance.

    A supervoxel that lies in the region to ``certain`` or more belongs to the new one, to less than
    ``excluded`` never; others with the probability that is the share of them in the region. The new region has no more pieces
    than the old one: the largest.

    Attributes
    ----------
    supervoxel_mm3 : float
        Volume of a supervoxel, or less where the region has fewer than 30 of them. In regions of one slice
        the square of its edge is the area.
    certain, excluded : float
        Limits of the share.

    References
    ----------
    Achanta et al. 2012, IEEE Trans Pattern Anal 34(11): SLIC. Zwanenburg et al. 2019, Sci Rep 9:614.
    """

    kind: Literal["contour"] = "contour"
    supervoxel_mm3: float = Field(default=250.0, gt=0)
    certain: float = Field(default=0.9, gt=0, le=1)
    excluded: float = Field(default=0.2, ge=0, lt=1)

    def said(self) -> str:
        """Say its name: what was drawn is a region."""
        return "contour"

    def reach_mm(self, volume_mm3: float) -> float:
        """As far as a supervoxel at the contour may spread."""
        return float(MARGIN_EDGES * self.supervoxel_mm3 ** (1 / 3))

    def change_mask(
        self, image: Volume, mask: npt.NDArray[np.bool_], plane: int | None, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Draw the supervoxels of the new region."""
        flat = flat_axes(mask, plane)
        if len(flat) > 1:
            raise RoiTooSmall(
                "A line of voxels has no contour to randomise. Leave 'contour' out for this region."
            )
        edge = _edge_mm(self.supervoxel_mm3, mask, image.spacing_mm, flat)
        window = _window(bounding_box(mask), mask.shape, edge, image.spacing_mm, flat)
        changed = np.zeros_like(mask)
        array, inside, new = image.array[window], mask[window], changed[window]
        for piece in _pieces(inside.shape, plane):
            new[piece] = self._drawn(array[piece], inside[piece], edge, image.spacing_mm, rng)
        new[...] = _largest_pieces(new, ndimage.label(inside, NEIGHBOURS)[1])
        return changed

    def _drawn(
        self,
        array: npt.NDArray[Any],
        inside: npt.NDArray[np.bool_],
        edge_mm: float,
        spacing_mm: Triple,
        rng: np.random.Generator,
    ) -> npt.NDArray[np.bool_]:
        labels = supervoxels(array, spacing_mm, edge_mm)
        shares = np.bincount(labels.ravel(), inside.ravel()) / np.bincount(labels.ravel())
        chance = rng.random(shares.size)
        kept = (shares >= self.certain) | ((shares >= self.excluded) & (chance < shares))
        return np.asarray(kept[labels])


def supervoxels(array: npt.NDArray[Any], spacing_mm: Triple, edge_mm: float) -> IntArray:
    """Group neighbouring voxels of like intensity.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Intensities; one slice is grouped in its plane.
    spacing_mm : tuple of float, (z, y, x)
    edge_mm : float
        Edge of the cubes that the groups start as.

    Returns
    -------
    ndarray of int, same shape
        Numbers from 0, each of them used.
    """
    low, high = np.percentile(array, PERCENTILES)
    span = float(high - low) or 1.0
    scaled = (100.0 * (np.clip(array, low, high) - low) / span).astype(np.float32)
    thick = [axis for axis in range(3) if array.shape[axis] > 1]
    grid = [max(2, round(edge_mm / spacing_mm[axis])) for axis in thick]
    slic = sitk.SLICImageFilter()
    slic.SetSuperGridSize(grid[::-1])
    slic.SetSpatialProximityWeight(COMPACTNESS)
    slic.SetMaximumNumberOfIterations(ITERATIONS)
    slic.SetInitializationPerturbation(False)
    slic.SetNumberOfThreads(1)
    found = sitk.GetArrayFromImage(slic.Execute(sitk.GetImageFromArray(scaled.squeeze())))
    labels = np.unique(found, return_inverse=True)[1]
    return labels.reshape(array.shape)


def _largest_pieces(mask: npt.NDArray[np.bool_], n_kept: int) -> npt.NDArray[np.bool_]:
    """Leave out single supervoxels that chance has put beside the region: no reader draws them."""
    pieces, n_pieces = ndimage.label(mask, NEIGHBOURS)
    if n_pieces <= n_kept:
        return mask
    sizes = np.bincount(pieces.ravel())[1:]
    largest = np.argsort(-sizes, kind="stable")[:n_kept] + 1
    return np.asarray(np.isin(pieces, largest))


def _edge_mm(
    supervoxel_mm3: float, mask: npt.NDArray[np.bool_], spacing_mm: Triple, flat: list[int]
) -> float:
    """Edge of a supervoxel: as asked for, or smaller where the region, or its mean slice, holds too few."""
    lengths = [spacing_mm[axis] for axis in range(3) if axis not in flat]
    n_slices = [bounding_box(mask).shape[axis] for axis in flat]
    size = float(mask.sum()) * float(np.prod(lengths)) / float(np.prod(n_slices))
    return float(min(supervoxel_mm3 ** (1 / 3), (size / SUPERVOXELS_PER_REGION) ** (1 / len(lengths))))


def _window(
    near: Box, shape: tuple[int, ...], edge_mm: float, spacing_mm: Triple, flat: list[int]
) -> tuple[slice, ...]:
    """Return the region's box and a margin for supervoxels round it; of flat axes the box alone."""
    margins = [
        0 if axis in flat else int(np.ceil(MARGIN_EDGES * edge_mm / spacing_mm[axis])) for axis in range(3)
    ]
    return tuple(
        slice(max(first - margin, 0), min(last + margin, size - 1) + 1)
        for first, last, margin, size in zip(near.low, near.high, margins, shape, strict=True)
    )


def _pieces(shape: tuple[int, ...], plane: int | None) -> list[tuple[slice, ...]]:
    """Say what supervoxels may spread over: everything, or single slices where nothing is mixed across them."""
    if plane is None:
        return [(slice(None),) * 3]
    return [
        tuple(slice(index, index + 1) if axis == plane else slice(None) for axis in range(3))
        for index in range(shape[plane])
    ]
