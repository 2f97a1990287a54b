"""What an image is said to be, by its header and by the user."""

from __future__ import annotations

from dataclasses import replace

from radiobone.core.errors import BadSetting
from radiobone.core.volume import Volume
from radiobone.core.warnings import ModalityDoubtful, warn
from radiobone.imaging.hounsfield import check_scale

DICOM_MODALITIES = {
    "ct": {"CT"},
    "mr": {"MR"},
    "xr": {"CR", "DX", "RG", "XA", "RF", "MG", "IO", "PX"},
    "dxa": {"DX", "CR", "RG", "OT", "BMD", "BDUS"},
}
DICOM_MODALITY_OF = {"ct": "CT", "mr": "MR", "xr": "DX", "dxa": "DX"}
OF_VOLUMES = ("ct", "mr")


def admitted(image: Volume, name: str, modality: str | None) -> Volume:
    """Return an image that may be measured: what every command asks of an image it has read.

    Parameters, errors and warnings are those of ``as_declared``, with these beside them.

    Raises
    ------
    ImplausibleIntensity
        If it is a CT whose negative values were wrapped.

    Warns
    -----
    NotHounsfield
    """
    declared = as_declared(image, name, modality)
    check_scale(declared, name)
    return declared


def as_declared(image: Volume, name: str, modality: str | None) -> Volume:
    """Return the image with what the user declared where the file (NIfTI, NRRD) names no modality.

    Parameters
    ----------
    image : Volume
        As it was read.
    name : str
        Of its file, for messages.
    modality : {"ct", "mr", "xr", "dxa"} or None
        None if nobody said it.

    Raises
    ------
    BadSetting
        If the header names another modality.

    Warns
    -----
    ModalityDoubtful
        If a single 2D image is said to be one of volumes.
    """
    if modality is None:
        return image
    if image.modality is None:
        if image.is_2d and modality in OF_VOLUMES:
            _warn_of_2d(name, modality)
        return replace(image, modality=DICOM_MODALITY_OF[modality])
    if image.modality not in DICOM_MODALITIES[modality]:
        raise BadSetting(
            f"{name} says that it is {image.modality}, and the settings are for '{modality}'. "
            "Intensities would be treated as what they are not. Give the right --modality, or leave the image out."
        )
    return image


def _warn_of_2d(name: str, modality: str) -> None:
    warn(
        f"{name} is a single 2D image, and the settings are for '{modality}', whose grey levels are "
        "those of volumes. For a radiograph give --modality xr; if it is a slice, ignore this.",
        ModalityDoubtful,
        stacklevel=3,
    )
