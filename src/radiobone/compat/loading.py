"""Images and masks as pyradiomics takes them: file names or SimpleITK images; what was last read is kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import SimpleITK as sitk

from radiobone.compat.diagnostics import Entries, original_image_entries, original_mask_entries
from radiobone.core.errors import BadSetting
from radiobone.core.volume import Volume
from radiobone.imaging.itk import component
from radiobone.imaging.mask_grid import MaskReading
from radiobone.io.grid import onto_grid
from radiobone.io.images import files_read
from radiobone.io.label_file import LabelMask, as_labels
from radiobone.io.label_scan import label_boxes
from radiobone.io.masks import Mask, open_mask
from radiobone.workflow.single import as_volume

Source: TypeAlias = str | Path | sitk.Image
State = tuple[tuple[Path, int, int, int], ...]


@dataclass(frozen=True, eq=False)
class LoadedImage:
    """An image, and what its diagnostics are, computed when first asked for."""

    volume: Volume

    @cached_property
    def entries(self) -> Entries:
        """Diagnostics of the image."""
        return original_image_entries(self.volume)


@dataclass(frozen=True, eq=False)
class LoadedMask:
    """A mask with all its labels."""

    mask: Mask

    def region(self, label: int) -> Volume:
        """Return one label as 0 and 1."""
        return self.mask.region(roi=None, label=label)

    def entries(self, region: Volume) -> Entries:
        """Return diagnostics of the mask and one of its regions."""
        if isinstance(self.mask, LabelMask):
            return original_mask_entries(self.mask.labels, region)
        return original_mask_entries(region, region)


class Loader:
    """Reads images and masks; files asked for again, for another label, are not decoded again.

    The last image and mask read from files stay in memory until others take their place.
    """

    def __init__(self) -> None:
        self._image: tuple[State, LoadedImage] | None = None
        self._mask: tuple[Any, LoadedMask] | None = None

    def __getstate__(self) -> dict[str, None]:
        return {"_image": None, "_mask": None}  # a worker reads for itself

    def image(self, source: Source) -> LoadedImage:
        """Read an image.

        Raises
        ------
        ImageError, PathError, BadSetting
        """
        if isinstance(source, sitk.Image):
            return LoadedImage(as_volume(source))
        state = _state(source)
        if self._image is None or self._image[0] != state:
            self._image = None  # one image in memory, not two
            self._image = (state, LoadedImage(as_volume(Path(source))))
        return self._image[1]

    def mask(self, source: Source, image: Volume, reading: MaskReading) -> LoadedMask:
        """Read a mask that belongs to an image.

        Raises
        ------
        MaskError, ImageError, PathError, BadSetting
        """
        if isinstance(source, sitk.Image):
            return LoadedMask(read_labels(source, image, reading))
        key = (_state(source), reading.model_copy(update={"label": None}), image.shape, image.spacing_mm,
               image.origin_mm, image.direction)  # fmt: skip
        if self._mask is None or self._mask[0] != key:
            self._mask = (key, LoadedMask(open_mask(Path(source), image, reading)))
        return self._mask[1]


def _state(source: Any) -> State:
    """Names, times and sizes of the files that are read, which tell whether they are still the same."""
    if not isinstance(source, str | Path):
        raise BadSetting(
            f"A {type(source).__name__} is no image and no mask. Pass the name of a file, or a SimpleITK image."
        )
    path = Path(source)
    files = files_read(path) if path.exists() else ()
    return tuple((file, *_times(file)) for file in files) or ((path, 0, 0, 0),)


def _times(file: Path) -> tuple[int, int, int]:
    status = file.stat()
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size


def read_labels(mask: sitk.Image, image: Volume | None, reading: MaskReading) -> LabelMask:
    """Take the labels of a SimpleITK image; of one channel, the first unless another is named.

    Parameters
    ----------
    mask : SimpleITK image
        Labels.
    image : Volume or None
        The image they belong to; None looks at no grid.
    reading : MaskReading
        The channel, and how far the grids may differ.

    Raises
    ------
    LabelNotFound, ProbabilisticMask, GeometryMismatch, DimensionMismatch
    """
    volume = as_volume(component(mask, reading.channel or 0, "The mask"))
    labels = volume.with_array(as_labels(volume.array, "The mask"))
    on_grid = labels if image is None else onto_grid(labels, image, "The mask", reading)
    return LabelMask(on_grid, {}, "The mask", label_boxes(on_grid.array))
