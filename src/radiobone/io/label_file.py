"""Masks in an image file: one label or many, named by the file's header or not."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.core.errors import (
    MaskLooksLikeImage,
    ProbabilisticMask,
    VectorImage,
    VectorMask,
)
from radiobone.core.volume import Cut, Volume
from radiobone.core.warnings import MaskRounded, SpacingAssumed, collected, warn
from radiobone.imaging.itk import component, from_sitk
from radiobone.imaging.mask_grid import MaskReading
from radiobone.io.files import first_bytes
from radiobone.io.grid import Turn, onto_grid
from radiobone.io.images import read_image
from radiobone.io.label_scan import label_boxes
from radiobone.io.mask_colours import Colour, check_one_colour, colours_of_values
from radiobone.io.nifti import is_nifti, label_names
from radiobone.io.nrrd import is_nrrd, segment_names
from radiobone.io.packing import mask_of
from radiobone.io.radiograph import is_picture
from radiobone.io.soft_edges import check_hard_edge
from radiobone.io.structures import choose_label, region_of

MOST_LABELS = 4096
FEW_LABELS = 32
RESTLESS_SHARE = 0.3  # of neighbouring voxels that differ: structures are compact, images are not
ROUNDING = 1e-3


@dataclass(frozen=True, eq=False)
class LabelMask:
    """A label map on the image's grid.

    Attributes
    ----------
    labels : Volume
        Integers, on the image's grid.
    names : mapping
        Label value by name, as declared; may be empty.
    what : str
        The file, for messages.
    present : mapping
        Positive values that occur, in growing order, and the box of each.
    default_label : int or None
        Value meant where neither a label nor a name is asked for.
    colours : mapping or None
        Of a picture's channel: the colours of values that have several. None of labels from elsewhere, whose edges are not looked at.
    """

    labels: Volume
    names: Mapping[str, int]
    what: str
    present: Mapping[int, Cut]
    default_label: int | None = None
    colours: Mapping[int, list[Colour]] | None = None

    def structures(self) -> tuple[str, ...]:
        """Names as declared, or ``label_<n>`` for each value that occurs."""
        return tuple(self.names) or tuple(f"label_{value}" for value in self.present)

    def region(self, *, roi: str | None, label: int | None) -> Volume:
        """One structure as 0 and 1; see ``radiobone.io.masks.Mask``."""
        chosen = self.number(roi=roi, label=label)
        if self.colours is not None:
            check_one_colour(chosen, self.colours, self.what)
            check_hard_edge(self.labels.array, chosen, self.present, self.what)
        declared = self.names.values()
        return region_of(self.labels, chosen, self.what, declared=declared, present=self.present)

    def number(self, *, roi: str | None, label: int | None) -> int:
        """Value of a structure; see ``radiobone.io.masks.Mask``."""
        if label is None and not roi:
            label = self.default_label
        names = self.names or {f"label_{value}": value for value in self.present if _is_label_name(roi)}
        return choose_label(self.what, roi=roi, label=label, names=names, present=tuple(self.present))


def _is_label_name(roi: str | None) -> bool:
    return roi is not None and roi.startswith("label_")


def open_label_file(path: Path, image: Volume, reading: MaskReading | None = None) -> LabelMask:
    """Read a mask file and lay it on the image's grid.

    Parameters
    ----------
    path : Path
        Any image format that is read; structure names are taken from TotalSegmentator's NIfTI header
        extension and from 3D Slicer's ``.seg.nrrd``.
    image : Volume
        The image that the mask belongs to.
    reading : MaskReading, optional
        The channel, the label meant where nothing is asked for, and how far the grids may differ.

    Raises
    ------
    VectorMask, MaskLooksLikeImage, ProbabilisticMask, GeometryMismatch, DimensionMismatch
        Some when a region is asked for. And the errors of ``read_image``.

    Warns
    -----
    MaskRounded, GeometrySnapped
    """
    what = str(path)
    reading = reading or MaskReading()
    volume = _read(path, image, reading.channel)
    labels = as_labels(volume.array, what)
    present = label_boxes(labels)
    _check_not_an_image(labels, present, what)
    on_grid = onto_grid(volume.with_array(labels), image, what, reading)
    turn = Turn() if reading.correct_grid else Turn.between(volume, image)
    if turn != Turn():
        present = {value: turn.of_box(box, volume.shape) for value, box in present.items()}
    colours = colours_of_values(path, reading.channel)
    return LabelMask(on_grid, _names(path), what, present, reading.label, colours)


def _read(path: Path, image: Volume, channel: int | None) -> Volume:
    """Read; a picture file knows no pixel size, so it takes that of a 2D image of the same size."""
    try:
        with collected() as told, mask_of(math.prod(image.shape)):
            volume = read_image(path)
    except VectorImage as error:
        if channel is None:
            raise VectorMask(
                f"{path} holds several values per voxel (colour, or segments that overlap), where one label is needed. "
                "Export each structure as a mask of its own, or as one label map, or name the one that counts "
                "(`label_channel` in a pyradiomics parameter file, `mask: {channel: 0}` in ours)."
            ) from error
        volume, unplaced = _read_channel(path, channel), is_picture(first_bytes(path))
    else:
        unplaced = any(isinstance(one, SpacingAssumed) for one in told)
    for one in told:
        if not isinstance(one, SpacingAssumed):
            warn(one, stacklevel=4)
    if unplaced and image.is_2d and volume.shape == image.shape:
        return replace(image, array=volume.array)
    return volume


def _read_channel(path: Path, channel: int) -> Volume:
    """Read one of several values per voxel; the file's bytes were checked before the values were counted."""
    one = component(sitk.ReadImage(str(path)), channel, str(path))
    is_2d = one.GetDimension() == 2
    return from_sitk(sitk.JoinSeries(one) if is_2d else one, is_2d=is_2d)


def as_labels(array: npt.NDArray[Any], what: str) -> npt.NDArray[np.integer]:
    """Whole numbers from whatever type the mask was stored in.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Values as stored.

    Raises
    ------
    ProbabilisticMask
        If there are fractions.
    MaskLooksLikeImage
        If there are too many values for labels.
    """
    if np.issubdtype(array.dtype, np.floating):
        return _rounded(array, what)
    if array.dtype != np.uint64:
        return array
    if array.max(initial=0) > np.iinfo(np.int64).max:
        raise _not_labels(what, f"values up to {int(array.max())}")
    return array.astype(np.int64)


def _rounded(array: npt.NDArray[Any], what: str) -> npt.NDArray[np.int32]:
    finite = np.isfinite(array)
    values = np.where(finite, array, 0).astype(np.float64)
    whole = np.clip(np.rint(values), -(2.0**31), 2.0**31 - 1).astype(np.int32)
    worst = float(np.abs(values - whole).max(initial=0))
    if worst > ROUNDING:
        raise _fractions(values, whole, what)
    if worst > 0 or not finite.all():
        warn(
            MaskRounded(
                f"{what}: the labels are not whole numbers (off by up to {worst:.2g}"
                f"{'' if finite.all() else ', and some are NaN, taken as background'}); they were rounded. "
                "Resample masks with nearest neighbour."
            ),
            stacklevel=4,
        )
    return whole


def _fractions(
    values: npt.NDArray[Any], whole: npt.NDArray[np.int32], what: str
) -> ProbabilisticMask | MaskLooksLikeImage:
    low, high = float(values.min()), float(values.max())
    if low < -1 or len(label_boxes(whole)) > FEW_LABELS:
        return _not_labels(what, f"fractions from {low:g} to {high:g}")
    return ProbabilisticMask(
        f"{what} holds fractions from {low:g} to {high:g}, not labels: a probability map, or a mask resampled "
        "with interpolation. Where the border lies would be a guess. Threshold it (usually at 0.5) and save it "
        "as integers."
    )


def _check_not_an_image(labels: npt.NDArray[np.integer], present: Collection[int], what: str) -> None:
    n_labels = len(present)
    signed = np.issubdtype(labels.dtype, np.signedinteger)
    n_negative = len(np.unique(labels[labels < 0])) if signed else 0
    if n_labels > MOST_LABELS or n_negative > FEW_LABELS:
        raise _not_labels(what, f"{n_labels + n_negative} different values")
    if n_labels > FEW_LABELS:
        restless = float((labels[..., 1:] != labels[..., :-1]).mean())
        if restless > RESTLESS_SHARE:
            raise _not_labels(what, f"{n_labels} values, and {restless:.0%} of neighbouring voxels differ")


def _not_labels(what: str, found: str) -> MaskLooksLikeImage:
    return MaskLooksLikeImage(
        f"{what} holds {found}: an image, not a mask. Image and mask may be swapped in the manifest. "
        "Name the mask file here."
    )


def _names(path: Path) -> dict[str, int]:
    if path.is_dir():
        return {}
    start = first_bytes(path)
    if is_nifti(start):
        return label_names(path)
    return segment_names(path) if is_nrrd(start) else {}
