"""Headers of the DICOM objects that a score was made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from radiobone.core.errors import NotDicom
from radiobone.io.dicom_frames import is_image, read_dicom_header
from radiobone.io.images import files_read

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# Attributes that a report must have, if only empty: type 2 of DICOM's patient and study modules
EMPTY_IF_MISSING = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate", "StudyTime",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class DicomSource:
    """What a report refers to.

    Attributes
    ----------
    images : tuple of Dataset
        Headers of the images, in the order of their instance UIDs; all of one study.
    mask : Dataset or None
        Header of the segmentation or structure set; None if the mask is of another format.
    """

    images: tuple[Dataset, ...]
    mask: Dataset | None

    @property
    def patient_id(self) -> str:
        """Patient ID, empty if the header has none."""
        return str(self.images[0].PatientID or "")

    @property
    def study_uid(self) -> str:
        """UID of the study."""
        return str(self.images[0].StudyInstanceUID)

    @property
    def modality(self) -> str:
        """Modality of the images."""
        return str(self.images[0].get("Modality") or "")


def dicom_source(image: Path | None, mask: Path | None) -> DicomSource | None:
    """Read the headers that a report copies from and refers to; None if the image is not DICOM.

    Raises
    ------
    NotDicom
        If the headers lack the UIDs that a reference needs.
    """
    if image is None:
        return None
    images = sorted(_headers(image, images=True), key=lambda one: str(one.get("SOPInstanceUID")))
    if not images:
        return None
    lacking = [
        name
        for name in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
        if not all(one.get(name) for one in images)
    ]
    if lacking:
        raise NotDicom(
            f"{image.name}: the images have no {', '.join(lacking)}, so a report could not refer to them. Export the series again."
        )
    drawn = [] if mask is None else _headers(mask, images=False)
    return DicomSource(tuple(images), drawn[0] if len(drawn) == 1 else None)


def segment_number(mask: Dataset, label: int | str | None) -> int | None:
    """Return the number of a segment by number or name; None of a structure set, and where it is not one segment.

    Parameters
    ----------
    mask : Dataset
        Header of a segmentation or structure set.
    label : int, str or None
        As it was asked for; None means the only one.
    """
    segments = {
        int(one.SegmentNumber): str(one.get("SegmentLabel") or "")
        for one in mask.get("SegmentSequence") or ()
    }
    if isinstance(label, int):
        return label if label in segments else None
    wanted = [
        number
        for number, name in segments.items()
        if label is None or name.strip().lower() == label.strip().lower()
    ]
    return wanted[0] if len(wanted) == 1 else None


def _headers(path: Path, *, images: bool) -> list[Dataset]:
    read = [header for file in files_read(path) if (header := read_dicom_header(file)) is not None]
    if not images:
        return [one for one in read if one.get("Modality") in ("SEG", "RTSTRUCT")]
    kept = [one for one in read if is_image(one) and "LOCALIZER" not in (one.get("ImageType") or ())]
    for header in kept:
        for name in EMPTY_IF_MISSING:
            if name not in header:
                setattr(header, name, "")
    return kept
