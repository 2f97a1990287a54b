"""CT of bones made of rods with round ends: a shell of cortex round trabecular bone of a known density, in soft tissue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple, Volume
from radiobone.testing.scanner import Scanner, acquire, correlated_field

Array = npt.NDArray[np.float32]
Axes = tuple[Array, Array, Array]
Point = tuple[float, float, float]
SOFT_HU, CORTEX_HU, MEAN_HU, HU_PER_SD = 45.0, 650.0, 190.0, 45.0
TEXTURE_HU, TEXTURE_PER_SD_HU, GRAIN_MM = 45.0, -12.0, 1.2


@dataclass(frozen=True)
class Rod:
    """A part of a bone.

    Attributes
    ----------
    start, end : tuple of float, (z, y, x)
        Ends of its axis, in mm from the first voxel.
    radius_mm : float
    label : int
        Rods of one label are one bone.
    mean_hu : float
        Of the trabecular bone inside, at the mean density.
    """

    start: Point
    end: Point
    radius_mm: float
    label: int
    mean_hu: float = MEAN_HU


def scan_rods(
    rng: np.random.Generator,
    rods: Sequence[Rod],
    density_sd: Sequence[float],
    *,
    size_mm: Triple,
    scanner: Scanner,
    cortex_mm: float = 0.8,
    inset_mm: float = 0.0,
) -> tuple[Volume, Volume]:
    """Scan bones.

    Parameters
    ----------
    rng : numpy.random.Generator
        For texture and noise.
    rods : sequence of Rod
    density_sd : sequence of float
        Of each rod: standard deviations from the mean density, each ``HU_PER_SD`` HU. Denser bone is more even.
    size_mm : tuple of float, (z, y, x)
        Of the image.
    scanner : Scanner
    cortex_mm : float
        Thickness of the shell.
    inset_mm : float
        How far inside the surface the bones are outlined.

    Returns
    -------
    image, labels : Volume
        int16 in HU; uint8.
    """
    shape = tuple(round(size / edge) for size, edge in zip(size_mm, scanner.spacing_mm, strict=True))
    fine = _points(shape, scanner.spacing_mm, scanner.slices_per_slice)
    coarse = _points(shape, scanner.spacing_mm, 1)
    tissue = np.full(np.broadcast_shapes(*(axis.shape for axis in fine)), SOFT_HU, dtype=np.float32)
    grain = tuple(GRAIN_MM / edge for edge in scanner.fine_spacing_mm)
    texture = correlated_field(rng, tissue.shape, grain)
    labels = np.zeros(shape, dtype=np.uint8)
    for rod, density in zip(rods, density_sd, strict=True):
        _place(tissue, rod, density, fine, texture, cortex_mm)
        box, near = _near(rod, coarse)
        labels[box][_distance(rod, near) < -inset_mm] = rod.label
    image = Volume(acquire(tissue, scanner, rng), spacing_mm=scanner.spacing_mm, modality="CT")
    return image, Volume(labels, spacing_mm=scanner.spacing_mm)


def _place(tissue: Array, rod: Rod, density: float, points: Axes, texture: Array, cortex_mm: float) -> None:
    """Put a rod into the tissue; where rods of one bone meet there is no cortex between them."""
    box, near = _near(rod, points)
    here, distance = tissue[box], _distance(rod, near)
    inside = (
        rod.mean_hu + HU_PER_SD * density + max(TEXTURE_HU + TEXTURE_PER_SD_HU * density, 5.0) * texture[box]
    )
    core = distance < -cortex_mm
    here[(distance < 0) & ~core & (here == SOFT_HU)] = CORTEX_HU
    here[core] = inside[core]


def _near(rod: Rod, points: Axes) -> tuple[tuple[slice, ...], Axes]:
    """Box of voxels round a rod, and the positions in it."""
    box = []
    for axis, ends in zip(points, zip(rod.start, rod.end, strict=True), strict=True):
        reach = (min(ends) - rod.radius_mm, max(ends) + rod.radius_mm)
        first, last = np.searchsorted(axis.ravel(), reach)
        box.append(slice(int(first), int(last)))
    z, y, x = points
    return tuple(box), (z[box[0]], y[:, box[1]], x[:, :, box[2]])


def _points(shape: tuple[int, ...], spacing_mm: Triple, n_thin: int) -> Axes:
    """Positions of voxel centres in mm, one open axis per array; ``n_thin`` slices of tissue to one of the image."""
    z_mm, y_mm, x_mm = spacing_mm
    z = ((np.arange(shape[0] * n_thin) + 0.5) / n_thin * z_mm).astype(np.float32)
    y, x = (
        ((np.arange(n) + 0.5) * edge).astype(np.float32)
        for n, edge in zip(shape[1:], (y_mm, x_mm), strict=True)
    )
    return z[:, None, None], y[None, :, None], x[None, None, :]


def _distance(rod: Rod, points: Axes) -> Array:
    """Signed distance to the surface, in mm, negative inside."""
    along = np.subtract(rod.end, rod.start).astype(np.float32)
    offsets = [axis - np.float32(origin) for axis, origin in zip(points, rod.start, strict=True)]
    length = float(along @ along)
    dot = sum(offset * step for offset, step in zip(offsets, along, strict=True))
    share = np.clip(dot / length, 0, 1) if length > 0 else np.float32(0)
    square = sum((offset - share * step) ** 2 for offset, step in zip(offsets, along, strict=True))
    return np.asarray(np.sqrt(square) - np.float32(rod.radius_mm), dtype=np.float32)
