"""Headers of the DICOM objects that a score was made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from radiobone.core.errors import MissingUid
from radiobone.io.dicom_frames import is_image, read_dicom_header
from radiobone.io.images import files_read

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

# Attributes that a report must have, if only empty: type 2 of DICOM's patient and study modules
EMPTY_IF_MISSING = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate", "StudyTime",
)  # fmt: skip
REFERRED_TO = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID", "SOPClassUID")
OF_FILE = {"SOPInstanceUID": "MediaStorageSOPInstanceUID", "SOPClassUID": "MediaStorageSOPClassUID"}


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
        """UID of the study, empty if the header has none."""
        return str(self.images[0].get("StudyInstanceUID") or "")

    def check_uids(self) -> None:
        """Refuse headers that a report could not refer to.

        Raises
        ------
        MissingUid
        """
        lacking = [name for name in REFERRED_TO if not all(one.get(name) for one in self.images)]
        if lacking:
            raise MissingUid(
                f"The images have no {', '.join(lacking)}, and a DICOM report refers to them by these. Export the series again, or ask "
                "for FHIR alone (--fhir): it does without."
            )

    @property
    def modality(self) -> str:
        """Modality of the images."""
        return str(self.images[0].get("Modality") or "")


def dicom_source(image: Path | None, mask: Path | None) -> DicomSource | None:
    """Read the headers that a report copies from and may refer to; None if the image is not DICOM."""
    if image is None:
        return None
    images = sorted(_headers(image, images=True), key=lambda one: str(one.get("SOPInstanceUID")))
    if not images:
        return None
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
        _complete_from_file(header)
    return kept


def _complete_from_file(header: Dataset) -> None:
    """Take the instance's UIDs, which are in every file twice, from the head of the file where the data set lacks them."""
    meta = getattr(header, "file_meta", None)
    for name, twin in OF_FILE.items():
        if meta is not None and not header.get(name) and meta.get(twin):
            setattr(header, name, meta.get(twin))
