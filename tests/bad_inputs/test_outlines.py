"""RTSTRUCT and DICOM-SEG with one thing wrong: right voxels, a named warning, or a named error."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from radiobone.core.errors import RadioboneError
from radiobone.core.warnings import collected
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask
from small_series import SHAPE, SPACING_MM, START, STUDY, dataset, series

INSIDE = np.zeros(SHAPE, dtype=bool)
INSIDE[1:5, 1:4, 1:3] = True
CT_FIELDS = {
    "PatientName": "A", "PatientBirthDate": "", "PatientSex": "O", "StudyDate": "20200101", "StudyTime": "000000",
    "AccessionNumber": "", "StudyID": "1", "ReferringPhysicianName": "", "Manufacturer": "x",
}  # fmt: skip


@pytest.fixture(scope="module")
def segmentation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sound DICOM-SEG of the region."""
    code = codes.SCT.Bone
    described = highdicom.seg.SegmentDescription(1, "bone", code, code, "MANUAL")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = highdicom.seg.Segmentation(
            [dataset(number, **CT_FIELDS) for number in range(SHAPE[0])], INSIDE, "BINARY", [described], f"{STUDY}.7", 7,
            f"{STUDY}.8", 1, "m", "m", "1", "1",
        )  # fmt: skip
    path = tmp_path_factory.mktemp("seg") / "seg.dcm"
    made.save_as(path)
    made._db_con.close()  # highdicom leaves its index open, and Python 3.13 warns of that
    return path


def box(number: int) -> list[float]:
    """Outline of the region in one slice."""
    corners = [(0.6, 0.6), (2.4, 0.6), (2.4, 3.4), (0.6, 3.4)]
    return [
        value
        for x, y in corners
        for value in (
            START[0] + x * SPACING_MM[2],
            START[1] + y * SPACING_MM[1],
            START[2] + number * SPACING_MM[0],
        )
    ]


def outlines() -> Dataset:
    """Return a sound RTSTRUCT of the region."""
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.481.3"
    made.SOPInstanceUID = made.file_meta.MediaStorageSOPInstanceUID = f"{STUDY}.5"
    made.Modality = "RTSTRUCT"
    structure, drawn = Dataset(), Dataset()
    structure.ROINumber, structure.ROIName, structure.ReferencedFrameOfReferenceUID = 1, "bone", f"{STUDY}.4"
    drawn.ReferencedROINumber, drawn.ContourSequence = 1, [contour(box(number)) for number in range(1, 5)]
    made.StructureSetROISequence, made.ROIContourSequence = [structure], [drawn]
    return made


def contour(points: list[float]) -> Dataset:
    made = Dataset()
    made.ContourGeometricType, made.NumberOfContourPoints, made.ContourData = (
        "CLOSED_PLANAR",
        len(points) // 3,
        points,
    )
    return made


def region(tmp_path: Path, outlined: Dataset) -> np.ndarray[Any, Any]:
    path = tmp_path / "outlines.dcm"
    with pydicom.config.disable_value_validation():
        outlined.save_as(path, enforce_file_format=True)
    image = read_image(series(tmp_path / "dcm"))
    with collected():
        return open_mask(path, image).region(roi=None, label=None).array != 0


def drawn(outlined: Dataset) -> Dataset:
    found: Dataset = outlined.ROIContourSequence[0]
    return found


SOUND_CONTOURS: dict[str, Callable[[Dataset], object]] = {
    "as they are": lambda _: None,
    "one drawn twice": lambda made: drawn(made).ContourSequence.append(contour(box(2))),
    "in reverse": lambda made: drawn(made).ContourSequence.reverse(),
    "closed by its first point": lambda made: setattr(drawn(made).ContourSequence[0], "ContourData", box(1) + box(1)[:3]),
    "a point among them": lambda made: drawn(made).ContourSequence.append(contour([0.0, 0.0, 34.0])),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND_CONTOURS)
def test_contours_that_are_sound(tmp_path, name):
    made = outlines()
    SOUND_CONTOURS[name](made)
    assert np.array_equal(region(tmp_path, made), INSIDE)


REFUSED_CONTOURS: dict[str, tuple[str, Callable[[Dataset], object]]] = {
    "of another frame": ("GeometryMismatch", lambda made: setattr(made.StructureSetROISequence[0], "ReferencedFrameOfReferenceUID", "1.2")),
    "between slices": ("GeometryMismatch", lambda made: drawn(made).ContourSequence.append(contour([v + (i % 3 == 2) for i, v in enumerate(box(1))]))),
    "outside": ("GeometryMismatch", lambda made: drawn(made).ContourSequence.append(contour(box(30)))),
    "NaN": ("GeometryMismatch", lambda made: drawn(made).ContourSequence.insert(0, contour([float("nan")] * 12))),
    "of ten numbers": ("UnreadableImage", lambda made: setattr(drawn(made).ContourSequence[0], "ContourData", [1.0] * 10)),
    "of no structure": ("UnreadableImage", lambda made: delattr(drawn(made), "ReferencedROINumber")),
    "open": ("EmptyMask", lambda made: [setattr(one, "ContourGeometricType", "OPEN_PLANAR") for one in drawn(made).ContourSequence]),
    "none": ("EmptyMask", lambda made: delattr(made, "ROIContourSequence")),
    "no names": ("UnreadableImage", lambda made: delattr(made, "StructureSetROISequence")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_CONTOURS)
def test_contours_that_cannot_be_right_are_refused(tmp_path, name):
    code, change = REFUSED_CONTOURS[name]
    made = outlines()
    with pydicom.config.disable_value_validation():
        change(made)
    with pytest.raises(RadioboneError) as caught:
        region(tmp_path, made)
    assert caught.value.code == code, caught.value


def frame(made: Dataset, number: int) -> Dataset:
    found: Dataset = made.PerFrameFunctionalGroupsSequence[number]
    return found


def place(made: Dataset, number: int, value: Any) -> None:
    frame(made, number).PlanePositionSequence[0].ImagePositionPatient = value


REFUSED_SEGMENTS: dict[str, tuple[str, Callable[[Dataset], object]]] = {
    "fractional": ("ProbabilisticMask", lambda made: setattr(made, "SegmentationType", "FRACTIONAL")),
    "of another frame": ("GeometryMismatch", lambda made: setattr(made, "FrameOfReferenceUID", "1.2")),
    "too short": ("UnreadableImage", lambda made: setattr(made, "PixelData", made.PixelData[:-2])),
    "too long": ("UnreadableImage", lambda made: setattr(made, "PixelData", made.PixelData + bytes(400))),
    "no pixels": ("UnreadableImage", lambda made: delattr(made, "PixelData")),
    "no segments": ("UnreadableImage", lambda made: setattr(made, "SegmentSequence", [])),
    "no places": ("UnreadableImage", lambda made: delattr(made, "PerFrameFunctionalGroupsSequence")),
    "fewer frames": ("UnreadableImage", lambda made: setattr(made, "NumberOfFrames", 2)),
    "a frame outside": ("GeometryMismatch", lambda made: place(made, 1, [500, 0, 0])),
    "two frames at one place": ("DuplicateSlices", lambda made: place(made, 1, frame(made, 0).PlanePositionSequence[0].ImagePositionPatient)),
    "a place of two numbers": ("UnreadableImage", lambda made: place(made, 1, [1, 2])),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_SEGMENTS)
def test_segmentations_that_cannot_be_right_are_refused(tmp_path, segmentation, name):
    code, change = REFUSED_SEGMENTS[name]
    made = pydicom.dcmread(segmentation)
    change(made)
    with pytest.raises(RadioboneError) as caught:
        region(tmp_path, made)
    assert caught.value.code == code, caught.value


def test_a_sound_segmentation(tmp_path, segmentation):
    assert np.array_equal(region(tmp_path, pydicom.dcmread(segmentation)), INSIDE)


def test_a_segmentation_that_does_not_tell_its_type_is_read_as_what_it_holds(tmp_path, segmentation):
    made = pydicom.dcmread(segmentation)
    del made.SegmentationType
    assert np.array_equal(region(tmp_path, made), INSIDE)
