"""Images, masks and pictures whose headers name a patient in every place that there is: made-up words that must turn up nowhere."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import SimpleITK as sitk
from PIL import Image, PngImagePlugin
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    RTStructureSetStorage,
    SegmentationStorage,
)

WORD = "zqcana"  # begins every text
DATES, UID = ("19420314", "1942-03-14", "1942.03.14"), "1.2.826.0.1.3680043.10.9991"
TOLD = (WORD, *DATES, UID, "077Y")
# Technical, and read or recorded: see docs/privacy.md.
KEPT = {
    "SpecificCharacterSet", "ImageType", "SOPClassUID", "Modality", "Manufacturer", "ManufacturerModelName", "ConvolutionKernel",
    "ContrastBolusAgent", "ScanningSequence", "PhotometricInterpretation", "PresentationLUTShape", "PatientPosition", "BodyPartExamined",
    "TimezoneOffsetFromUTC", "PatientOrientation", "SegmentationType", "LossyImageCompression", "BurnedInAnnotation",
}  # fmt: skip
GROUPS = (0x0008, 0x0010, 0x0012, 0x0018, 0x0020, 0x0032, 0x0038, 0x0040, 0x4008)
TEXTS = {"LO": 60, "SH": 16, "ST": 200, "LT": 200, "UT": 200, "UC": 200, "CS": 16, "AE": 16}
SHAPE, SPACING_MM = (14, 18, 16), (1.0, 1.0, 2.0)


def canary(tag: int) -> Any:
    """Return a value that would betray where it came from; None where the kind of field can hold no words."""
    kind = dictionary_VR(tag)
    text = f"{WORD}{tag:08x}"
    return {
        "PN": f"{text}^{WORD}first", "DA": DATES[0], "DT": f"{DATES[0]}101500", "TM": "101500", "AS": "077Y", "UI": f"{UID}.{tag}",
        **dict.fromkeys(TEXTS, text.upper() if kind in ("CS", "AE") else text),
    }.get(kind)  # fmt: skip


def identify(dataset: Dataset) -> Dataset:
    """Fill every field of the patient, study, series, place and people with words, and add private and nested ones."""
    for tag, entry in pydicom.datadict.DicomDictionary.items():
        kind, times, _name, retired, keyword = entry
        if (
            tag >> 16 not in GROUPS
            or retired
            or keyword in KEPT
            or keyword in dataset
            or not keyword
            or times == "0"
        ):
            continue
        value = canary(tag) if len(kind) == 2 else None
        if value is not None:
            dataset.add_new(tag, kind, value)
    for keyword in (
        "PatientID",
        "PatientName",
        "PatientBirthDate",
        "StudyDate",
        "AccessionNumber",
        "StudyID",
        "ReferringPhysicianName",
    ):
        setattr(dataset, keyword, canary(pydicom.datadict.tag_for_keyword(keyword)))
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID"):
        setattr(dataset, keyword, canary(pydicom.datadict.tag_for_keyword(keyword)))
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID = f"{WORD}other", f"{WORD}issuer"
    dataset.OtherPatientIDsSequence = [other]
    private = dataset.private_block(0x0009, f"{WORD} MAKER", create=True)
    private.add_new(0x01, "LO", f"{WORD}private")
    private.add_new(0x02, "UN", f"{WORD}unknown".encode())
    return dataset


def _base(modality: str, kind: str, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, kind
    meta.MediaStorageSOPInstanceUID = f"{UID}.1.{number}"
    dataset = FileDataset("", {}, file_meta=meta, preamble=f"{WORD}preamble".encode().ljust(128, b"\0"))
    dataset.SOPClassUID, dataset.SOPInstanceUID, dataset.Modality = kind, f"{UID}.1.{number}", modality
    dataset.Manufacturer, dataset.ManufacturerModelName, dataset.InstanceNumber = "Scanners", "S1", number
    return dataset


def _pixels(dataset: Dataset, pixels: np.ndarray) -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = (
        1,
        "MONOCHROME2",
        0,
    )
    *_, dataset.Rows, dataset.Columns = pixels.shape
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelData = pixels.tobytes()


def write_series(
    folder: Path, array: np.ndarray, spoil: Callable[[Dataset, int], None] | None = None
) -> Path:
    """Write a CT (z, y, x) as slices; ``spoil(dataset, number)`` may make them bad."""
    folder.mkdir(parents=True)
    for number, plane in enumerate(array):
        dataset = _base("CT", CTImageStorage, number)
        dataset.ImageType, dataset.ConvolutionKernel, dataset.KVP = (
            ["ORIGINAL", "PRIMARY", "AXIAL"],
            "B30f",
            120,
        )
        dataset.ImagePositionPatient, dataset.ImageOrientationPatient = (
            [0, 0, number * SPACING_MM[2]],
            [1, 0, 0, 0, 1, 0],
        )
        dataset.PixelSpacing, dataset.SliceThickness = [SPACING_MM[1], SPACING_MM[0]], SPACING_MM[2]
        dataset.RescaleSlope, dataset.RescaleIntercept, dataset.BurnedInAnnotation = 1, -1024, "NO"
        _pixels(dataset, (plane.astype(int) + 1024).astype(np.uint16))
        identify(dataset)
        if spoil is not None:
            spoil(dataset, number)
        dataset.save_as(folder / f"{number:03d}.dcm", enforce_file_format=True)
    return folder


def write_seg(path: Path, mask: np.ndarray) -> Path:
    """Write a mask as DICOM-SEG with one segment, 'vertebrae_L1'."""
    dataset = _base("SEG", SegmentationStorage, 0)
    dataset.SegmentationType, dataset.NumberOfFrames = "BINARY", len(mask)
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel, segment.SegmentAlgorithmType = 1, "vertebrae_L1", "MANUAL"
    segment.SegmentDescription = segment.TrackingID = f"{WORD}segment"
    dataset.SegmentSequence = [segment]
    shared, orientation, measures = Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    measures.PixelSpacing, measures.SliceThickness = [SPACING_MM[1], SPACING_MM[0]], SPACING_MM[2]
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [orientation], [measures]
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = [_frame(number) for number in range(len(mask))]
    _pixels(dataset, np.zeros(mask.shape[1:], np.uint8))
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    packed = np.packbits(mask.astype(np.uint8).ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    identify(dataset)
    dataset.save_as(path, enforce_file_format=True)
    return path


def _frame(number: int) -> Dataset:
    frame, position, identification = Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = [0, 0, number * SPACING_MM[2]]
    identification.ReferencedSegmentNumber = 1
    frame.PlanePositionSequence, frame.SegmentIdentificationSequence = [position], [identification]
    return frame


def write_rtstruct(path: Path) -> Path:
    """Write a box as contours, called 'vertebrae_L1'."""
    dataset = _base("RTSTRUCT", RTStructureSetStorage, 0)
    dataset.StructureSetLabel = dataset.StructureSetName = dataset.StructureSetDescription = f"{WORD}label"
    roi, item, contours = Dataset(), Dataset(), []
    roi.ROINumber, roi.ROIName, roi.ROIGenerationAlgorithm = 1, "vertebrae_L1", "MANUAL"
    roi.ROIDescription = f"{WORD}roi"
    for plane in range(3, 7):
        contour = Dataset()
        z = plane * SPACING_MM[2]
        points = [3.6, 3.6, z, 11.4, 3.6, z, 11.4, 12.4, z, 3.6, 12.4, z]
        contour.ContourGeometricType, contour.NumberOfContourPoints, contour.ContourData = (
            "CLOSED_PLANAR",
            4,
            points,
        )
        contours.append(contour)
    item.ReferencedROINumber, item.ContourSequence = 1, contours
    dataset.StructureSetROISequence, dataset.ROIContourSequence = [roi], [item]
    identify(dataset)
    dataset.save_as(path, enforce_file_format=True)
    return path


def write_nifti(path: Path, array: np.ndarray) -> Path:
    """Write NIfTI whose description, file of settings, intent, database fields and an extension name the patient."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(SPACING_MM)
    sitk.WriteImage(image, str(path))
    raw = bytearray(path.read_bytes())
    for place, size, text in (
        (148, 80, "descrip"),
        (228, 24, "auxfile"),
        (328, 16, "intent"),
        (4, 10, "dt"),
        (14, 18, "dbname"),
    ):
        raw[place : place + size] = f"{WORD}{text}".encode()[:size].ljust(size, b"\0")
    body = f"{WORD}extension".encode().ljust(24, b"\0")
    start = int(struct.unpack("<f", raw[108:112])[0])
    raw[108:112] = struct.pack("<f", start + 32)
    raw[348:352] = b"\1\0\0\0"
    path.write_bytes(bytes(raw[:352]) + struct.pack("<ii", 32, 6) + body + bytes(raw[start:]))
    return path


def write_nrrd(path: Path, array: np.ndarray) -> Path:
    """Write NRRD with key-value pairs that name the patient."""
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(SPACING_MM)
    for key in ("PatientName", "0010|0020", f"{WORD}key"):
        image.SetMetaData(key, f"{WORD}value")
    sitk.WriteImage(image, str(path))
    return path


def write_picture(path: Path, pixels: np.ndarray) -> Path:
    """Write a radiograph as PNG, TIFF or JPEG with text and EXIF that name the patient."""
    picture = Image.fromarray(pixels)
    exif = Image.Exif()
    for tag in (0x010E, 0x013B, 0x8298, 0x9C9B, 0x0132):
        exif[tag] = f"{WORD}exif"
    if path.suffix == ".png":
        words = PngImagePlugin.PngInfo()
        words.add_text("Patient", f"{WORD}text")
        words.add_text("Comment", f"{WORD}packed", zip=True)
        picture.save(path, pnginfo=words, exif=exif, dpi=(254, 254))
    elif path.suffix == ".jpg":
        picture.save(path, exif=exif, comment=f"{WORD}comment", quality=95, dpi=(254, 254))
    else:
        picture.save(path, tiffinfo={270: f"{WORD}description", 315: f"{WORD}artist"}, dpi=(254, 254))
    return path


def write_radiograph(path: Path, pixels: np.ndarray, *, burned_in: str = "NO") -> Path:
    """Write a digital radiograph as DICOM."""
    dataset = _base("DX", DigitalXRayImageStorageForPresentation, 0)
    dataset.PixelSpacing, dataset.BurnedInAnnotation = [0.1, 0.1], burned_in
    _pixels(dataset, pixels.astype(np.uint16))
    identify(dataset)
    dataset.save_as(path, enforce_file_format=True)
    return path
