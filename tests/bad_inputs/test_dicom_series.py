"""DICOM series with one thing wrong: right numbers, a named warning, or a named error."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from radiobone.core.errors import RadioboneError
from radiobone.core.volume import Volume
from radiobone.core.warnings import collected
from radiobone.io.images import read_image
from small_series import HU, LEFT_OUT, SHAPE, SPACING_MM, STUDY, Change, at, dataset, series


def read(folder: Path) -> tuple[Volume, list[str]]:
    with collected() as told:
        volume = read_image(folder)
    return volume, [one.code for one in told]


def check_right(folder: Path, due: list[str]) -> None:
    volume, codes = read(folder)
    assert np.array_equal(volume.array, HU)
    assert volume.spacing_mm == pytest.approx(SPACING_MM, rel=1e-3)
    assert codes == due


def all_of(**fields: Any) -> Change:
    return lambda _: fields


def only(chosen: int, **fields: Any) -> Change:
    return lambda number: fields if number == chosen else {}


def later(**fields: Any) -> Change:
    return lambda number: fields if number >= 3 else {}


SOUND: dict[str, tuple[Change, list[str]]] = {
    "as it is": (all_of(), []),
    "the same number in all": (all_of(InstanceNumber=1), []),
    "numbers in reverse": (lambda number: {"InstanceNumber": 100 - number}, []),
    "another thickness": (all_of(SliceThickness=5), []),
    "no thickness": (all_of(SliceThickness=LEFT_OUT), []),
    "negative distance": (all_of(SpacingBetweenSlices=-2), []),
    "no patient in some": (later(PatientID=LEFT_OUT), []),
    "no series": (all_of(SeriesInstanceUID=LEFT_OUT), []),
    "an intercept of its own for each": (
        lambda number: {"RescaleIntercept": -1024 - number, "PixelData": (HU[number].astype(int) + 1024 + number).astype("<u2").tobytes()}, []),
    "signed values in some": (
        lambda number: {"RescaleIntercept": 0, "PixelRepresentation": 1, "PixelData": HU[number].tobytes()} if number % 2 else {}, []),
    "12 bits with an overlay above": (
        lambda number: {"BitsStored": 12, "HighBit": 11, "PixelData": ((HU[number].astype(int) + 1024) | 0x8000).astype("<u2").tobytes()}, []),
    "rounded places": (lambda number: {"ImagePositionPatient": at(number, z=0.004 * (-1) ** number)}, []),
    "noise of the axes": (lambda number: {"ImageOrientationPatient": [1, 1e-6 * number, 0, 0, 1, 0]}, []),
    "dates of no calendar": (all_of(StudyDate="99999999", PatientAge="abc"), []),
    "white is low": (all_of(PhotometricInterpretation="MONOCHROME1"), ["InvertedPhotometric"]),
    "values of another kind": (all_of(RescaleType="US"), ["NotHounsfield"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_series_that_are_sound(tmp_path, name):
    change, due = SOUND[name]
    check_right(series(tmp_path / "dcm", change), due)


REFUSED: dict[str, tuple[str, Change]] = {
    "slope 0": ("MissingRescale", all_of(RescaleSlope=0)),
    "slope NaN": ("MissingRescale", all_of(RescaleSlope="nan")),
    "slope infinite": ("MissingRescale", only(2, RescaleSlope="inf")),
    "slope empty": ("MissingRescale", all_of(RescaleSlope="")),
    "two slopes": ("UnreadableImage", all_of(RescaleSlope=[1, 2])),
    "slope missing once": ("MissingRescale", only(3, RescaleSlope=LEFT_OUT)),
    "two studies": ("MixedSeries", later(StudyInstanceUID=f"{STUDY}.9")),
    "two series": ("MixedSeries", later(SeriesInstanceUID=f"{STUDY}.9")),
    "two modalities": ("MixedSeries", later(Modality="MR")),
    "two frames of reference": ("MixedSeries", later(FrameOfReferenceUID=f"{STUDY}.9")),
    "two patients": ("MixedPatients", later(PatientID="P2")),
    "two names": ("MixedPatients", lambda number: {"PatientID": LEFT_OUT, "PatientName": "A" if number < 3 else "B"}),
    "one slice beside the others": ("NonUniformSpacing", lambda number: {"ImagePositionPatient": at(number, x=5.0 * (number == 2))}),
    "there and back": ("NonUniformSpacing", lambda number: {"ImagePositionPatient": at(number, x=3.0 * (number in {2, 3}))}),
    "tilted": ("GantryTilt", lambda number: {"ImagePositionPatient": at(number, y=0.5 * number)}),
    "one slice too far": ("NonUniformSpacing", lambda number: {"ImagePositionPatient": at(number, z=0.7 * (number == 2))}),
    "all at one place": ("DuplicateSlices", all_of(ImagePositionPatient=[0, 0, 0])),
    "two numbers of place": ("UnreadableImage", all_of(ImagePositionPatient=[0, 0])),
    "a place that is none": ("UnreadableImage", only(2, ImagePositionPatient=[0, 0, "nan"])),
    "no place": ("UnreadableImage", only(2, ImagePositionPatient=LEFT_OUT)),
    "five numbers of orientation": ("UnreadableImage", all_of(ImageOrientationPatient=[1, 0, 0, 0, 1])),
    "no orientation": ("UnreadableImage", all_of(ImageOrientationPatient=LEFT_OUT)),
    "orientation NaN": ("UnreadableImage", all_of(ImageOrientationPatient=["nan", 0, 0, 0, 1, 0])),
    "orientation zero": ("NonOrthogonalGrid", all_of(ImageOrientationPatient=[0] * 6)),
    "orientation too long": ("NonOrthogonalGrid", all_of(ImageOrientationPatient=[2, 0, 0, 0, 2, 0])),
    "orientation sheared": ("NonOrthogonalGrid", all_of(ImageOrientationPatient=[1, 0, 0, 0.2, 0.98, 0])),
    "orientation of one": ("MixedSeries", only(3, ImageOrientationPatient=[1, 0, 0, 0, 0, -1])),
    "one length": ("UnreadableImage", all_of(PixelSpacing=0.9)),
    "length 0": ("BadSpacing", all_of(PixelSpacing=[0, 1])),
    "length negative": ("BadSpacing", all_of(PixelSpacing=[-0.9, 0.8])),
    "length of the detector alone": ("BadSpacing", all_of(PixelSpacing=LEFT_OUT, ImagerPixelSpacing=[0.9, 0.8])),
    "8 bits said": ("UnreadableImage", lambda number: {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7, "PixelData": bytes(1000)}),
    "32 bits said": ("UnreadableImage", all_of(BitsAllocated=32, BitsStored=32, HighBit=31)),
    "no bits stored": ("UnreadableImage", all_of(BitsStored=0)),
    "too few pixels": ("UnreadableImage", only(2, PixelData=bytes(20))),
    "far more pixels": ("UnreadableImage", only(2, PixelData=bytes(2000))),
    "no pixels": ("UnreadableImage", only(2, PixelData=LEFT_OUT)),
    "no rows": ("UnreadableImage", all_of(Rows=0)),
    "one row more": ("UnreadableImage", all_of(Rows=SHAPE[1] + 1)),
    "frames that are not there": ("UnreadableImage", all_of(NumberOfFrames=2)),
    "colour": ("VectorImage", all_of(SamplesPerPixel=3, PhotometricInterpretation="RGB")),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_series_that_cannot_be_right_are_refused(tmp_path, name):
    code, change = REFUSED[name]
    folder = series(tmp_path / "dcm", change)
    with pytest.raises(RadioboneError) as caught, collected():
        read_image(folder)
    assert caught.value.code == code, caught.value
    assert len(str(caught.value)) > 60


@pytest.mark.parametrize("numbers", [[0, 1, 3, 4, 5], [0, 1, 2, 5]])
def test_missing_slices(tmp_path, numbers):
    with pytest.raises(RadioboneError) as caught:
        read_image(series(tmp_path / "dcm", numbers=numbers))
    assert caught.value.code == "MissingSlices"


def without_preamble(path: Path) -> None:
    path.write_bytes(path.read_bytes()[132:])


def dataset_alone(path: Path) -> None:
    alone = pydicom.Dataset()
    alone.update({element.tag: element for element in pydicom.dcmread(path)})
    alone.save_as(path, implicit_vr=True, little_endian=True, enforce_file_format=False)


def of_tiff(path: Path) -> None:
    path.write_bytes(b"II*\0" + path.read_bytes()[4:])


@pytest.mark.parametrize("change", [without_preamble, dataset_alone, of_tiff])
def test_files_as_old_archives_hold_them(tmp_path, change: Callable[[Path], None]):
    folder = series(tmp_path / "dcm")
    for path in folder.iterdir():
        change(path)
    check_right(folder, [])


def hidden_folder(folder: Path) -> None:
    (folder / "__MACOSX").mkdir()
    (folder / "__MACOSX" / "003.dcm").write_bytes(b"\0\5\x16\7" + bytes(200))
    shutil.copytree(folder / "__MACOSX", folder / ".trash")


BESIDE: dict[str, Callable[[Path], object]] = {
    ".DS_Store": lambda folder: (folder / ".DS_Store").write_bytes(b"\0\0\0\1Bud1" + bytes(99)),
    "Thumbs.db": lambda folder: (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(99)),
    "AppleDouble": lambda folder: (folder / "._003.dcm").write_bytes(b"\0\5\x16\7" + bytes(200)),
    "hidden folders": hidden_folder,
    "a copy in a hidden folder": lambda folder: shutil.copytree(folder, folder / ".copy"),
    "notes": lambda folder: (folder / "notes.txt").write_text("seen"),
    "a link to itself": lambda folder: (folder / "loop").symlink_to(folder),
    "a report": lambda folder: dataset(
        0, Modality="SR", Rows=LEFT_OUT, PixelData=LEFT_OUT, SeriesInstanceUID=f"{STUDY}.9"
    ).save_as(folder / "sr.dcm", enforce_file_format=True),
}  # fmt: skip


@pytest.mark.parametrize("name", BESIDE)
def test_what_else_lies_in_the_folder(tmp_path, name):
    folder = series(tmp_path / "dcm")
    BESIDE[name](folder)
    check_right(folder, [])


@pytest.mark.parametrize("content", [b"", b"no slice", bytes(128) + b"DICM", bytes(range(256)) * 9])
def test_a_slice_that_cannot_be_read_is_not_passed_over(tmp_path, content):
    """At either end of the stack nobody would miss it."""
    folder = series(tmp_path / "dcm")
    (folder / "006.dcm").write_bytes(content)
    with pytest.raises(RadioboneError, match=r"006\.dcm") as caught:
        read_image(folder)
    assert caught.value.code == "UnreadableImage"


@pytest.mark.parametrize("kept", [100, 131, 140, 300, 600, -41, -1])
def test_slices_that_end_too_early(tmp_path, kept):
    folder = series(tmp_path / "dcm")
    path = folder / "002.dcm"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(RadioboneError) as caught:
        read_image(folder)
    assert caught.value.code in {"UnreadableImage", "MissingSlices"}


def test_the_mark_of_what_was_not_scanned_is_rescaled_as_the_voxels_are(tmp_path):
    assert read(series(tmp_path / "dcm", all_of(PixelPaddingValue=0)))[0].padding == -1024
    assert read(series(tmp_path / "none"))[0].padding is None
