"""Whether an image is of the kind that a model was trained on."""

from __future__ import annotations

from dataclasses import replace

from radiobone.core.errors import BadSetting
from radiobone.core.volume import Volume
from radiobone.core.warnings import ModalityDoubtful, warn
from radiobone.workflow.modality import DICOM_MODALITIES, DICOM_MODALITY_OF, OF_VOLUMES


def as_trained(image: Volume, name: str, modality: str | None) -> Volume:
    """Return the image with the modality of the training images where the file names none.

    Parameters
    ----------
    image : Volume
        To be scored.
    name : str
        Of its file, for messages.
    modality : str or None
        Of the training images; None if nobody said it.

    Raises
    ------
    BadSetting
        If the header names another modality.

    Warns
    -----
    ModalityDoubtful
        If a single 2D image meets a model of volumes, or a volume one of radiographs.
    """
    if modality is None:
        return image
    if image.modality is not None and image.modality not in DICOM_MODALITIES[modality]:
        raise BadSetting(
            f"{name} says that it is {image.modality}, and the model was trained on images of '{modality}'. Intensities "
            "would be treated as what they are not. Score images of that kind, or fit a model on images of this one."
        )
    _warn_of_dimension(image, name, modality)
    return image if image.modality is not None else replace(image, modality=DICOM_MODALITY_OF[modality])


def _warn_of_dimension(image: Volume, name: str, modality: str) -> None:
    volumes = modality in OF_VOLUMES
    if volumes and image.is_2d and image.modality is None:
        told = f"{name} is a single 2D image, and the model was trained on images of '{modality}', which are volumes"
    elif not volumes and not image.is_2d and image.shape[0] > 1:
        told = f"{name} is a volume, and the model was trained on images of '{modality}', which are single 2D images"
    else:
        return
    warn(
        f"{told}. A score of another kind of image means nothing. Check that it is the right model.",
        ModalityDoubtful,
        stacklevel=3,
    )
