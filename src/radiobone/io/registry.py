"""The file formats that are read: to add one, write ``io/<format>.py`` and one line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from radiobone.core.volume import Volume
from radiobone.io.dicom_dataset import is_dicom
from radiobone.io.dicom_file import read_dicom_file
from radiobone.io.metaimage import is_metaimage, metaimage_data_file, read_metaimage
from radiobone.io.nifti import is_nifti, read_nifti
from radiobone.io.nrrd import is_nrrd, nrrd_data_file, read_nrrd
from radiobone.io.other_pictures import is_other_picture, read_other_picture
from radiobone.io.radiograph import is_picture, read_picture


def _no_data_file(_path: Path) -> Path | None:
    return None


@dataclass(frozen=True)
class ImageFormat:
    """How one format is told by its first bytes, how it is read, and which second file holds its voxels, if any."""

    name: str
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    read: Callable[[Path], Volume]
    data_file: Callable[[Path], Path | None] = _no_data_file


IMAGE_FORMATS: tuple[ImageFormat, ...] = (
    ImageFormat("NIfTI", (".nii", ".nii.gz"), is_nifti, read_nifti),
    ImageFormat("NRRD", (".nrrd", ".nhdr"), is_nrrd, read_nrrd, nrrd_data_file),
    ImageFormat("DICOM", (".dcm", ".ima", ""), is_dicom, read_dicom_file),
    ImageFormat("MetaImage", (".mha", ".mhd"), is_metaimage, read_metaimage, metaimage_data_file),
    ImageFormat("PNG, JPEG, TIFF", (".png", ".jpg", ".jpeg", ".tif", ".tiff"), is_picture, read_picture),
    ImageFormat("BMP, GIF, WebP", (".bmp", ".gif", ".webp"), is_other_picture, read_other_picture),
)
