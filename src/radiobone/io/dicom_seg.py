"""DICOM-SEG: frames of a segmentation object are put where they belong on the image's grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import (
    DuplicateSlices,
    GeometryMismatch,
    LabelNotFound,
    ProbabilisticMask,
    UnreadableImage,
)
from radiobone.core.lazy import lazily
from radiobone.core.validation import SNAP_VOXELS, world_to_index
from radiobone.core.volume import Volume
from radiobone.core.warnings import silenced
from radiobone.io.dicom_dataset import check_frame_of_reference, read_dataset
from radiobone.io.dicom_frames import Frame, check_pixel_bytes, frames_of
from radiobone.io.files import damaged, understood
from radiobone.io.structures import empty_mask, label_not_found, name_in

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

pydicom = lazily("pydicom")

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SegMask:
    """The segments of one DICOM-SEG, each put on the image's grid when asked for.

    Attributes
    ----------
    names : tuple of (str, int)
        Label and number of every segment.
    """

    path: Path
    image: Volume
    dataset: Dataset
    names: tuple[tuple[str, int], ...]

    def structures(self) -> tuple[str, ...]:
        """Labels of the segments, whether a voxel is set or not."""
        return tuple(name for name, _ in self.names)

    def region(self, *, roi: str | None, label: int | None) -> Volume:
        """One segment as 0 and 1; ``label`` is the segment number. See ``radiobone.io.masks.Mask``."""
        number = self.number(roi=roi, label=label)
        with understood(self.path, "DICOM-SEG"):
            mask = self._placed(number)
        if not mask.any():
            raise empty_mask(str(self.path), f"segment {number} ({roi or 'unnamed'})")
        return self.image.with_array(mask)

    def _placed(self, number: int) -> npt.NDArray[np.uint8]:
        """Put every frame of a segment where it lies."""
        mask = np.zeros(self.image.shape, dtype=np.uint8)
        places = list[FloatArray]()
        for frame in self.frames:
            if self._is_labelmap or _segment_number(frame) == number:
                value = number if self._is_labelmap else 1
                _place(self._pixels[frame.number] == value, frame, self.image, mask)
                places.append(frame.position_mm)
        _check_places(places, self.path)
        return mask

    @property
    def _is_labelmap(self) -> bool:
        return bool(self.dataset.get("SegmentationType") == "LABELMAP")

    @cached_property
    def frames(self) -> tuple[Frame, ...]:
        """Planes of the object, with their places."""
        with understood(self.path, "DICOM"):  # sequences are parsed when they are asked for
            return tuple(frames_of(self.path, self.dataset))

    @cached_property
    def _pixels(self) -> npt.NDArray[Any]:
        check_pixel_bytes(self.dataset, self.path)
        try:
            with silenced():  # of more frames than are described, which are refused below
                pixels = self.dataset.pixel_array
        except (ValueError, AttributeError, RuntimeError, NotImplementedError, EOFError, OSError) as error:
            raise damaged(self.path, str(error).strip().splitlines()[0]) from error
        planes = np.asarray(pixels).reshape(-1, int(self.dataset.Rows), int(self.dataset.Columns))
        if len(planes) != len(self.frames):
            raise damaged(self.path, f"{len(planes)} frames of pixels where {len(self.frames)} are described")
        return planes

    def number(self, *, roi: str | None, label: int | None) -> int:
        """Segment number of a structure; see ``radiobone.io.masks.Mask``."""
        names = self.structures()
        numbers = [number for _, number in self.names]
        if label is not None:
            if label not in numbers:
                raise label_not_found(str(self.path), f"segment {label}", names, by_value=True)
            return label
        name = name_in(str(self.path), roi, names)
        if name is None:
            raise label_not_found(str(self.path), roi, names)
        if names.count(name) > 1:
            raise LabelNotFound(
                f"{self.path}: {names.count(name)} segments are called '{name}'. Give the segment number as mask_label."
            )
        return numbers[names.index(name)]


def open_dicom_seg(path: Path, image: Volume) -> SegMask:
    """Open a DICOM segmentation, binary or label map.

    Parameters
    ----------
    path : Path
        The DICOM file.
    image : Volume
        The image whose grid the masks get; DICOM or any other format, if it lies at the same place.

    Raises
    ------
    ProbabilisticMask
        If the segmentation is fractional.
    UnreadableImage
        If it has no segments.
    """
    dataset = read_dataset(path)
    check_frame_of_reference(dataset, image, path)
    if dataset.get("SegmentationType") == "FRACTIONAL":
        raise ProbabilisticMask(
            f"{path} is a fractional segmentation: it holds probabilities or partial volumes, not labels. "
            "Threshold it (usually at 0.5) and export it as a binary segmentation."
        )
    names = tuple(
        (str(item.get("SegmentLabel") or f"segment_{item.SegmentNumber}"), int(item.SegmentNumber))
        for item in dataset.get("SegmentSequence") or ()
        if int(item.SegmentNumber) != 0  # background, which label maps may describe
    )
    if not names:
        raise UnreadableImage(f"{path} is a DICOM segmentation without segments. Export it again.")
    return SegMask(path, image, dataset, names)


def _segment_number(frame: Frame) -> int:
    own = frame.header.PerFrameFunctionalGroupsSequence[frame.number]
    shared = frame.header.get("SharedFunctionalGroupsSequence") or [pydicom.Dataset()]
    for group in (own, shared[0]):
        if "SegmentIdentificationSequence" in group:
            return int(group.SegmentIdentificationSequence[0].ReferencedSegmentNumber)
    raise UnreadableImage(
        f"{frame.path}: frame {frame.number + 1} does not tell its segment. Export it again."
    )


def _check_places(places_mm: Sequence[FloatArray], path: Path) -> None:
    """Refuse two frames of one segment at one place: one of them belongs elsewhere."""
    if len(np.unique(np.round(places_mm, 3), axis=0)) < len(places_mm):
        raise DuplicateSlices(
            f"{path}: two frames of the segment lie at the same position. One of them belongs elsewhere, or is there twice. "
            "Export the segmentation again."
        )


def _place(pixels: npt.NDArray[np.bool_], frame: Frame, image: Volume, mask: npt.NDArray[np.uint8]) -> None:
    """Set the voxels of one frame; steps between pixels must be whole steps along the image's axes."""
    rows, columns = np.nonzero(pixels)
    if not len(rows):
        return
    world = frame.position_mm + np.array(
        [[0, 0, 0], frame.column_axis * frame.spacing_mm[0], frame.row_axis * frame.spacing_mm[1]]
    )
    first, next_row, next_column = world_to_index(image, world)
    index = first + np.outer(rows, next_row - first) + np.outer(columns, next_column - first)
    voxel = np.rint(index).astype(np.intp)
    off = float(np.abs(index - voxel).max())
    steps = np.abs([next_row - first, next_column - first])
    whole_steps = np.abs(steps.sum(axis=1) - 1).max() <= SNAP_VOXELS
    inside = bool(((voxel >= 0) & (voxel < image.shape)).all())
    if off > SNAP_VOXELS or not whole_steps or not inside:
        raise GeometryMismatch(
            f"{frame.path}: frame {frame.number + 1} does not lie on the image's grid "
            f"(up to {off:.2g} voxels off{'' if inside else ', and partly outside the image'}). It was made on "
            "another scan or another resolution. Pair it with the series it was made on, or resample it to the image."
        )
    mask[tuple(voxel.T)] = 1
