"""DICOM series: a folder or list of slices becomes one volume, or an error that says why it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import (
    DuplicateSlices,
    GantryTilt,
    MissingSlices,
    MixedPatients,
    MixedSeries,
    NonUniformSpacing,
    UnreadableImage,
)
from radiobone.core.validation import check_direction, check_spacing
from radiobone.core.volume import Volume, VolumeOnDemand
from radiobone.core.warnings import InvertedPhotometric, LocalizerIgnored, SpacingAssumed, warn
from radiobone.io.burned_in import warn_if_burned_in
from radiobone.io.dicom_dataset import is_named_as_dicom, series_files
from radiobone.io.dicom_frames import OF_A_SLICE, Frame, frames_of, is_image, read_dicom_header
from radiobone.io.dicom_planes import SeriesPlanes
from radiobone.io.dicom_scaling import padding_of
from radiobone.io.files import check_exists, damaged

STEP_TOLERANCE = 0.02  # of the slice distance; positions are often rounded to 0.01 mm
TILT_TOLERANCE_MM = 0.05  # sideways shift from one slice to the next
SAME_AXIS_TOLERANCE = 1e-3
BESIDE_PIXELS = 0.5  # how far a slice may lie beside the others
ONE_OF_EACH = {
    "SeriesInstanceUID": "series", "StudyInstanceUID": "studies", "Modality": "modalities",
    "FrameOfReferenceUID": "frames of reference",
}  # fmt: skip


def read_dicom_series(source: Path | Iterable[Path]) -> Volume:
    """Read the one series in a folder, or a list of files; parameters, errors and warnings as for ``open_dicom_series``."""
    planes, place = _found_in(source)
    return Volume(planes.whole(), **place)


def open_dicom_series(source: Path | Iterable[Path]) -> Volume:
    """Read the headers of the one series in a folder, or of a list of files, and its pixels when they are asked for.

    Parameters
    ----------
    source : Path or iterable of Path
        A folder, searched with its subfolders, or the files. Objects that are not images (contours,
        segmentations, reports) are passed over.

    Returns
    -------
    Volume
        Rescaled intensities; slices in the order of their position along the normal. A box of its ``voxels`` costs the
        slices that it crosses.

    Raises
    ------
    UnreadableImage
        If there is no DICOM image.
    MixedPatients, MixedSeries, MissingSlices, DuplicateSlices, NonUniformSpacing, GantryTilt, MissingRescale

    Warns
    -----
    LocalizerIgnored, InvertedPhotometric, SpacingAssumed, BurnedInText
    """
    planes, place = _found_in(source)
    return VolumeOnDemand.of(planes, **place) if planes.can_be_parted else Volume(planes.whole(), **place)


def _found_in(source: Path | Iterable[Path]) -> tuple[SeriesPlanes, dict[str, Any]]:
    """Return the planes, and the attributes of the volume that they make."""
    name = str(source) if isinstance(source, Path) else "The list of files"
    frames = _without_localizers(_all_frames(_files(source)), name)
    if not frames:
        raise UnreadableImage(f"{name}: no DICOM image in it. Check that this is the folder of the series.")
    _check_one_series(frames, name)
    warn_if_burned_in((frame.header for frame in frames), name)
    check_spacing(frames[0].spacing_mm, name)
    check_direction(_direction(frames[0]), name)
    frames = _in_order(frames)
    step_mm = _slice_distance(frames, name)
    place = _place(frames, step_mm, name)
    planes = SeriesPlanes(frames, source if isinstance(source, Path) else frames[0].path, name)
    _warn_if_inverted(frames, name)
    return planes, place


def _files(source: Path | Iterable[Path]) -> list[Path]:
    if not isinstance(source, Path):
        return [Path(path) for path in source]
    check_exists(source)
    return series_files(source) if source.is_dir() else [source]


def _all_frames(paths: Sequence[Path]) -> list[Frame]:
    frames: list[Frame] = []
    for path in paths:
        header = read_dicom_header(path, OF_A_SLICE)
        if is_named_as_dicom(path) and (header is None or "SOPClassUID" not in header):
            raise damaged(path, "it is called DICOM and holds none")
        if header is not None and is_image(header):
            frames.extend(frames_of(path, header))
    return frames


def _without_localizers(frames: list[Frame], name: str) -> list[Frame]:
    kept = [frame for frame in frames if "LOCALIZER" not in (frame.header.get("ImageType") or ())]
    if not kept or len(kept) == len(frames):
        return frames
    warn(
        LocalizerIgnored(f"{name}: {len(frames) - len(kept)} localizer image(s) were left out."), stacklevel=3
    )
    return kept


def _check_one_series(frames: Sequence[Frame], name: str) -> None:
    n_patients = len(_values(frames, "PatientID") or _values(frames, "PatientName"))
    if n_patients > 1:
        raise MixedPatients(
            f"{name}: slices of {n_patients} patients are in it. One image would be made of two people. "
            "Put each patient's series in a folder of its own."
        )
    for field, what in ONE_OF_EACH.items():
        n_found = len(_values(frames, field))
        if n_found > 1:
            raise MixedSeries(
                f"{name}: {n_found} {what} are in it, and which one is meant cannot be told. "
                "Put each series in a folder of its own."
            )
    others = np.flatnonzero(~_in_plane_of_first(frames))
    if len(others):
        raise MixedSeries(
            f"{name}: {frames[0].path.name} and {frames[others[0]].path.name} differ in size, pixel spacing or orientation, "
            "so they are not slices of one volume. Keep only the slices of the scan itself."
        )


def _values(frames: Sequence[Frame], field: str) -> set[str]:
    """Return what a field says in all slices; where it is empty it says nothing."""
    return {str(frame.header.get(field) or "").strip() for frame in frames} - {""}


def _in_plane_of_first(frames: Sequence[Frame]) -> npt.NDArray[np.bool_]:
    """Tell for each slice whether size, pixel spacing and orientation are those of the first."""
    sizes = np.array([(frame.header.Rows, frame.header.Columns) for frame in frames])
    spacings = np.array([frame.spacing_mm for frame in frames])
    axes = np.array([(*frame.row_axis, *frame.column_axis) for frame in frames])
    same: npt.NDArray[np.bool_] = (
        (sizes == sizes[0]).all(axis=1)
        & np.isclose(spacings, spacings[0], rtol=1e-4, atol=0, equal_nan=True).all(axis=1)
        & np.isclose(axes, axes[0], rtol=0, atol=SAME_AXIS_TOLERANCE).all(axis=1)
    )
    return same


def _in_order(frames: Sequence[Frame]) -> list[Frame]:
    normal = frames[0].normal
    return sorted(
        frames, key=lambda frame: (float(frame.position_mm @ normal), str(frame.path), frame.number)
    )


def _slice_distance(frames: Sequence[Frame], name: str) -> float:
    """Distance between slices in mm, once it is known to be the same everywhere."""
    if len(frames) == 1:
        return frames[0].thickness_mm or _assumed_thickness(name)
    positions = np.array([frame.position_mm for frame in frames])
    steps = np.diff(positions @ frames[0].normal)
    usual = float(np.median(steps[steps > 0])) if (steps > 0).any() else 0.0
    _check_no_duplicates(frames, steps, usual, name)
    _check_no_tilt(frames, positions, name)
    _check_even_steps(frames, steps, usual, name)
    return float(steps.mean())


def _assumed_thickness(name: str) -> float:
    warn(
        SpacingAssumed(
            f"{name} is a single slice that does not tell its thickness; 1 mm was assumed. "
            "Volumes depend on it, and measures within the slice do not."
        ),
        stacklevel=4,
    )
    return 1.0


def _check_no_duplicates(
    frames: Sequence[Frame], steps: npt.NDArray[np.float64], usual: float, name: str
) -> None:
    same = np.flatnonzero(steps <= STEP_TOLERANCE * usual)
    if len(same):
        first, second = frames[same[0]], frames[same[0] + 1]
        raise DuplicateSlices(
            f"{name}: {first.path.name} and {second.path.name} lie at the same position ({len(same)} such "
            "pair(s)). Which one is right cannot be told, and counting both would distort the volume. "
            "Remove the copies, or separate the phases or echoes."
        )


def _check_no_tilt(frames: Sequence[Frame], positions: npt.NDArray[np.float64], name: str) -> None:
    normal = frames[0].normal
    moved = np.diff(positions, axis=0)
    sideways = moved - np.outer(moved @ normal, normal)
    worst = float(np.linalg.norm(sideways.mean(axis=0)))
    allowed = BESIDE_PIXELS * min(frames[0].spacing_mm)
    if worst > min(TILT_TOLERANCE_MM, allowed / len(moved)):
        along = float(np.abs((moved @ normal).mean()))
        raise GantryTilt(
            f"{name}: each slice is shifted sideways by {worst:.2f} mm against the one before (a gantry tilt of "
            f"about {np.degrees(np.arctan2(worst, along)):.0f}°). Stacking them straight would shear the bone. "
            "Correct the tilt first (for instance dcm2niix writes a corrected volume)."
        )
    beside = np.linalg.norm(np.cumsum(sideways, axis=0), axis=1)
    at = int(beside.argmax())
    if beside[at] > allowed:
        raise NonUniformSpacing(
            f"{name}: {frames[at + 1].path.name} lies {beside[at]:.2f} mm beside the first slice. Stacked straight, the bone would "
            "be torn there. Look at the positions, or export the series again."
        )


def _check_even_steps(
    frames: Sequence[Frame], steps: npt.NDArray[np.float64], usual: float, name: str
) -> None:
    ratio = steps / usual
    uneven = np.flatnonzero(np.abs(ratio - 1) > STEP_TOLERANCE)
    if not len(uneven):
        return
    at = uneven[np.argmax(ratio[uneven])]
    where = f"between {frames[at].path.name} and {frames[at + 1].path.name}"
    whole = np.rint(ratio[uneven])
    if (whole >= 2).all() and np.allclose(ratio[uneven], whole, atol=0.1):
        raise MissingSlices(
            f"{name}: {int((whole - 1).sum())} slice(s) are missing, {where} the gap is {steps[at]:.2f} mm instead "
            f"of {usual:.2f} mm. The volume would be squeezed there. Export the series again."
        )
    raise NonUniformSpacing(
        f"{name}: the slice distance varies from {steps.min():.3f} to {steps.max():.3f} mm ({where}). "
        "One spacing would be wrong for part of the volume. Resample to even slices, or export the even part."
    )


def _place(frames: Sequence[Frame], step_mm: float, name: str) -> dict[str, Any]:
    first = frames[0]
    spacing = (step_mm, *first.spacing_mm)
    check_spacing(spacing, name)
    return {
        "spacing_mm": spacing,
        "origin_mm": tuple(float(value) for value in first.position_mm),
        "direction": _direction(first),
        "modality": str(first.header.get("Modality") or "") or None,
        "frame_of_reference": str(first.header.get("FrameOfReferenceUID") or "") or None,
        "padding": padding_of(frames),
    }


def _direction(frame: Frame) -> tuple[float, ...]:
    axes = np.column_stack([frame.row_axis, frame.column_axis, frame.normal])
    return tuple(float(value) for value in axes.ravel())


def _warn_if_inverted(frames: Sequence[Frame], name: str) -> None:
    if any(frame.header.get("PhotometricInterpretation") == "MONOCHROME1" for frame in frames):
        warn(
            InvertedPhotometric(
                f"{name} is to be shown with white for low values (MONOCHROME1). The measured values of a series do "
                "not depend on that and were left as they are; check on the picture that bone is bright."
            ),
            stacklevel=4,
        )
