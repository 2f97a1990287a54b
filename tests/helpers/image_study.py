"""A small study of images, made by the commands themselves: DICOM or NIfTI, with an outcome that texture tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, SegmentationStorage, generate_uid
from tests.helpers.small_cohort import QUICK, SHAPE, bone, two_labels

from radiobone.core.warnings import collected
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.extract import extract

N = 20
SPACING_MM = (1.0, 1.0, 2.0)
FEW = {
    "name": "few",
    "steps": ["impute", "constant", {"correlation": {"threshold": 0.95}}, {"mannwhitney": {"max_features": 6}}, "scale"],
    "models": [{"lr": {"C": [0.1, 1.0]}}],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 2},
}  # fmt: skip


def make_study(folder: Path, *, dicom: bool = False, algorithm: str = "AUTOMATIC", **options: Any) -> Path:
    """Write images and masks, extract and evaluate; return the result folder.

    ``options`` go to ``evaluate_table``; two sites, and for each patient whether it is of an external cohort.
    """
    rows = [_write_patient(folder, number, dicom, algorithm) for number in range(N)]
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)
    with collected():
        extract(
            folder / "manifest.csv",
            output=folder / "features",
            modality="ct",
            settings=QUICK | {"setting": RESAMPLED},
            show_progress=False,
        )
        evaluate_table(
            folder / "features", folder / "result", show_progress=False, command="radiobone evaluate features --target frail",
            **{"pipeline": FEW, "target": "frail", "positive": "yes", "site": "hospital", **options},
        )  # fmt: skip
    return folder / "result"


RESAMPLED = {"binWidth": 25, "resampledPixelSpacing": [1, 1, 1], "interpolator": "sitkLinear"}


def _write_patient(folder: Path, number: int, dicom: bool, algorithm: str) -> dict[str, Any]:
    frail = number % 2
    array = (bone(number).astype(float) * (1.0 + 0.1 * frail)).astype(np.int16)
    mask = (two_labels(number) == 1).astype(np.uint8)
    name = f"P{number:02d}"
    save = _save_dicom if dicom else _save_nifti
    image, outline = save(folder, name, array, mask, algorithm)
    return {
        "patient_id": name, "image": image, "mask": outline, "mask_label": 1, "frail": "yes" if frail else "no",
        "hospital": "AB"[number // 2 % 2], "age": 60 + number % 7, "later": "yes" if number >= N // 2 else "no",
    }  # fmt: skip


def _save_nifti(folder: Path, name: str, array: np.ndarray, mask: np.ndarray, _: str) -> tuple[str, str]:
    for kind, values in (("images", array), ("masks", mask)):
        (folder / kind).mkdir(exist_ok=True)
        volume = sitk.GetImageFromArray(values)
        volume.SetSpacing(SPACING_MM)
        sitk.WriteImage(volume, str(folder / kind / f"{name}.nii.gz"))
    return f"images/{name}.nii.gz", f"masks/{name}.nii.gz"


def _save_dicom(
    folder: Path, name: str, array: np.ndarray, mask: np.ndarray, algorithm: str
) -> tuple[str, str]:
    series, frame, seg = folder / "images" / name, generate_uid(), folder / "masks" / f"{name}.dcm"
    series.mkdir(parents=True)
    seg.parent.mkdir(exist_ok=True)
    for z in range(SHAPE[0]):
        one = _dataset("CT", CTImageStorage, name, frame)
        one.KVP, one.XRayTubeCurrent, one.ConvolutionKernel, one.SliceThickness = (
            "120",
            200 + z,
            "B60f",
            SPACING_MM[2],
        )
        one.Manufacturer, one.ManufacturerModelName = "Maker", "Model 1"
        one.ImagePositionPatient, one.ImageOrientationPatient = [0, 0, SPACING_MM[2] * z], [1, 0, 0, 0, 1, 0]
        one.PixelSpacing, one.RescaleSlope, one.RescaleIntercept = list(SPACING_MM[:2]), "1", "-1024"
        _pixels(one, (array[z].astype(int) + 1024).astype(np.uint16))
        one.save_as(series / f"{z:03d}.dcm", enforce_file_format=True)
    _segmentation(name, frame, mask, algorithm).save_as(seg, enforce_file_format=True)
    return f"images/{name}", f"masks/{name}.dcm"


def _dataset(modality: str, kind: str, name: str, frame: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = (
        ExplicitVRLittleEndian,
        kind,
        generate_uid(),
    )
    one = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    one.SOPClassUID, one.SOPInstanceUID, one.Modality, one.PatientID = (
        kind,
        meta.MediaStorageSOPInstanceUID,
        modality,
        name,
    )
    one.StudyInstanceUID, one.SeriesInstanceUID, one.FrameOfReferenceUID = (
        f"1.2.{int(name[1:]) + 1}",
        f"1.2.3.{int(name[1:]) + 1}",
        frame,
    )
    return one


def _pixels(one: Dataset, pixels: np.ndarray) -> None:
    one.SamplesPerPixel, one.PhotometricInterpretation, one.PixelRepresentation = 1, "MONOCHROME2", 0
    one.Rows, one.Columns = pixels.shape[-2:]
    bits = pixels.dtype.itemsize * 8
    one.BitsAllocated, one.BitsStored, one.HighBit, one.PixelData = bits, bits, bits - 1, pixels.tobytes()


def _segmentation(name: str, frame: str, mask: np.ndarray, algorithm: str) -> FileDataset:
    one = _dataset("SEG", SegmentationStorage, name, frame)
    _pixels(one, mask[0])
    one.PixelData, one.NumberOfFrames = np.packbits(mask.ravel(), bitorder="little").tobytes(), SHAPE[0]
    one.BitsAllocated, one.BitsStored, one.HighBit, one.SegmentationType = 1, 1, 0, "BINARY"
    one.ContentCreatorName = "Reader^One"
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel, segment.SegmentAlgorithmType = 1, "bone", algorithm
    one.SegmentSequence = pydicom.Sequence([segment])
    orientation, measures = Dataset(), Dataset()
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    measures.PixelSpacing, measures.SliceThickness, measures.SpacingBetweenSlices = (
        list(SPACING_MM[:2]),
        SPACING_MM[2],
        SPACING_MM[2],
    )
    shared = Dataset()
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = (
        pydicom.Sequence([orientation]),
        pydicom.Sequence([measures]),
    )
    one.SharedFunctionalGroupsSequence = pydicom.Sequence([shared])
    one.PerFrameFunctionalGroupsSequence = pydicom.Sequence([_frame(z) for z in range(SHAPE[0])])
    return one


def _frame(z: int) -> Dataset:
    position, identified, frame = Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = [0, 0, SPACING_MM[2] * z]
    identified.ReferencedSegmentNumber = 1
    frame.PlanePositionSequence, frame.SegmentIdentificationSequence = (
        pydicom.Sequence([position]),
        pydicom.Sequence([identified]),
    )
    return frame
