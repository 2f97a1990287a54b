"""Radiographs: one DICOM image (CR, DX, MG, DXA …), or greyscale PNG, JPEG and TIFF."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.core.errors import DimensionMismatch, UnreadableImage, VectorImage
from radiobone.core.validation import check_spacing
from radiobone.core.volume import Volume
from radiobone.core.warnings import InvertedPhotometric, warn
from radiobone.io.assumed_spacing import assumed_spacing
from radiobone.io.burned_in import warn_if_burned_in
from radiobone.io.dicom_frames import read_dicom_header, rescaled, stored_values
from radiobone.io.files import damaged, read_bytes
from radiobone.io.itk_header import refusal
from radiobone.io.picture_header import check_picture_header

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

PROJECTIONS = {"CR", "DX", "DR", "MG", "RG", "RF", "XA", "PX", "IO", "BMD", "OT", "SC"}
PNG_START, PNG_END = b"\x89PNG\r\n\x1a\n", b"IEND\xaeB`\x82"
JPEG_START, JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"
TIFF_STARTS = (b"II*\0", b"MM\0*")
SPACING_FIELDS = ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")


def is_picture(start: bytes) -> bool:
    """Tell PNG, JPEG and TIFF by the first bytes of their content."""
    return start.startswith((PNG_START, JPEG_START, *TIFF_STARTS))


def read_picture(path: Path) -> Volume:
    """Read a greyscale picture file as a radiograph, with 1 mm pixels.

    The resolution that such files state is that of a screen or printer, so it is not used.

    Parameters
    ----------
    path : Path
        PNG, JPEG or TIFF. Three equal colour channels count as grey.

    Returns
    -------
    Volume
        ``is_2d``, in the file's own integer type.

    Raises
    ------
    UnreadableImage, VectorImage, DimensionMismatch, AmbiguousOrientation, ResourceLimit

    Warns
    -----
    SpacingAssumed
    """
    _check_whole(path)
    check_picture_header(path)
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        raise refusal(path, error) from error
    pixels = sitk.GetArrayFromImage(image)
    if image.GetNumberOfComponentsPerPixel() > 1:
        pixels = one_channel(pixels, path)
    if pixels.ndim != 2:
        raise DimensionMismatch(f"{path} holds {len(pixels)} pages; a radiograph is one. Save it alone.")
    spacing = assumed_spacing(path)
    return Volume(pixels[np.newaxis], spacing_mm=spacing, is_2d=True, spacing_assumed=True)


def read_dicom_radiograph(path: Path) -> Volume:
    """Read a single DICOM image without a place in the patient.

    Parameters
    ----------
    path : Path
        One DICOM file with one frame.

    Returns
    -------
    Volume
        ``is_2d``; bright is dense: MONOCHROME1 is inverted.

    Raises
    ------
    UnreadableImage, VectorImage, DimensionMismatch, BadSpacing

    Warns
    -----
    InvertedPhotometric, SpacingAssumed, BurnedInText
    """
    header = read_dicom_header(path)
    if header is None or "Rows" not in header:
        raise UnreadableImage(f"{path} is not a DICOM image. Check the path.")
    if int(header.get("SamplesPerPixel", 1)) != 1:
        raise VectorImage(f"{path} is a colour image, not a radiograph. Use the original.")
    warn_if_burned_in([header], str(path))
    stored = stored_values(path)
    if len(stored) != 1:
        raise DimensionMismatch(
            f"{path} holds {len(stored)} frames; a radiograph has one. Save the one alone."
        )
    if header.get("PhotometricInterpretation") == "MONOCHROME1":
        stored = inverted(stored, header)
        warn(
            InvertedPhotometric(f"{path}: MONOCHROME1 (white is low) was inverted, so that bone is bright."),
            stacklevel=2,
        )
    slope, intercept = float(header.get("RescaleSlope") or 1.0), float(header.get("RescaleIntercept") or 0.0)
    known = _dicom_spacing(header, path)
    return Volume(
        rescaled(stored, slope, intercept),
        spacing_mm=known or assumed_spacing(path),
        modality=str(header.get("Modality") or "") or None,
        is_2d=True,
        spacing_assumed=known is None,
    )


def inverted(stored: npt.NDArray[Any], header: Dataset) -> npt.NDArray[Any]:
    """Turn brightness around within the range of the stored bits.

    Parameters
    ----------
    stored : ndarray of int
        Values as stored.
    header : Dataset
        Tells ``BitsStored`` and whether the values are signed.
    """
    top = -1 if int(header.get("PixelRepresentation", 0)) else (1 << int(header.get("BitsStored", 16))) - 1
    return top - stored.astype(np.int64)


def _dicom_spacing(header: Dataset, path: Path) -> tuple[float, float, float] | None:
    for name in SPACING_FIELDS:
        value = header.get(name)
        if value:
            spacing = (1.0, float(value[0]), float(value[1]))
            check_spacing(spacing[1:], str(path))
            return spacing
    return None


def one_channel(pixels: npt.NDArray[Any], path: Path) -> npt.NDArray[Any]:
    """Return the grey value of a picture saved in colour without being coloured; an alpha channel is dropped.

    Raises
    ------
    VectorImage
        If the channels differ.
    """
    n_channels = pixels.shape[-1]
    colours = pixels[..., : 3 if n_channels >= 3 else 1]
    if not (colours == colours[..., :1]).all():
        raise VectorImage(
            f"{path} is a colour picture. A radiograph is greyscale; export it without overlays."
        )
    return np.ascontiguousarray(colours[..., 0])


def _check_whole(path: Path) -> None:
    content = read_bytes(path)
    for start, end in ((PNG_START, PNG_END), (JPEG_START, JPEG_END)):
        if content.startswith(start) and end not in content[-4096:]:
            raise damaged(path, "its end is missing")
