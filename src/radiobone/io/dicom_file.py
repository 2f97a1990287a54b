"""A single DICOM file: a radiograph, an enhanced multi-frame volume, or one slice."""

from __future__ import annotations

from pathlib import Path

from radiobone.core.errors import UnreadableImage
from radiobone.core.volume import Volume
from radiobone.io.dicom_frames import is_image, read_dicom_header
from radiobone.io.dicom_series import read_dicom_series
from radiobone.io.radiograph import PROJECTIONS, read_dicom_radiograph


def read_dicom_file(path: Path) -> Volume:
    """Read one DICOM file by what it holds.

    Raises
    ------
    UnreadableImage
        If it holds no image.
    """
    header = read_dicom_header(path)
    if header is None or not is_image(header):
        kind = "not DICOM" if header is None else f"DICOM of kind {header.get('Modality')}"
        raise UnreadableImage(f"{path} is {kind}, not an image. Name the image series here.")
    if header.get("Modality") in PROJECTIONS and int(header.get("NumberOfFrames") or 1) == 1:
        return read_dicom_radiograph(path)
    return read_dicom_series([path])
