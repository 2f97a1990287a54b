"""What every measurement of bone says of itself, and the region that it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import NonFiniteIntensity, RoiTooSmall, VoxelTooLarge
from radiobone.core.settings import Settings
from radiobone.core.volume import Triple, Volume
from radiobone.core.warnings import CoarseVoxels, warn
from radiobone.features.bone.depth import depth_mm
from radiobone.imaging.crop import Box, bounding_box

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
S = TypeVar("S", bound=Settings)
MARGIN_MM = 6.0
EDGE_TOLERANCE = 1e-3  # spacings of files are rounded


class NoSettings(Settings):
    """For measurements that leave nothing to choose."""


@dataclass(frozen=True)
class VoxelRange:
    """Up to which edge length of a voxel (the longest of the three) a measurement holds.

    Attributes
    ----------
    warned_above_mm : float
        Beyond this it is less exact, and a warning says so.
    refused_above_mm : float
        Beyond this it means something else, and is refused.
    why : str
        What goes wrong with larger voxels.
    """

    warned_above_mm: float
    refused_above_mm: float
    why: str

    def check(self, spacing_mm: Triple, what: str) -> None:
        """Hold a voxel size against the range.

        Parameters
        ----------
        spacing_mm : tuple of float, (z, y, x)
            Edge lengths of one voxel.
        what : str
            The measurement, for messages.

        Raises
        ------
        VoxelTooLarge

        Warns
        -----
        CoarseVoxels
        """
        longest = max(spacing_mm)
        size = " × ".join(f"{edge:g}" for edge in spacing_mm)
        if longest > self.refused_above_mm * (1 + EDGE_TOLERANCE):
            raise VoxelTooLarge(
                f"{what} is refused: a voxel is {size} mm (z, y, x), and more than {self.refused_above_mm:g} mm is too much. "
                f"{self.why} Use thinner slices, or leave it out; resampling brings nothing back."
            )
        if longest > self.warned_above_mm * (1 + EDGE_TOLERANCE):
            warn(
                CoarseVoxels(
                    f"{what}: a voxel is {size} mm (z, y, x), more than {self.warned_above_mm:g} mm. {self.why} "
                    "Compare only scans of like voxel size."
                ),
                stacklevel=4,
            )


@dataclass(frozen=True, eq=False)
class BoneRegion:
    """A bone, or a part of one, cut out of its image with a margin.

    Attributes
    ----------
    hu : ndarray of float64, shape (n_z, n_y, n_x)
        Intensities of the box, in HU.
    mask : ndarray of bool, shape (n_z, n_y, n_x)
        True inside; of a vertebra its body alone.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    axes : ndarray of float64, shape (3, 3)
        Row by row the direction of the array's axes z, y, x in the patient, as (left, back, head).
    box : Box
        Where the arrays lie in the image.
    image_shape : tuple of int, (z, y, x)
        Size of the image.
    posterior : ndarray of bool, shape (n_z, n_y, n_x), or None
        Posterior elements of a vertebra, where they are known: they tell where its back is.
    """

    hu: FloatArray
    mask: BoolArray
    spacing_mm: Triple
    axes: FloatArray
    box: Box
    image_shape: tuple[int, int, int]
    posterior: BoolArray | None = None

    @classmethod
    def of(cls, image: Volume, mask: Volume) -> BoneRegion:
        """Cut a region out of an image.

        Parameters
        ----------
        image : Volume
            Intensities in HU.
        mask : Volume
            Not zero inside, on the image's grid.

        Raises
        ------
        EmptyMask
            If no voxel is inside.
        NonFiniteIntensity
            If a voxel of the region is NaN or infinite.
        """
        margin = int(np.ceil(MARGIN_MM / min(image.spacing_mm)))
        box = bounding_box(mask.array).grown(margin, image.shape)
        inside = mask.array[box.slices] != 0
        hu = image.voxels[box.slices].astype(np.float64)
        _check_finite(hu[inside])
        axes = np.asarray(image.direction, dtype=np.float64).reshape(3, 3).T[::-1].copy()
        return cls(hu, inside, image.spacing_mm, axes, box, image.shape)

    def part(self, mask: BoolArray) -> BoneRegion:
        """Return a part of the region, such as the body of a vertebra; the rest is taken for its posterior elements."""
        return replace(self, mask=mask, posterior=self.mask & ~mask)

    @cached_property
    def is_cut(self) -> bool:
        """Whether the region reaches the border of the image, an axis of one voxel apart."""
        sides = zip(self.box.low, self.box.high, self.image_shape, strict=True)
        return any(
            size > 1
            and bool(
                (low == 0 and self.mask.take(0, axis).any())
                or (high == size - 1 and self.mask.take(-1, axis).any())
            )
            for axis, (low, high, size) in enumerate(sides)
        )

    @cached_property
    def depth_mm(self) -> FloatArray:
        """Distance of each voxel's centre to the region's surface, in mm; 0 outside."""
        return depth_mm(self.mask, self.spacing_mm)

    @cached_property
    def voxels(self) -> npt.NDArray[np.intp]:
        """Places of the voxels inside, shape (3, n)."""
        return np.stack(np.nonzero(self.mask))

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel."""
        return float(np.prod(self.spacing_mm))

    def towards(self, patient_direction: Triple) -> FloatArray:
        """Return a direction of the patient (left, back, head) along the array's axes (z, y, x)."""
        return np.asarray(self.axes @ np.asarray(patient_direction), dtype=np.float64)

    def core(self, erosion_mm: float) -> BoolArray:
        """Return the voxels whose centres lie deeper than a distance below the surface.

        Raises
        ------
        RoiTooSmall
            If nothing is left.
        """
        left = self.depth_mm > erosion_mm
        if not left.any():
            raise RoiTooSmall(
                f"Nothing is left of the region when {erosion_mm:g} mm are taken off its surface; its deepest voxel lies "
                f"{self.depth_mm.max():.1f} mm deep. Check the mask, or take off less."
            )
        return left


@dataclass(frozen=True)
class Measurement(Generic[S]):
    """One measurement and all that a reader needs to know of it.

    Attributes
    ----------
    name : str
        As in the registry.
    definition, source : str
        What is computed, and where the definition comes from.
    units : mapping
        Unit of each number that it gives, by name; "1" has none.
    voxels : VoxelRange
        For which voxels it holds.
    compute : callable
        Region and settings to numbers by name.
    settings : Settings
        The defaults.
    of_bodies : bool
        Whether it is defined for the body of a vertebra alone.
    """

    name: str
    definition: str
    source: str
    units: Mapping[str, str]
    voxels: VoxelRange
    compute: Callable[[BoneRegion, S], dict[str, float]]
    settings: S
    of_bodies: bool = False

    def measure(self, region: BoneRegion, settings: S | None = None) -> dict[str, float]:
        """Measure a region.

        Parameters
        ----------
        region : BoneRegion
            What is measured.
        settings : Settings, optional
            Default: the measurement's own.

        Returns
        -------
        dict
            The numbers of ``units``.

        Raises
        ------
        VoxelTooLarge
            If the voxels are too large.
        MaskError
            If the region does not allow it; see the measurement's own file.

        Warns
        -----
        CoarseVoxels
        """
        self.voxels.check(region.spacing_mm, self.name)
        return self.compute(region, settings or self.settings)


def _check_finite(values: FloatArray) -> None:
    n_bad = int(np.count_nonzero(~np.isfinite(values)))
    if n_bad:
        raise NonFiniteIntensity(
            f"{n_bad} of the region's {values.size} voxels are NaN or infinite, so no mean can be taken. Convert the "
            "image again."
        )
