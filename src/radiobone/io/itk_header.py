"""What ITK says of a file before it decodes the voxels, and the Volume that comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.core.errors import (
    DimensionMismatch,
    NonOrthogonalGrid,
    RadioboneError,
    UnreadableImage,
    VectorImage,
)
from radiobone.core.validation import check_direction, check_spacing
from radiobone.core.volume import IDENTITY, Volume

ITK_DTYPES: dict[int, type[np.generic]] = {
    sitk.sitkUInt8: np.uint8, sitk.sitkInt8: np.int8, sitk.sitkUInt16: np.uint16, sitk.sitkInt16: np.int16,
    sitk.sitkUInt32: np.uint32, sitk.sitkInt32: np.int32, sitk.sitkUInt64: np.uint64,
    sitk.sitkInt64: np.int64, sitk.sitkFloat32: np.float32, sitk.sitkFloat64: np.float64,
}  # fmt: skip


@dataclass(frozen=True)
class ItkHeader:
    """The grid of a file, axes in ITK's order (x, y, z[, t])."""

    path: Path
    size: tuple[int, ...]
    spacing_mm: tuple[float, ...]
    origin_mm: tuple[float, ...]
    direction: tuple[float, ...]
    dtype: type[np.generic]

    @property
    def is_2d(self) -> bool:
        """Whether the file holds a single plane without a third axis."""
        return len(self.size) == 2

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along (z, y, x)."""
        n_x, n_y, n_z = (*self.size, 1)[:3]
        return n_z, n_y, n_x

    def volume(self, array: npt.NDArray[Any], *, modality: str | None = None) -> Volume:
        """Put voxels on the grid of the file.

        Parameters
        ----------
        array : ndarray
            Voxels, slowest axis first; axes of length one beyond the third are dropped.

        Raises
        ------
        NonOrthogonalGrid, BadSpacing
        """
        check_spacing(self.spacing_mm[:3], str(self.path))
        direction = _direction_3d(self.direction, len(self.size))
        check_direction(direction, str(self.path))
        s_x, s_y, s_z = (*self.spacing_mm, 1.0)[:3]
        o_x, o_y, o_z = (*self.origin_mm, 0.0)[:3]
        return Volume(
            np.ascontiguousarray(array.reshape(self.shape)),
            spacing_mm=(s_z, s_y, s_x),
            origin_mm=(o_x, o_y, o_z),
            direction=direction,
            modality=modality,
            is_2d=self.is_2d,
        )


def read_header(path: Path, image_io: str, *, of: Path | None = None) -> ItkHeader:
    """Read the header by one of ITK's readers.

    Parameters
    ----------
    path : Path
        The file.
    image_io : str
        ITK's name of the reader, such as ``NiftiImageIO``.
    of : Path, optional
        The file that messages name, where ``path`` is a copy of its header.

    Raises
    ------
    UnreadableImage
        If ITK cannot read it.
    VectorImage
        If there are several values per voxel.
    DimensionMismatch
        If there are not two or three dimensions, beyond those of length one.
    """
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.SetImageIO(image_io)
    name = of or path
    try:
        reader.ReadImageInformation()
    except RuntimeError as error:
        raise refusal(name, error) from error
    size = tuple(reader.GetSize())
    if reader.GetNumberOfComponents() != 1 or reader.GetPixelID() not in ITK_DTYPES:
        raise several_values(name, reader.GetNumberOfComponents())
    if len(size) < 2 or any(n != 1 for n in size[3:]):
        shown = " × ".join(str(n) for n in size)
        raise DimensionMismatch(
            f"{name} has {len(size)} dimensions ({shown}). One image or one volume is needed. "
            "Save the volume that you want to measure as a file of its own."
        )
    return ItkHeader(
        name, size, tuple(reader.GetSpacing()), tuple(reader.GetOrigin()), tuple(reader.GetDirection()),
        ITK_DTYPES[reader.GetPixelID()],
    )  # fmt: skip


def several_values(path: Path, n_components: int) -> VectorImage:
    """Build the error for a file with several values per voxel."""
    return VectorImage(
        f"{path} holds {max(n_components, 2)} values per voxel (colour, vectors or several segments), where "
        "one intensity is needed. Save it as greyscale, or choose one channel."
    )


def refusal(path: Path, error: RuntimeError) -> RadioboneError:
    """Translate what ITK says into an error that a person can act on."""
    last = str(error).strip().splitlines()[-1].strip()
    if "orthonormal" in last:
        return NonOrthogonalGrid(
            f"{path}: the image axes are not at right angles, as after a gantry tilt. Distances in the grid "
            "would be wrong. Resample the image to a straight grid first."
        )
    if "number of domain axes" in last:
        return DimensionMismatch(
            f"{path} has more axes in space and time than one volume (ITK: {last}). One image or one volume is needed. Save the "
            "volume that you want to measure as a file of its own."
        )
    if "Complex image" in last:
        return several_values(path, 2)
    return UnreadableImage(f"{path} cannot be read as an image ({last}). Convert or copy it again.")


def _direction_3d(direction: tuple[float, ...], n_dimensions: int) -> tuple[float, ...]:
    matrix = np.asarray(direction, dtype=float).reshape(n_dimensions, n_dimensions)
    padded = np.asarray(IDENTITY).reshape(3, 3)
    kept = min(n_dimensions, 3)
    padded[:kept, :kept] = matrix[:kept, :kept]
    return tuple(float(value) for value in padded.ravel())
