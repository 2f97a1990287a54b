"""One frame of a DICOM image: its place, its scaling and its pixels. Classic and enhanced objects alike."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.core.errors import BadSpacing, UnreadableImage, VectorImage
from radiobone.core.lazy import lazily
from radiobone.core.warnings import silenced
from radiobone.io.dicom_dataset import read_dataset
from radiobone.io.files import damaged
from radiobone.io.gzipped import check_surplus
from radiobone.io.temporary import temporary_file

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

pydicom = lazily("pydicom")

FloatArray = npt.NDArray[np.float64]
NOT_IMAGES = {"RTSTRUCT", "RTPLAN", "RTDOSE", "RTRECORD", "SEG", "SR", "PR", "KO", "REG", "FID", "DOC", "M3D"}
PIXEL_FIELDS = (
    "SamplesPerPixel", "Rows", "Columns", "NumberOfFrames", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "PixelData",
)  # fmt: skip
# Decoded by pydicom alone: uncompressed, deflated and RLE
UNCOMPRESSED_SYNTAXES = {
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99",
}  # fmt: skip
NATIVE_SYNTAXES = {
    "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.5",
}  # fmt: skip
# What is asked of a slice, of all that its header holds
OF_A_SLICE = [
    "SOPClassUID", "SOPInstanceUID", "ImageType", "Modality", "PatientID", "PatientName", "StudyInstanceUID", "SeriesInstanceUID",
    "FrameOfReferenceUID", "BurnedInAnnotation", "SliceThickness", "SpacingBetweenSlices", "ImagePositionPatient",
    "ImageOrientationPatient", "PixelSpacing", "SamplesPerPixel", "PhotometricInterpretation", "NumberOfFrames", "Rows",
    "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue", "RescaleIntercept",
    "RescaleSlope", "RescaleType", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
]  # fmt: skip

# By which a file is known again
OF_THESE_PIXELS = (
    "SOPInstanceUID", "Rows", "Columns", "NumberOfFrames", "BitsAllocated", "BitsStored", "PixelRepresentation",
    "PhotometricInterpretation", "ImagePositionPatient", "RescaleSlope", "RescaleIntercept",
)  # fmt: skip

MOST_THREADS = 4


@dataclass(frozen=True, eq=False)
class Frame:
    """One plane of pixels, before it is decoded.

    Attributes
    ----------
    position_mm, row_axis, column_axis : ndarray, shape (3,)
        Centre of the first pixel; direction of growing column index, of growing row index.
    spacing_mm : tuple of float, (y, x)
        Distance between rows, and between columns.
    thickness_mm : float or None
        Slice thickness, or distance between slices.
    slope, intercept : float or None
        From stored values to intensities; None where the header tells none.
    """

    path: Path
    number: int
    header: Dataset
    position_mm: FloatArray
    row_axis: FloatArray
    column_axis: FloatArray
    spacing_mm: tuple[float, float]
    thickness_mm: float | None
    slope: float | None
    intercept: float | None

    @property
    def normal(self) -> FloatArray:
        """Direction across the plane."""
        return np.cross(self.row_axis, self.column_axis)


def read_dicom_header(path: Path, fields: list[str] | None = None) -> Dataset | None:
    """Read everything but the pixels, or the fields that are named; None if the file is not DICOM."""
    try:
        return read_dataset(path, stop_before_pixels=True, specific_tags=fields)
    except pydicom.errors.InvalidDicomError:
        return None


def is_image(header: Dataset) -> bool:
    """Whether the object holds an image (and not contours, a segmentation, a report)."""
    return "Rows" in header and "Columns" in header and header.get("Modality") not in NOT_IMAGES


def frames_of(path: Path, header: Dataset) -> Iterator[Frame]:
    """Yield the planes of one file.

    Raises
    ------
    VectorImage
        For colour.
    UnreadableImage
        If a frame has no position.
    """
    if int(header.get("SamplesPerPixel", 1)) != 1:
        raise VectorImage(
            f"{path} is a colour image ({header.get('PhotometricInterpretation')}): a screenshot or report page, "
            "not a measurement. Use the original series."
        )
    shared = list(header.get("SharedFunctionalGroupsSequence") or ())[:1]
    own = header.get("PerFrameFunctionalGroupsSequence")
    for number, group in enumerate([[one] for one in own] if own else [[]]):
        yield _frame(path, number, header, [*group, *shared])


def _frame(path: Path, number: int, header: Dataset, groups: list[Dataset]) -> Frame:
    def find(sequence: str, name: str) -> Any:
        for items in (group.get(sequence) for group in groups):
            if items and items[0].get(name) is not None:
                return items[0].get(name)
        return header.get(name)

    position = find("PlanePositionSequence", "ImagePositionPatient")
    orientation = find("PlaneOrientationSequence", "ImageOrientationPatient")
    spacing = find("PixelMeasuresSequence", "PixelSpacing")
    if not position or not orientation:
        raise UnreadableImage(
            f"{path} has no position or orientation in the patient, so slices cannot be stacked. "
            "Export the original series, not a secondary capture."
        )
    if not spacing:
        raise BadSpacing(f"{path} has no pixel spacing. Export the original series, not a secondary capture.")
    place, axes, lengths = (
        np.atleast_1d(np.asarray(one, dtype=float)) for one in (position, orientation, spacing)
    )
    if (place.size, axes.size, lengths.size) != (3, 6, 2) or not np.isfinite(
        np.concatenate([place, axes])
    ).all():
        raise UnreadableImage(
            f"{path}: position {position}, orientation {orientation} or pixel spacing {spacing} is not made of 3, 6 and 2 "
            "numbers, so slices cannot be stacked. Export the original series."
        )
    thickness = find("PixelMeasuresSequence", "SpacingBetweenSlices") or find(
        "PixelMeasuresSequence", "SliceThickness"
    )
    return Frame(
        path=path, number=number, header=header, position_mm=place,
        row_axis=axes[:3], column_axis=axes[3:], spacing_mm=(float(lengths[0]), float(lengths[1])),
        thickness_mm=abs(float(thickness)) if thickness else None,
        slope=_number(find("PixelValueTransformationSequence", "RescaleSlope")),
        intercept=_number(find("PixelValueTransformationSequence", "RescaleIntercept")),
    )  # fmt: skip


def _number(value: Any) -> float | None:
    return None if value is None or value == "" else float(value)


def stored_values(path: Path, header: Dataset | None = None) -> npt.NDArray[Any]:
    """Decode the stored values of a file, before any rescaling.

    Parameters
    ----------
    path : Path
    header : Dataset, optional
        What was read of it before, which its pixels are taken for.

    Returns
    -------
    ndarray, shape (n_frames, n_rows, n_columns)
        Integers.

    Raises
    ------
    UnreadableImage
        If the pixels are cut short or the compression cannot be undone, or the file is another one by now.
    """
    dataset = read_dataset(path)
    if header is not None and any(
        str(dataset.get(name)) != str(header.get(name)) for name in OF_THESE_PIXELS
    ):
        raise UnreadableImage(
            f"{path} changed while it was read: another program is writing it. Run again when the series is complete."
        )
    check_pixel_bytes(dataset, path)
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", ""))
    try:
        with silenced():
            pixels = _as_stored(dataset) if syntax in NATIVE_SYNTAXES else _decompressed(dataset)
    except (ValueError, AttributeError, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise damaged(path, str(error).strip().splitlines()[-1]) from error
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    planes = np.asarray(pixels).reshape(-1, rows, columns)
    if len(planes) != int(dataset.get("NumberOfFrames") or 1):
        raise damaged(path, f"it holds {len(planes)} frames, and its header says another number")
    return planes


def _as_stored(dataset: Dataset) -> npt.NDArray[Any]:
    if dataset.get("BitsStored") == dataset.get("BitsAllocated"):  # else pydicom has bits to clear
        dataset.pixel_array_options(view_only=True)
    return np.asarray(dataset.pixel_array)


def is_compressed(header: Dataset) -> bool:
    """Whether the pixels are decoded by compiled code, beside which others can be decoded."""
    return str(header.file_meta.get("TransferSyntaxUID", "")) not in NATIVE_SYNTAXES


def stored_in(frames: Sequence[Frame]) -> Iterator[npt.NDArray[Any]]:
    """Yield the stored values of the files of frames in their order; see ``stored_values``.

    Compressed ones are decoded in a few threads, unless this process was itself started to work beside others.
    """
    most = MOST_THREADS if frames and is_compressed(frames[0].header) else 1
    n_threads = 1 if multiprocessing.parent_process() else min(most, os.cpu_count() or 1, len(frames))
    if n_threads < 2:
        yield from (stored_values(frame.path, frame.header) for frame in frames)
        return
    pool = ThreadPoolExecutor(n_threads, thread_name_prefix="radiobone-decode")
    try:  # each in a copy of this context: warnings reach the block that collects them here
        tasks = [pool.submit(copy_context().run, stored_values, frame.path, frame.header) for frame in frames]
        for task in tasks:
            yield task.result()
    finally:
        pool.shutdown(cancel_futures=True)


def check_pixel_bytes(dataset: Dataset, path: Path) -> None:
    """Hold the bytes of uncompressed pixels to what the header describes; too few are found when they are decoded.

    Raises
    ------
    UnreadableImage
        If there are far more.
    """
    if (
        str(dataset.file_meta.get("TransferSyntaxUID", "")) not in UNCOMPRESSED_SYNTAXES
        or "PixelData" not in dataset
    ):
        return
    values = int(dataset.Rows) * int(dataset.Columns) * int(dataset.get("NumberOfFrames") or 1)
    bits = values * int(dataset.get("SamplesPerPixel", 1)) * int(dataset.BitsAllocated)
    check_surplus(path, len(dataset.PixelData), (bits + 7) // 8)


def _decompressed(dataset: Dataset) -> npt.NDArray[Any]:
    """Undo compression by ITK, which knows every common kind.

    ITK would also rescale and turn MONOCHROME1 around, so it is shown the pixels alone, without the rest
    of the header.
    """
    bare = pydicom.Dataset()
    bare.file_meta = pydicom.dataset.FileMetaDataset()
    bare.file_meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    bare.SOPClassUID = bare.file_meta.MediaStorageSOPClassUID = pydicom.uid.SecondaryCaptureImageStorage
    bare.SOPInstanceUID = bare.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    bare.PhotometricInterpretation = "MONOCHROME2"
    for name in PIXEL_FIELDS:
        if name in dataset:
            bare[name] = dataset[name]
    with temporary_file("pixels.dcm", lambda plain: bare.save_as(plain, enforce_file_format=True)) as plain:
        return np.asarray(sitk.GetArrayFromImage(sitk.ReadImage(str(plain), imageIO="GDCMImageIO")))


def rescaled(stored: npt.NDArray[Any], slope: float, intercept: float) -> npt.NDArray[Any]:
    """Intensities of stored values: whole numbers stay integers, anything else becomes float64.

    Parameters
    ----------
    stored : ndarray of int
        Values as stored.
    slope, intercept : float
        Of the header.

    Returns
    -------
    ndarray
        Same shape; int16 if that holds them, else int32, else float64.
    """
    if slope.is_integer() and intercept.is_integer():
        by, to = int(slope), int(intercept)
        ends = (int(stored.min()), int(stored.max())) if stored.size else (0, 0)
        steps = (*ends, by, to, *(end * by for end in ends))
        for kind in (np.int16, np.int32):
            if all(_holds(kind, end * by + to) for end in ends):
                narrow = all(_holds(kind, step) for step in steps)
                whole = stored.astype(kind if narrow else np.int64)
                return ((whole if by == 1 else whole * by) + to).astype(kind, copy=False)
    return stored.astype(np.float64) * slope + intercept


def _holds(kind: type[np.signedinteger], value: int) -> bool:
    return bool(np.iinfo(kind).min <= value <= np.iinfo(kind).max)
