"""CT volumes of the size that hospitals store, to time extraction on: made on the spot, the same on every machine.

A trunk of soft tissue in air, with vertebral bodies (a shell of bone round textured marrow) and the two psoas
muscles in it, all ellipsoids. What takes time is the number of voxels and of regions, not the anatomy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple, Volume
from radiobone.io.write import write_volume
from radiobone.testing.scanner import correlated_field
from radiobone.testing.vertebra import BODY, vertebra

Array = npt.NDArray[np.float32]
SPACING_MM: Triple = (1.25, 0.7, 0.7)
ORIGIN_MM: Triple = (-170.0, -170.0, 50.0)
IN_PLANE = 512
TILE = (64, 256, 256)  # noise repeats after so many voxels, which saves most of the time
TRUNK_MM = (120.0, 160.0)  # half axes to the back and to the left
TISSUE_HU, AIR_HU, SHELL_HU, MARROW_HU, MUSCLE_HU = 40.0, -1000.0, 360.0, -230.0, 15.0
SHELL_MM = 2.0


@dataclass(frozen=True)
class Workload:
    """An image and the regions to be measured in it.

    Attributes
    ----------
    image, labels : Volume
        int16 in HU; uint8 label map.
    values : tuple of int
        Labels to be measured.
    """

    image: Volume
    labels: Volume
    values: tuple[int, ...]

    def write(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Write both as compressed NIfTI and return the paths of image and labels."""
        paths = folder / f"{name}.nii.gz", folder / f"{name}_labels.nii.gz"
        write_volume(paths[0], self.image)
        write_volume(paths[1], self.labels)
        return paths


def one_vertebra_in_thick_slices() -> Workload:
    """Make a scan of a single vertebra, 3 mm slices, cut to its surroundings."""
    image, labels = vertebra(np.random.default_rng(0), density_mg_cm3=120.0, spacing_mm=(3.0, 0.9, 0.9))
    return Workload(image, labels, (BODY,))


def one_vertebra_in_a_ct() -> Workload:
    """Make one vertebral body in 512 × 512 × 200 voxels."""
    scan = _Scan(200, seed=1)
    scan.add_vertebra((125.0, 40.0, 0.0), (16.0, 19.0, 26.0), value=1)
    return scan.workload()


def psoas_pair_in_a_ct() -> Workload:
    """Make the pair of psoas muscles in 512 × 512 × 200 voxels, as one region."""
    scan = _Scan(200, seed=1)
    for side_mm in (-45.0, 45.0):
        scan.add_muscle((125.0, 45.0, side_mm), (60.0, 22.0, 20.0), value=1)
    return scan.workload()


def twelve_vertebrae_in_a_ct() -> Workload:
    """Make twelve labelled vertebral bodies in 512 × 512 × 290 voxels."""
    scan = _Scan(290, seed=2)
    for k in range(12):
        scale = 0.80 + 0.02 * k
        centre = (18 + 29.5 * k, 40 + 6 * np.cos(k / 2), 3 * np.sin(k))
        scan.add_vertebra(centre, (14.0, 19 * scale, 26 * scale), value=k + 1)
    return scan.workload()


WORKLOADS: Mapping[str, Callable[[], Workload]] = MappingProxyType(
    {
        "vertebra_3mm": one_vertebra_in_thick_slices,
        "vertebra": one_vertebra_in_a_ct,
        "psoas": psoas_pair_in_a_ct,
        "vertebrae12": twelve_vertebrae_in_a_ct,
    }
)


class _Scan:
    """A trunk that organs are put into; places are (z from the first slice, y and x from the middle), in mm."""

    def __init__(self, n_slices: int, *, seed: int) -> None:
        rng = np.random.default_rng(seed)
        shape = (n_slices, IN_PLANE, IN_PLANE)
        self._z, self._y, self._x = (
            ((np.arange(n) - middle) * step).astype(np.float32)
            for n, middle, step in zip(
                shape, (0, (IN_PLANE - 1) / 2, (IN_PLANE - 1) / 2), SPACING_MM, strict=True
            )
        )
        inside = (self._y[:, None] / TRUNK_MM[0]) ** 2 + (self._x[None, :] / TRUNK_MM[1]) ** 2 <= 1
        self._hu = 22 * _tiled(correlated_field(rng, TILE, (0.6, 1.0, 1.0)), n_slices)
        self._hu += np.where(inside, np.float32(TISSUE_HU), np.float32(AIR_HU))
        self._texture = correlated_field(rng, TILE, (1.2, 2.0, 2.0))
        self._labels = np.zeros(shape, dtype=np.uint8)

    def add_vertebra(self, centre_mm: Triple, half_axes_mm: Triple, *, value: int) -> None:
        outer = self._ellipsoid(centre_mm, half_axes_mm)
        z, y, x = (half - SHELL_MM for half in half_axes_mm)
        inner = self._ellipsoid(centre_mm, (z, y, x))
        self._hu[outer] += SHELL_HU
        self._hu[inner] += MARROW_HU + 60 * self._texture_at(inner)
        self._labels[outer] = value

    def add_muscle(self, centre_mm: Triple, half_axes_mm: Triple, *, value: int) -> None:
        body = self._ellipsoid(centre_mm, half_axes_mm)
        self._hu[body] += MUSCLE_HU + 10 * self._texture_at(body)
        self._labels[body] = value

    def workload(self) -> Workload:
        array = np.clip(np.rint(self._hu), -1024, 3071).astype(np.int16)
        image = Volume(array, SPACING_MM, ORIGIN_MM)
        present = np.flatnonzero(np.bincount(self._labels.ravel()))
        return Workload(image, image.with_array(self._labels), tuple(int(v) for v in present if v > 0))

    def _ellipsoid(self, centre_mm: Triple, half_axes_mm: Triple) -> tuple[npt.NDArray[np.int64], ...]:
        """Return the indices (z, y, x) of the voxels within an ellipsoid."""
        z, y, x = (
            ((axis - np.float32(centre)) / np.float32(half)) ** 2
            for axis, centre, half in zip((self._z, self._y, self._x), centre_mm, half_axes_mm, strict=True)
        )
        near = [np.flatnonzero(axis <= 1) for axis in (z, y, x)]
        level = z[near[0], None, None] + y[None, near[1], None] + x[None, None, near[2]]
        return tuple(along[found] for along, found in zip(near, np.nonzero(level <= 1), strict=True))

    def _texture_at(self, where: tuple[npt.NDArray[np.int64], ...]) -> Array:
        return np.asarray(self._texture[tuple(index % n for index, n in zip(where, TILE, strict=True))])


def _tiled(tile: Array, n_slices: int) -> Array:
    """Repeat a periodic tile over a volume of so many slices."""
    z, y, x = (np.arange(n) % size for n, size in zip((n_slices, IN_PLANE, IN_PLANE), TILE, strict=True))
    return np.asarray(tile[np.ix_(z, y, x)])
