"""The file formats that are read: to add one, write ``io/<format>.py`` and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from radiobone.core.volume import Volume
from radiobone.io.dicom_file import read_dicom_file
from radiobone.io.dicom_frames import is_dicom
from radiobone.io.metaimage import is_metaimage, read_metaimage
from radiobone.io.nifti import is_nifti, read_nifti
from radiobone.io.nrrd import is_nrrd, read_nrrd
from radiobone.io.radiograph import is_picture, read_picture


@dataclass(frozen=True)
class ImageFormat:
    """How one format is told by its first bytes, and how it is read."""

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[Path], Volume]


IMAGE_FORMATS: tuple[ImageFormat, ...] = (
    ImageFormat("NIfTI", (".nii", ".nii.gz"), is_nifti, read_nifti),
    ImageFormat("NRRD", (".nrrd", ".nhdr"), is_nrrd, read_nrrd),
    ImageFormat("DICOM", (".dcm", ".ima", ""), is_dicom, read_dicom_file),
    ImageFormat("MetaImage", (".mha", ".mhd"), is_metaimage, read_metaimage),
    ImageFormat("PNG, JPEG, TIFF", (".png", ".jpg", ".jpeg", ".tif", ".tiff"), is_picture, read_picture),
)
