"""A small model, and a patient's study as a hospital has it: a DICOM series, a segmentation, contours; and as NIfTI."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, RTStructureSetStorage

from radiobone.workflow.extract import extract
from radiobone.workflow.score import fit_table
from small_cohort import QUICK, SmallCohort, bone, two_labels, write_image

PATIENT_NAME = "Mühle^Jörg"
PATIENT_ID = "H-4711"
STUDY_UID = "2.25.4711"
REGION = "vertebrae_L1"
PIPELINE: dict[str, Any] = {
    "name": "fast",
    "title": "For tests",
    "steps": ["scale", {"mannwhitney": {"max_features": 4}}],
    "models": ["lr"],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}


@dataclass(frozen=True)
class HospitalCase:
    """Paths of everything; the DICOM series and the NIfTI files of ``p03`` hold the same voxels."""

    folder: Path

    @property
    def model(self) -> Path:
        return self.folder / "model.rbm"

    @property
    def series(self) -> Path:
        return self.folder / "dicom" / "ct"

    @property
    def seg(self) -> Path:
        return self.folder / "dicom" / "seg.dcm"

    @property
    def rtstruct(self) -> Path:
        return self.folder / "dicom" / "rtstruct.dcm"

    def nifti(self, number: int = 3) -> tuple[Path, Path]:
        return tuple(self.folder / kind / f"p{number:02d}.nii.gz" for kind in ("images", "masks"))  # type: ignore[return-value]


def make_case(folder: Path, n_patients: int = 24) -> HospitalCase:
    """Write cohort, features, model and the DICOM study."""
    cohort = SmallCohort(folder)
    rng = np.random.default_rng(0)
    for number in range(n_patients):
        sick = number % 2
        cohort.add(f"p{number:02d}", shape=number, sick=("no", "yes")[sick])
        voxels = bone(number) + np.int16(25 * sick + rng.normal(0, 12))
        voxels[0, :2] = -1000  # air, as in every CT
        write_image(folder / "images" / f"p{number:02d}.nii.gz", voxels)
    extract(cohort.manifest, settings=QUICK, modality="ct", output=folder / "features", show_progress=False)
    model = fit_table(folder / "features", pipeline=PIPELINE, seed=0, jobs=1, target="sick", positive="yes")
    case = HospitalCase(folder)
    model.save(case.model)
    case.series.mkdir(parents=True)
    voxels = _array(case.nifti()[0])
    slices = [_slice(voxels[z], z) for z in range(len(voxels))]
    for one in slices:
        one.save_as(case.series / f"{one.InstanceNumber:03d}.dcm", enforce_file_format=True)
    mask = _array(case.nifti()[1]) == 1
    _save_seg(case.seg, slices, mask)
    _save_rtstruct(case.rtstruct)
    return case


def _array(path: Path) -> Any:
    import SimpleITK as sitk

    return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def _dataset(modality: str, sop_class: str, number: int) -> FileDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, sop_class
    meta.MediaStorageSOPInstanceUID = f"2.25.{len(modality)}{number + 1}"
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SpecificCharacterSet = "ISO_IR 100"
    dataset.SOPClassUID, dataset.SOPInstanceUID = sop_class, meta.MediaStorageSOPInstanceUID
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = STUDY_UID, f"2.25.8{len(modality)}"
    dataset.FrameOfReferenceUID = "2.25.99"
    dataset.Modality, dataset.PatientID, dataset.PatientName = modality, PATIENT_ID, PATIENT_NAME
    dataset.PatientBirthDate, dataset.PatientSex, dataset.AccessionNumber = "19500101", "M", "A17"
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID = "20240101", "120000", "1"
    dataset.ReferringPhysicianName, dataset.Manufacturer = "", "none"
    dataset.SeriesNumber, dataset.InstanceNumber = 1, number + 1
    return dataset


def _slice(pixels: Any, z: int) -> FileDataset:
    dataset = _dataset("CT", CTImageStorage, z)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.ImagePositionPatient, dataset.ImageOrientationPatient = [0, 0, 2 * z], [1, 0, 0, 0, 1, 0]
    dataset.PixelSpacing, dataset.SliceThickness = [1, 1], 2
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "-1024"
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows, dataset.Columns = pixels.shape
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    dataset.PixelData = (pixels.astype(int) + 1024).astype(np.uint16).tobytes()
    return dataset


def _save_seg(path: Path, slices: list[FileDataset], mask: Any) -> None:
    import highdicom as hd
    from pydicom.sr.codedict import codes

    described = [
        hd.seg.SegmentDescription(
            number,
            name,
            codes.SCT.AnatomicalStructure,
            codes.SCT.Bone,
            hd.seg.SegmentAlgorithmTypeValues.MANUAL,
        )
        for number, name in ((1, "vertebrae_T12"), (2, REGION))
    ]
    stacked = np.stack([np.roll(mask, 5, axis=0), mask], axis=-1).astype(np.uint8)
    segmentation = hd.seg.Segmentation(
        slices, stacked, "BINARY", described, series_instance_uid="2.25.9", series_number=9, sop_instance_uid="2.25.91",
        instance_number=1, manufacturer="none", manufacturer_model_name="none", software_versions="1",
        device_serial_number="1",
    )  # fmt: skip
    segmentation.save_as(path)
    segmentation._db_con.close()  # highdicom leaves its index open, and Python 3.13 warns of that


def _save_rtstruct(path: Path) -> None:
    """Contours of the box of the first mask, but for its corner."""
    dataset = _dataset("RTSTRUCT", RTStructureSetStorage, 0)
    roi, item = Dataset(), Dataset()
    roi.ROINumber, roi.ROIName = 1, REGION
    item.ReferencedROINumber, item.ContourSequence = 1, Sequence()
    y, x = (np.flatnonzero((two_labels(3) == 1).any(axis=axes)) for axes in ((0, 2), (0, 1)))
    for z in range(3, 7):
        contour = Dataset()
        corners = [(a, b, 2 * z) for a, b in ((x[0], y[0]), (x[-1], y[0]), (x[-1], y[-1]), (x[0], y[-1]))]
        contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 4
        contour.ContourData = [float(value) for value in np.ravel(corners)]
        item.ContourSequence.append(contour)
    dataset.StructureSetROISequence, dataset.ROIContourSequence = Sequence([roi]), Sequence([item])
    dataset.save_as(path, enforce_file_format=True)
