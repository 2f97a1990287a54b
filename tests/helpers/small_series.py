"""A small CT series, written slice by slice, so that every field of its headers can be wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

SHAPE = (6, 5, 4)  # slices, rows, columns
SPACING_MM = (2.0, 0.9, 0.8)
HU = np.random.default_rng(6).integers(-200, 900, SHAPE).astype(np.int16)
START = (-10.0, -20.0, 30.0)
STUDY = "1.2.826.0.1.3680043.8.498.1"
LEFT_OUT = object()
Change = Callable[[int], dict[str, Any]]


def nothing(_number: int) -> dict[str, Any]:
    """Change nothing."""
    return {}


def dataset(number: int, **changed: Any) -> Dataset:
    """Return one slice; a field changed to ``LEFT_OUT`` is not in it."""
    found = Dataset()
    found.file_meta = FileMetaDataset()
    found.file_meta.MediaStorageSOPClassUID = CTImageStorage
    found.file_meta.MediaStorageSOPInstanceUID = f"{STUDY}.3.{number + 1}"
    found.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    fields = {
        "SOPClassUID": CTImageStorage, "SOPInstanceUID": f"{STUDY}.3.{number + 1}", "StudyInstanceUID": STUDY,
        "SeriesInstanceUID": f"{STUDY}.2", "FrameOfReferenceUID": f"{STUDY}.4", "PatientID": "P1", "Modality": "CT",
        "ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"], "Rows": SHAPE[1], "Columns": SHAPE[2], "PixelSpacing": list(SPACING_MM[1:]),
        "ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [*START[:2], START[2] + SPACING_MM[0] * number],
        "SliceThickness": SPACING_MM[0], "InstanceNumber": number + 1, "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2",
        "BitsAllocated": 16, "BitsStored": 16, "HighBit": 15, "PixelRepresentation": 0, "RescaleSlope": 1, "RescaleIntercept": -1024,
        "PixelData": (HU[number % SHAPE[0]].astype(int) + 1024).astype("<u2").tobytes(),
    }  # fmt: skip
    with config.disable_value_validation():
        for name, value in (fields | changed).items():
            if value is not LEFT_OUT:
                setattr(found, name, value)
    return found


def series(folder: Path, change: Change = nothing, numbers: Iterable[int] = range(SHAPE[0])) -> Path:
    """Write the slices into a folder, each changed in its own way, and return the folder."""
    folder.mkdir(exist_ok=True)
    for number in numbers:
        with config.disable_value_validation():
            dataset(number, **change(number)).save_as(folder / f"{number:03d}.dcm", enforce_file_format=True)
    return folder


def at(number: int, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> list[float]:
    """Return the place of a slice, moved."""
    return [START[0] + x, START[1] + y, START[2] + SPACING_MM[0] * number + z]
