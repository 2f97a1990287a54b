"""Writing volumes: NIfTI, NRRD, MetaImage."""

from __future__ import annotations

import tempfile
from pathlib import Path

import SimpleITK as sitk

from radiobone.core.errors import BadSetting
from radiobone.core.files import write_bytes
from radiobone.core.volume import Volume
from radiobone.imaging.itk import to_sitk

SUFFIXES = (".nii.gz", ".nii", ".nrrd", ".mha")


def write_volume(path: Path, volume: Volume) -> None:
    """Write a volume, whole or not at all.

    Parameters
    ----------
    path : Path
        Ending in ``.nii``, ``.nii.gz``, ``.nrrd`` or ``.mha``; the latter two are compressed.
    volume : Volume
        A single 2D image is written with two dimensions, so it is read back as one; its place in the
        patient along the third axis is lost.

    Raises
    ------
    BadSetting
        If the ending is another one.
    OutputNotWritable, DiskFull
        If the file cannot be written.
    """
    path = Path(path)
    suffix = next((end for end in SUFFIXES if path.name.lower().endswith(end)), None)
    if suffix is None:
        raise BadSetting(f"{path.name} must end in one of {', '.join(SUFFIXES)}, which tells the format.")
    image = to_sitk(volume)
    if volume.is_2d:
        image = image[:, :, 0]
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / f"volume{suffix}"
        sitk.WriteImage(image, str(plain), useCompression=suffix != ".nii")
        write_bytes(path, plain.read_bytes())
