"""An image and the bones outlined in it, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import EmptyMask, LabelNotFound
from radiobone.core.validation import check_same_grid, real_numbers
from radiobone.core.volume import Cut, Volume
from radiobone.core.warnings import StructureNamesAssumed, warn
from radiobone.io.label_file import LabelMask, as_labels
from radiobone.io.label_scan import label_boxes
from radiobone.io.masks import Mask, open_mask
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES
from radiobone.workflow.single import ImageLike, as_volume

VERTEBRA = "vertebrae_"


@dataclass(frozen=True, eq=False)
class Anatomy:
    """Structures of one image.

    Attributes
    ----------
    image : Volume
        Intensities in HU.
    mask : Mask
        What is outlined.
    names : mapping or None
        Value by name, where the mask itself names none; None where it does.
    """

    image: Volume
    mask: Mask
    names: Mapping[str, int] | None

    def structures(self) -> tuple[str, ...]:
        """Names of all structures, whether a voxel is set in them or not."""
        return self.mask.structures() if self.names is None else tuple(self.names)

    def find(self, name: str) -> Volume | None:
        """Return a structure as 0 and 1; None if it is not there or has no voxel."""
        if name not in self.structures():
            return None
        try:
            if self.names is None:
                return self.mask.region(roi=name, label=None)
            return self.mask.region(roi=None, label=self.names[name])
        except (EmptyMask, LabelNotFound):
            return None

    def joint(self, names: Sequence[str]) -> tuple[Cut, npt.NDArray[np.bool_]] | None:
        """Return a box, and where in it any of several structures is; None if none of them has a voxel."""
        if not isinstance(self.mask, LabelMask):
            found = [mask.array != 0 for name in names if (mask := self.find(name)) is not None]
            whole = slice(None), slice(None), slice(None)
            return (whole, np.logical_or.reduce(found)) if found else None
        known = self.names or self.mask.names
        there = [known[name] for name in names if known.get(name) in self.mask.present]
        if not there:
            return None
        boxes = [self.mask.present[value] for value in there]
        z, y, x = (
            slice(min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes))
            for axis in range(3)
        )
        return (z, y, x), np.isin(self.mask.labels.array[z, y, x], there)

    def bright(self, above_hu: float) -> dict[str, int]:
        """Count the voxels above a value in every structure of a label map, and in the whole image ("")."""
        found = self.image.array > above_hu
        counts = {"": int(np.count_nonzero(found))}
        if isinstance(self.mask, LabelMask) and counts[""]:
            names = {value: name for name, value in (self.names or self.mask.names).items()}
            values, numbers = np.unique(self.mask.labels.array[found], return_counts=True)
            for value, number in zip(values.tolist(), numbers.tolist(), strict=True):
                if value:
                    counts[names.get(value, f"label_{value}")] = number
        return counts


def anatomy_of(image: Volume, mask: ImageLike, names: Mapping[str, int] | None = None) -> Anatomy:
    """Open a mask of any kind on its image.

    Parameters
    ----------
    image : Volume
        What it was outlined on.
    mask : path, SimpleITK image, Volume, or ndarray of shape (n_z, n_y, n_x)
        A label map, a folder with a file per structure, RTSTRUCT or DICOM-SEG.
    names : mapping, optional
        Value by name, for label maps that name nothing. Default: TotalSegmentator's of its task ``total``.

    Warns
    -----
    StructureNamesAssumed
        If TotalSegmentator's names were taken.
    """
    opened = open_mask(Path(mask), image) if isinstance(mask, (str, Path)) else _from_array(image, mask)
    if not isinstance(opened, LabelMask):
        return Anatomy(image, opened, None)
    if names is not None:
        return Anatomy(image, opened, dict(names))
    if opened.names:
        return Anatomy(image, opened, None)
    return Anatomy(image, opened, _assumed_names(opened))


def bodies_of(anatomy: Anatomy, bodies: ImageLike) -> Anatomy:
    """Open a mask of vertebral bodies on the image of the vertebrae themselves.

    A label map that names nothing has the values of the vertebrae, if it has any of them; else its first label is taken
    for all bodies.
    """
    image = anatomy.image
    opened = open_mask(Path(bodies), image) if isinstance(bodies, (str, Path)) else _from_array(image, bodies)
    if not isinstance(opened, LabelMask) or opened.names:
        return Anatomy(image, opened, None)
    named = anatomy.names or (anatomy.mask.names if isinstance(anatomy.mask, LabelMask) else {})
    shared = {
        name: value for name, value in named.items() if name.startswith(VERTEBRA) and value in opened.present
    }
    return Anatomy(image, opened, shared or None)


def _from_array(image: Volume, mask: ImageLike) -> LabelMask:
    drawn = as_volume(mask, image.spacing_mm)
    labels = drawn.with_array(as_labels(real_numbers(drawn.array, "The mask"), "The mask"))
    if isinstance(mask, np.ndarray):
        labels = image.with_array(labels.array) if labels.shape == image.shape else labels
    check_same_grid(image, labels)
    return LabelMask(labels, {}, "The mask", label_boxes(labels.array))


def _assumed_names(mask: LabelMask) -> dict[str, int] | None:
    """TotalSegmentator's names for the labels of a map that names none; None for a mask of one structure."""
    if len(mask.present) < 2 or max(mask.present) > len(TOTAL_CLASSES):
        return None
    warn(
        StructureNamesAssumed(
            f"{mask.what} names no structures; its labels were taken as those of TotalSegmentator's task 'total' (version 2), "
            "vertebrae_L1 being 31. Look at the pictures, or say what the labels are."
        ),
        stacklevel=4,
    )
    known = {value: name for name, value in TOTAL_CLASSES.items()}
    return {known[value]: value for value in mask.present}
