"""An array of voxels with its place in the patient."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

Triple = tuple[float, float, float]
Cut = tuple[slice, slice, slice]  # (z, y, x)
IDENTITY: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


class Voxels(Protocol):
    """What can be cut like an array; it need not be in memory as a whole."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of voxels along (z, y, x)."""
        ...

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the values, as far as is known before they are read; a cut may have a wider one."""
        ...

    def __getitem__(self, cut: Cut, /) -> npt.NDArray[Any]:
        """Return a box of voxels."""
        ...


class Unread(Voxels, Protocol):
    """Voxels that are read when they are asked for."""

    def so_far(self) -> npt.NDArray[Any]:
        """Return the planes that are read."""
        ...

    def whole(self) -> npt.NDArray[Any]:
        """Read all that is not read yet."""
        ...


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
        n_z, n_y, n_x = self.voxels.shape
        return n_z, n_y, n_x

    @property
    def voxels(self) -> Voxels:
        """What boxes are cut from. Of a volume that is read on demand a box costs less than the whole ``array``."""
        return self.array

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel."""
        return math.prod(self.spacing_mm)

    def with_array(self, array: npt.NDArray[Any]) -> Volume:
        """Return another array of the same shape on the same grid."""
        if array.shape != self.shape:
            raise ValueError(f"shape {array.shape} is not the grid's {self.shape}")
        return replace(self, array=array)

    def mask_of(self, label: int) -> Volume:
        """Return the region of one label, as 0 and 1."""
        return self.with_array((self.array == label).view(np.uint8))


class VolumeOnDemand(Volume):
    """A volume whose planes are read when they are asked for.

    Who asks for ``voxels`` gets a box, for which some planes are read; who asks for the ``array``, all of them.
    """

    _unread: Unread

    @classmethod
    def of(cls, unread: Unread, **place: Any) -> Self:
        """Lay unread voxels on a grid; ``place`` are the attributes of a volume but for its array."""
        volume = cls(np.broadcast_to(unread.dtype.type(0), unread.shape), **place)
        del volume.__dict__["array"]
        object.__setattr__(volume, "_unread", unread)
        return volume

    @cached_property
    def array(self) -> npt.NDArray[Any]:
        """All voxels, read-only."""
        view = self._unread.whole().view()
        view.flags.writeable = False
        return view

    @property
    def is_whole(self) -> bool:
        """Whether all planes are read."""
        return "array" in self.__dict__

    @property
    def voxels(self) -> Voxels:
        """The array once it is read, else what is read on demand."""
        return self.array if self.is_whole else self._unread

    def so_far(self) -> Volume:
        """Return the planes that are read, one upon the other; their place on the grid means nothing."""
        found = self.array if self.is_whole else self._unread.so_far()
        return Volume(found, self.spacing_mm, modality=self.modality, is_2d=self.is_2d)
