"""DICOM RTSTRUCT: contours drawn on slices become masks on the image's grid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import DimensionMismatch, GeometryMismatch, LabelNotFound, UnreadableImage
from radiobone.core.lazy import lazily
from radiobone.core.validation import world_to_index
from radiobone.core.volume import Volume
from radiobone.core.warnings import GeometrySnapped, warn
from radiobone.io.dicom_dataset import check_frame_of_reference, read_dataset
from radiobone.io.polygon import fill
from radiobone.io.structures import empty_mask, label_not_found, name_in

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

pydicom = lazily("pydicom")

FloatArray = npt.NDArray[np.float64]
AREA_CONTOURS = {"CLOSED_PLANAR", "CLOSEDPLANAR_XOR"}
FLAT_VOXELS = 0.1  # a contour may leave its plane by so much
ON_SLICE_VOXELS = 0.25
NOISE_VOXELS = 1e-3
ROUNDED_DIGITS = 6  # of a voxel: noise of decimal strings must not decide on which side a centre lies


@dataclass(frozen=True, eq=False)
class RtStructMask:
    """The structures of one RTSTRUCT, rasterised one at a time, so that they may overlap.

    Attributes
    ----------
    names : dict
        ROI number by name.
    contours : dict
        Closed contours by ROI number; each an array of shape (n_points, 3), (x, y, z) in mm.
    """

    path: Path
    image: Volume
    names: dict[str, int]
    contours: dict[int, list[FloatArray]]

    def structures(self) -> tuple[str, ...]:
        """Names of the ROIs, drawn or not."""
        return tuple(self.names)

    def region(self, *, roi: str | None, label: int | None) -> Volume:
        """One ROI as 0 and 1; ``label`` is the ROI number. See ``radiobone.io.masks.Mask``."""
        number = self.number(roi=roi, label=label)
        contours = self.contours.get(number, [])
        if not contours:
            raise empty_mask(str(self.path), f"ROI {number}")
        mask = rasterise(contours, self.image, str(self.path))
        if not mask.any():
            raise empty_mask(str(self.path), f"ROI {number}")
        return self.image.with_array(mask)

    def number(self, *, roi: str | None, label: int | None) -> int:
        """ROI number of a structure; see ``radiobone.io.masks.Mask``."""
        if label is not None:
            if label not in self.names.values():
                raise label_not_found(str(self.path), f"ROI number {label}", self.names, by_value=True)
            return label
        name = name_in(str(self.path), roi, self.names)
        if name is None:
            raise label_not_found(str(self.path), roi, self.names)
        return self.names[name]


def open_rtstruct(path: Path, image: Volume) -> RtStructMask:
    """Open an RTSTRUCT file.

    Parameters
    ----------
    path : Path
        The DICOM file.
    image : Volume
        The image whose grid the masks get; DICOM or any other format, if it lies at the same place.

    Raises
    ------
    UnreadableImage
        If it has no structures.
    LabelNotFound
        If two ROIs have one name.
    """
    dataset = read_dataset(path)
    check_frame_of_reference(dataset, image, path)
    items = dataset.get("StructureSetROISequence") or ()
    if not items:
        raise UnreadableImage(f"{path} is an RTSTRUCT without structures. Export the contours again.")
    names: dict[str, int] = {}
    for item in items:
        name = str(item.get("ROIName") or f"roi_{item.ROINumber}")
        if name in names:
            raise LabelNotFound(
                f"{path}: two ROIs are called '{name}', and which is meant cannot be told. Rename one."
            )
        names[name] = int(item.ROINumber)
    return RtStructMask(path, image, names, _contours(dataset))


def _contours(dataset: Dataset) -> dict[int, list[FloatArray]]:
    found: dict[int, list[FloatArray]] = defaultdict(list)
    for item in dataset.get("ROIContourSequence") or ():
        for contour in item.get("ContourSequence") or ():
            points = np.asarray(contour.get("ContourData") or (), dtype=float).reshape(-1, 3)
            if contour.get("ContourGeometricType") in AREA_CONTOURS and len(points) >= 3:
                found[int(item.ReferencedROINumber)].append(points)
    return dict(found)


def rasterise(contours_mm: Sequence[FloatArray], image: Volume, what: str) -> npt.NDArray[np.uint8]:
    """Fill closed contours on the image's grid, by the even-odd rule in every slice.

    Parameters
    ----------
    contours_mm : sequence of ndarray, shape (n_points, 3)
        Corners (x, y, z) in mm; each contour lies in one slice of the image.
    image : Volume
        The grid. Its slices may run along any of its axes.

    Returns
    -------
    ndarray of uint8, shape of the image
        1 where the voxel's centre is inside.

    Raises
    ------
    GeometryMismatch
        If the contours do not lie in the image's slices.
    """
    if image.is_2d:
        raise DimensionMismatch(
            f"{what}: contours in space need a volume, and the image is a single 2D image."
        )
    indices = [world_to_index(image, contour) for contour in contours_mm]
    axis = _slice_axis(indices, what)
    by_slice: dict[int, list[FloatArray]] = defaultdict(list)
    for number, outline in _outlines(indices, axis, image.shape[axis], what):
        if not any(np.array_equal(outline, drawn) for drawn in by_slice[number]):  # a copy would undo it
            by_slice[number].append(outline)
    mask = np.zeros(image.shape, dtype=np.uint8)
    slices = np.moveaxis(mask, axis, 0)
    for number, outlines in by_slice.items():
        slices[number] = fill(outlines, (slices.shape[1], slices.shape[2]))
    return mask


def _slice_axis(indices: Sequence[FloatArray], what: str) -> int:
    """Return the image axis across which every contour is flat."""
    spread = np.max([np.ptp(contour, axis=0) for contour in indices], axis=0)
    axis = int(spread.argmin())
    if not spread[axis] <= FLAT_VOXELS:
        raise GeometryMismatch(
            f"{what}: the contours cut across the image's slices (by {spread[axis]:.2g} voxels), so they were drawn "
            "on another scan or in another plane. Pair the RTSTRUCT with the series it was drawn on."
        )
    return axis


def _outlines(
    indices: Sequence[FloatArray], axis: int, n_slices: int, what: str
) -> Iterator[tuple[int, FloatArray]]:
    """Yield the slice number and the outline within the slice of every contour."""
    heights = np.array([contour[:, axis].mean() for contour in indices])
    numbers = np.rint(heights).astype(int)
    off = float(np.abs(heights - numbers).max())
    outside = int(((numbers < 0) | (numbers >= n_slices)).sum())
    if off > ON_SLICE_VOXELS or outside:
        raise GeometryMismatch(
            f"{what}: {outside} of {len(indices)} contours lie outside the image, and contours are up to "
            f"{off:.2g} slices away from the nearest slice. They were drawn on another scan, or the image was "
            "resampled. Pair the RTSTRUCT with the series it was drawn on."
        )
    if off > NOISE_VOXELS:
        warn(
            GeometrySnapped(
                f"{what}: contours up to {off:.2g} slices beside their slice were moved onto it."
            ),
            stacklevel=5,
        )
    for number, contour in zip(numbers, indices, strict=True):
        yield int(number), np.round(np.delete(contour, axis, axis=1), ROUNDED_DIGITS)
