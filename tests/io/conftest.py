"""Makers of small files: NIfTI by nibabel, DICOM by pydicom and highdicom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    RTStructureSetStorage,
)

from radiobone.core.volume import Volume

ROOT_UID = "1.2.826.0.1.3680043.8.498"


def uid(*parts: int) -> str:
    return ".".join([ROOT_UID, *(str(part) for part in parts)])


@pytest.fixture
def ct_volume() -> Volume:
    """A small CT with anisotropic voxels and every value different enough to notice a flip."""
    rng = np.random.default_rng(5)
    return Volume(
        rng.integers(-1000, 2000, size=(6, 9, 8)).astype(np.int16),
        spacing_mm=(2.5, 0.9, 0.8),
        origin_mm=(-30.5, 12.25, -100.0),
        modality="CT",
    )


@pytest.fixture
def save_nifti() -> Callable[..., Path]:
    """Write an array (z, y, x) with nibabel; the affine is given in LPS and turned to NIfTI's RAS."""

    def save(path: Path, array: np.ndarray, volume: Volume | None = None, **header: Any) -> Path:
        affine = np.eye(4)
        if volume is not None:
            matrix = np.asarray(volume.direction).reshape(3, 3) * np.asarray(volume.spacing_mm[::-1])
            affine[:3, :3], affine[:3, 3] = matrix, volume.origin_mm
            affine = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
        image = nibabel.Nifti1Image(array.T, affine, dtype=array.dtype)
        image.header.set_xyzt_units("mm")
        for name, value in header.items():
            image.header[name] = value
        nibabel.save(image, path)
        return path

    return save


def base_dataset(modality: str, sop_class: str, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = uid(1, number)
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, uid(1, number)
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = uid(2), uid(3)
    dataset.FrameOfReferenceUID = uid(4)
    dataset.Modality, dataset.PatientID, dataset.PatientName = modality, "P001", "Test^One"
    dataset.PatientBirthDate, dataset.PatientSex, dataset.AccessionNumber = "", "", ""
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID = "20240101", "120000", "1"
    dataset.ReferringPhysicianName, dataset.Manufacturer = "", "none"
    dataset.SeriesNumber, dataset.InstanceNumber, dataset.Laterality = 1, number + 1, ""
    return dataset


def set_pixels(dataset: Dataset, pixels: np.ndarray, photometric: str = "MONOCHROME2") -> None:
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, photometric
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = bits, bits, bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    dataset.PixelData = pixels.tobytes()


def make_slice(volume: Volume, number: int) -> FileDataset:
    dataset = base_dataset(volume.modality or "CT", CTImageStorage, number)
    matrix = np.asarray(volume.direction).reshape(3, 3)
    position = np.asarray(volume.origin_mm) + matrix[:, 2] * number * volume.spacing_mm[0]
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.ImagePositionPatient = [round(float(value), 6) for value in position]
    dataset.ImageOrientationPatient = [*matrix[:, 0], *matrix[:, 1]]
    dataset.PixelSpacing = list(volume.spacing_mm[1:])
    dataset.SliceThickness = volume.spacing_mm[0]
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "-1024"
    set_pixels(dataset, (volume.array[number].astype(int) + 1024).astype(np.uint16))
    return dataset


@pytest.fixture
def save_series() -> Callable[..., Path]:
    """Write a volume as DICOM slices; ``change(dataset, number)`` may spoil them."""

    def save(folder: Path, volume: Volume, change: Callable[[Dataset, int], None] | None = None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(volume.shape[0]):
            dataset = make_slice(volume, number)
            if change is not None:
                change(dataset, number)
            dataset.save_as(folder / f"{99 - number:03d}.dcm", enforce_file_format=True)  # names in reverse
        return folder

    return save


@pytest.fixture
def save_radiograph() -> Callable[..., Path]:
    """Write one digital radiograph without a position; further fields by keyword."""

    def save(path: Path, pixels: np.ndarray, photometric: str = "MONOCHROME2", **fields: Any) -> Path:
        dataset = base_dataset("DX", DigitalXRayImageStorageForPresentation, 0)
        set_pixels(dataset, pixels, photometric)
        for name, value in fields.items():
            setattr(dataset, name, value)
        dataset.save_as(path, enforce_file_format=True)
        return path

    return save


@pytest.fixture
def save_rtstruct() -> Callable[..., Path]:
    """Write contours (lists of (x, y, z) in mm) by ROI name."""

    def save(path: Path, rois: dict[str, Sequence[np.ndarray]]) -> Path:
        dataset = base_dataset("RTSTRUCT", RTStructureSetStorage, 0)
        dataset.StructureSetROISequence, dataset.ROIContourSequence = DicomSequence(), DicomSequence()
        for number, (name, contours) in enumerate(rois.items(), start=1):
            roi, item = Dataset(), Dataset()
            roi.ROINumber, roi.ROIName = number, name
            item.ReferencedROINumber, item.ContourSequence = number, DicomSequence()
            for points in contours:
                contour = Dataset()
                contour.ContourGeometricType = "CLOSED_PLANAR"
                contour.NumberOfContourPoints = len(points)
                contour.ContourData = [f"{value:.6f}" for value in np.asarray(points).ravel()]
                item.ContourSequence.append(contour)
            dataset.StructureSetROISequence.append(roi)
            dataset.ROIContourSequence.append(item)
        dataset.save_as(path, enforce_file_format=True)
        return path

    return save


@pytest.fixture
def save_seg() -> Callable[..., Path]:
    """Write masks by name as a DICOM-SEG of a series that was saved before, with highdicom."""
    import highdicom as hd
    from pydicom.sr.codedict import codes

    def save(path: Path, series: Path, masks: dict[str, np.ndarray], kind: str = "BINARY") -> Path:
        sources = sorted(
            (pydicom.dcmread(file) for file in series.iterdir()),
            key=lambda d: float(d.ImagePositionPatient[2]),
        )
        descriptions = [
            hd.seg.SegmentDescription(
                segment_number=number,
                segment_label=name,
                segmented_property_category=codes.SCT.AnatomicalStructure,
                segmented_property_type=codes.SCT.Bone,
                algorithm_type=hd.seg.SegmentAlgorithmTypeValues.MANUAL,
            )
            for number, name in enumerate(masks, start=1)
        ]
        stacked = np.stack(list(masks.values()), axis=-1)
        if kind == "LABELMAP":
            stacked = (stacked * np.arange(1, len(masks) + 1)).max(axis=-1).astype(np.uint8)
        elif kind == "FRACTIONAL":
            stacked = stacked.astype(float) * 0.4
        segmentation = hd.seg.Segmentation(
            source_images=sources,
            pixel_array=stacked if kind == "FRACTIONAL" else stacked.astype(np.uint8),
            segmentation_type=kind,
            segment_descriptions=descriptions,
            series_instance_uid=uid(9),
            series_number=9,
            sop_instance_uid=uid(9, 1),
            instance_number=1,
            manufacturer="none",
            manufacturer_model_name="none",
            software_versions="1",
            device_serial_number="1",
        )
        segmentation.save_as(path)
        segmentation._db_con.close()  # highdicom leaves its index open, and Python 3.13 warns of that
        return path

    return save
