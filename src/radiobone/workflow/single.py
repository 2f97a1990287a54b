"""Features of one image, from paths, SimpleITK images or arrays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, overload

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.core.errors import (
    BadSetting,
    DimensionMismatch,
    EmptyMask,
    FileMissing,
    ImplausibleIntensity,
    LabelNotFound,
    VectorImage,
)
from radiobone.core.lazy import lazily
from radiobone.core.validation import check_same_grid, check_spacing, real_numbers
from radiobone.core.volume import Triple, Volume, VolumeOnDemand
from radiobone.core.warnings import collected
from radiobone.features.definitions import AnySettings, measure
from radiobone.imaging.crop import planes_across
from radiobone.imaging.hounsfield import check_scale
from radiobone.imaging.itk import component, from_sitk
from radiobone.imaging.mask_grid import MaskReading, onto_image
from radiobone.io.images import read_image
from radiobone.io.label_file import as_labels
from radiobone.io.masks import open_mask, structure_name
from radiobone.workflow.choice import SettingsSource, is_open, resolve_settings, warn_of_radiographs
from radiobone.workflow.compiling import compile_kernels
from radiobone.workflow.modality import admitted
from radiobone.workflow.region_shape import shape_facts, warn_of_shape

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily("pandas")

ImageLike: TypeAlias = str | Path | sitk.Image | npt.NDArray[Any] | Volume


@overload
def extract_features(
    image: ImageLike,
    mask: ImageLike,
    settings: SettingsSource = ...,
    label: int | str | None = ...,
    *,
    spacing_mm: Triple | None = ...,
    modality: str | None = ...,
    engine: str | None = ...,
) -> dict[str, float]: ...


@overload
def extract_features(
    image: ImageLike,
    mask: ImageLike,
    settings: SettingsSource = ...,
    label: Sequence[int | str] = ...,
    *,
    spacing_mm: Triple | None = ...,
    modality: str | None = ...,
    engine: str | None = ...,
) -> pd.DataFrame: ...


def extract_features(
    image: ImageLike,
    mask: ImageLike,
    settings: SettingsSource = "default",
    label: int | str | Sequence[int | str] | None = None,
    *,
    spacing_mm: Triple | None = None,
    modality: str | None = None,
    engine: str | None = None,
) -> dict[str, float] | pd.DataFrame:
    """Extract the features of one region, or of several in one decode.

    Parameters
    ----------
    image, mask : path, SimpleITK image, Volume, or ndarray of shape (n_z, n_y, n_x)
        A mask given as a path may be a label map, a TotalSegmentator folder, RTSTRUCT or DICOM-SEG.
    settings : path, preset name, mapping, ExtractionSettings or IbsiSettings
        Ours, or a pyradiomics parameter file; "default" is the preset of the modality.
    label : int, str, None, or a sequence
        Value in the mask, or a structure's name (``vertebrae_L1``); None takes the only label there
        is, and lists them where there are several. A sequence gives a table with one row per label.
    spacing_mm : tuple of float, (z, y, x)
        Needed for arrays.
    modality : {"ct", "mr", "xr", "dxa"}, optional
        Default: "xr" for a single 2D image, else "ct".
    engine : {"radiobone", "pyradiomics"}, optional
        Who computes; default: what the settings say, which is radiobone unless they say otherwise.

    Returns
    -------
    dict of float, or DataFrame
        By pyradiomics' names, or IBSI's where the settings ask for its definitions; a table is indexed by label.

    Raises
    ------
    ImageError, MaskError, SettingError, PathError
        See ``radiobone.core.errors``.

    Warns
    -----
    ModalityAssumed
        If the preset for radiographs was chosen because the image is 2D.
    RoiTouchesBorder, DisconnectedRoi, SaturatedIntensity, NotHounsfield
        And others of ``radiobone.core.warnings``, of what may be wrong with the image or the region.
    """
    chosen = resolve_settings(settings, modality, engine)
    volume = as_volume(image, spacing_mm)
    if volume.is_2d and is_open(settings, modality):
        chosen, modality = resolve_settings(None, "xr", engine), "xr"
        warn_of_radiographs("The image is", "`modality=` or `settings=`")
    volume = admitted(volume, "The image", modality)
    regions = _Regions(mask, volume, chosen.mask)
    compile_kernels(show=True)
    if label is None or isinstance(label, (int, float, str, np.integer)):
        return _measured(volume, regions.select(label), chosen)
    rows = {one: _measured(volume, regions.select(one), chosen) for one in label}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("label")


def extract_named(
    image: Volume, mask: ImageLike, settings: AnySettings, label: int | str | None
) -> tuple[dict[str, float], str | None]:
    """Extract the features of one region, as ``extract_features``, and tell by what name its file calls it.

    Of an image that is read on demand, no more is read than the region and its filters ask for, as long as that looks like
    Hounsfield units.

    Returns
    -------
    dict of float, and str or None
        None where the mask names no structures.
    """
    chosen = resolve_settings(settings, None)
    regions = _Regions(mask, image, chosen.mask)
    region = regions.select(label)
    in_part = isinstance(image, VolumeOnDemand) and not image.is_whole
    if not (in_part and _is_plausible(_across(image, region, chosen.mask))):
        check_scale(image, "The image")
        in_part = False
    compile_kernels(show=True)
    features = _measured(image, region, chosen)
    if in_part and isinstance(image, VolumeOnDemand) and not _is_plausible(image.so_far()):
        check_scale(image, "The image")
    return features, regions.name(label)


def _across(image: Volume, region: Volume, reading: MaskReading) -> Volume:
    with collected():  # the measurement will say the same of the grids
        return planes_across(image, onto_image(image, region, reading))


def _is_plausible(part: Volume) -> bool:
    """Whether nothing is to be said of the intensities of a part; what is, is looked for in the whole image."""
    with collected() as told:
        try:
            check_scale(part, "")
        except ImplausibleIntensity:
            return False
        return not told


def _measured(image: Volume, region: Volume, settings: AnySettings) -> dict[str, float]:
    features = measure(image, region, settings)
    with collected():  # the measurement has said the same of the grids
        shown = onto_image(image, region, settings.mask)
    warn_of_shape(shape_facts(shown))
    return features


def region_of(mask: ImageLike, image: Volume, label: int | str | None, reading: MaskReading) -> Volume:
    """Return the region of a label in a mask of any kind, as 0 and 1.

    It lies on the image's grid, unless ``reading`` allows grids to differ.
    """
    return _Regions(mask, image, reading).select(label)


def as_volume(image: ImageLike, spacing_mm: Triple | None = None) -> Volume:
    """Return an image of any kind as a volume; an array needs ``spacing_mm``."""
    if isinstance(image, (str, Path)):
        return read_image(as_path(image))
    if isinstance(image, sitk.Image):
        volume = _from_itk(image)
    else:
        volume = image if isinstance(image, Volume) else _from_array(image, spacing_mm)
    check_spacing(volume.spacing_mm, "The image")
    return volume


def as_path(name: str | Path) -> Path:
    """Return a path; an empty one, which would be this folder, is refused.

    Raises
    ------
    FileMissing
    """
    if name == "":
        raise FileMissing("The name of the file is empty, so there is nothing to read. Pass a path.")
    return Path(name)


def _from_itk(image: sitk.Image) -> Volume:
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise VectorImage(
            f"The image has {image.GetNumberOfComponentsPerPixel()} values per voxel, and features need one. "
            "Pick a channel, or turn colour into grey."
        )
    if image.GetDimension() == 2:
        return from_sitk(sitk.JoinSeries(image), is_2d=True)
    if image.GetDimension() != 3:
        raise DimensionMismatch(f"An image has 2 or 3 dimensions, this one has {image.GetDimension()}.")
    return from_sitk(image)


def _from_array(array: npt.NDArray[Any], spacing_mm: Triple | None) -> Volume:
    if spacing_mm is None:
        raise BadSetting(
            "An array has no spacing, and sizes in mm depend on it. Pass spacing_mm=(z, y, x), or a SimpleITK image."
        )
    if np.ma.is_masked(array):
        raise BadSetting(
            "The array masks some of its voxels, and their values would be measured all the same. Pass it with those voxels "
            "filled (array.filled), and the region as a mask of its own."
        )
    voxels = real_numbers(np.asarray(array), "The array")
    if voxels.ndim not in (2, 3):
        raise DimensionMismatch(
            f"An image has 2 or 3 dimensions, this array has {voxels.ndim}: {voxels.shape}."
        )
    is_2d = voxels.ndim == 2
    return Volume(voxels[None] if is_2d else voxels, _three_lengths(spacing_mm), is_2d=is_2d)


def _three_lengths(spacing_mm: Any) -> Triple:
    try:
        z, y, x = (float(length) for length in spacing_mm)
    except (TypeError, ValueError) as error:
        raise BadSetting(
            f"spacing_mm={spacing_mm!r} is not three lengths. Pass the edges of a voxel in mm, as (z, y, x); of a "
            "2D array too, with any thickness."
        ) from error
    return z, y, x


def _of_channel(mask: ImageLike, channel: int | None) -> ImageLike:
    """Take one of several values per voxel, where one is named."""
    if channel is None or not isinstance(mask, sitk.Image):
        return mask
    return component(mask, channel, "The mask")


def _whole_label(label: float) -> int:
    if float(label).is_integer():
        return int(label)
    raise BadSetting(f"label={label!r} is no value of a mask. Pass a whole number, or the structure's name.")


class _Regions:
    """One mask of any kind, asked for one region after the other."""

    def __init__(self, mask: ImageLike, image: Volume, reading: MaskReading) -> None:
        self._label = reading.label
        self._file = open_mask(as_path(mask), image, reading) if isinstance(mask, (str, Path)) else None
        self._volume = None
        if not isinstance(mask, (str, Path)):
            drawn = as_volume(_of_channel(mask, reading.channel), image.spacing_mm)
            labels = as_labels(real_numbers(drawn.array, "The mask"), "The mask")
            self._volume = drawn.with_array(labels)
            if reading.is_strict:
                check_same_grid(image, self._volume)

    def select(self, label: float | str | None) -> Volume:
        name = label if isinstance(label, str) else None
        value = None if label is None or isinstance(label, str) else _whole_label(label)
        return self._of_array(name, value) if self._file is None else self._file.region(roi=name, label=value)

    def name(self, label: float | str | None) -> str | None:
        """Return what the mask's file calls the structure of a label; None where it has no names."""
        if self._file is None:
            return None
        roi, value = (
            (label, None) if isinstance(label, str) else (None, None if label is None else int(label))
        )
        with collected():  # told when the region was selected
            return structure_name(self._file, roi=roi, label=value)

    def _of_array(self, name: str | None, label: int | None) -> Volume:
        assert self._volume is not None
        if name is not None:
            raise LabelNotFound(f"'{name}' is a name, and an array has numbers only. Pass the label's value.")
        present = [int(value) for value in np.unique(self._volume.array) if value != 0]
        if not present:
            raise EmptyMask("The mask has no voxel other than 0. Check the segmentation.")
        label = self._label if label is None else label
        if label is None and len(present) > 1:
            shown = ", ".join(map(str, present[:20])) + (", …" if len(present) > 20 else "")
            raise LabelNotFound(
                f"The mask has {len(present)} labels ({shown}), and which is meant cannot be guessed. "
                "Say it with `label=`; a list of labels gives a table."
            )
        wanted = present[0] if label is None else label
        if wanted not in present:
            raise LabelNotFound(f"The mask has no label {wanted}. It has {present[:20]}.")
        return self._volume.mask_of(wanted)
