"""One DXA image as pixels, with its bone mask where it has one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import BadSetting, BadSpacing, DimensionMismatch
from radiobone.core.volume import Volume
from radiobone.core.warnings import SpacingAssumed, collected, warn
from radiobone.imaging.denoise import denoise
from radiobone.imaging.flat_image import checked_image
from radiobone.io.case import NO_PATH, Case, check_case_files
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask
from radiobone.workflow.dxa.settings import DxaSettings
from radiobone.workflow.modality import DICOM_MODALITIES

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class DxaImage:
    """One image.

    Attributes
    ----------
    volume : Volume
        As stored, shape (1, n_rows, n_columns).
    bone : ndarray of bool, shape (n_rows, n_columns), or None
        The mask that was given.
    """

    volume: Volume
    bone: BoolArray | None

    @property
    def pixels(self) -> FloatArray:
        """Grey values, shape (n_rows, n_columns)."""
        return checked_image(self.volume.array)

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """Height and width of a pixel."""
        return self.volume.spacing_mm[1], self.volume.spacing_mm[2]

    def prepared(self, settings: DxaSettings) -> FloatArray:
        """Return the pixels that are labelled: without noise, if that is asked for."""
        return self.pixels if settings.denoising is None else denoise(self.pixels, settings.denoising)


def has_mask(case: Case) -> bool:
    """Tell whether the manifest names a mask."""
    return case.mask != NO_PATH


def read_dxa(case: Case, settings: DxaSettings) -> DxaImage:
    """Read one image and its mask.

    Raises
    ------
    DimensionMismatch
        If it is a volume.
    BadSpacing
        If neither the file nor the settings tell how large a pixel is.
    BadSetting
        If it says that it is of another modality.
    PathError, ImageError, MaskError
    """
    check_case_files(case, ("image", "mask") if has_mask(case) else ("image",))
    with collected() as told:
        volume = _sized(case, read_image(case.image), settings)
        bone = None
        if has_mask(case):
            region = open_mask(case.mask, volume).region(roi=case.roi or None, label=case.label)
            bone = region.array[0] != 0
    for one in told:
        if not isinstance(one, SpacingAssumed):  # refused above, or told by the settings
            warn(one, stacklevel=3)
    return DxaImage(volume, bone)


def _sized(case: Case, volume: Volume, settings: DxaSettings) -> Volume:
    """Check what kind of image it is, and say how large its pixels are."""
    if not volume.is_2d:
        raise DimensionMismatch(
            f"{case.image.name} is a volume of shape {volume.shape} (z, y, x); a DXA image is a single picture. For CT use "
            "`radiobone bone` or `radiobone extract`."
        )
    if volume.modality is not None and volume.modality not in DICOM_MODALITIES["dxa"]:
        raise BadSetting(
            f"{case.image.name} says that it is {volume.modality}, not a DXA image, so its grey values are no densities by the "
            "calibration given. Leave it out."
        )
    if settings.pixel_mm is not None:
        return replace(volume, spacing_mm=(1.0, *settings.pixel_mm), spacing_assumed=False)
    if volume.spacing_assumed:
        raise BadSpacing(
            f"{case.image.name} does not tell how large a pixel is, and area and mineral content depend on it. Give --pixel-mm "
            "HEIGHT,WIDTH (`pixel_mm` in the settings), as the scanner's export says."
        )
    return volume
