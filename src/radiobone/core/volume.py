"""An array of voxels with its place in the patient."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Triple = tuple[float, float, float]
IDENTITY: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Volume:
    """Voxels and their grid. Always three-dimensional; a radiograph has one slice.

    Attributes
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Intensities, or integer labels. Read-only.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    origin_mm : tuple of float, (x, y, z)
        Position of the centre of voxel [0, 0, 0] in the patient (DICOM's LPS axes).
    direction : tuple of 9 float
        Direction cosines as ITK writes them: row-major 3 × 3, columns are the image axes x, y, z.
    modality : str or None
        DICOM's code (``CT``, ``MR``, ``DX`` …) where the file tells it.
    is_2d : bool
        True for a single image such as a radiograph.
    spacing_assumed : bool
        True if the file does not tell the size of a pixel in the patient.
    frame_of_reference : str or None
        DICOM's identifier of the patient's axes, where the file tells it: positions of two files with different ones
        cannot be compared.
    padding : float or None
        Intensity that marks what was not scanned, where the file tells it.
    """

    array: npt.NDArray[Any]
    spacing_mm: Triple = (1.0, 1.0, 1.0)
    origin_mm: Triple = (0.0, 0.0, 0.0)
    direction: tuple[float, ...] = field(default=IDENTITY)
    modality: str | None = None
    is_2d: bool = False
    spacing_assumed: bool = False
    frame_of_reference: str | None = None
    padding: float | None = None

    def __post_init__(self) -> None:
        if self.array.ndim != 3:
            raise ValueError(f"a Volume has three axes (z, y, x), not {self.array.ndim}")
        view = self.array.view()
        view.flags.writeable = False
        object.__setattr__(self, "array", view)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along (z, y, x)."""
        n_z, n_y, n_x = self.array.shape
        return n_z, n_y, n_x

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel."""
        return math.prod(self.spacing_mm)

    def with_array(self, array: npt.NDArray[Any]) -> Volume:
        """Return another array of the same shape on the same grid."""
        if array.shape != self.array.shape:
            raise ValueError(f"shape {array.shape} is not the grid's {self.array.shape}")
        return replace(self, array=array)

    def mask_of(self, label: int) -> Volume:
        """Return the region of one label, as 0 and 1."""
        return self.with_array((self.array == label).view(np.uint8))
