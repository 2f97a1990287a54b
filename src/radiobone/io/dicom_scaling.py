"""From the stored values of DICOM slices to intensities, as their headers tell it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from radiobone.core.errors import MissingRescale
from radiobone.core.warnings import NotHounsfield, warn
from radiobone.io.dicom_frames import Frame


def padding_of(frames: Sequence[Frame]) -> float | None:
    """Return the intensity of padding; None where it is not told, or not the same in all slices."""
    told = {(frame.header.get("PixelPaddingValue"), frame.slope, frame.intercept) for frame in frames}
    stored, slope, intercept = next(iter(told))
    if len(told) > 1 or not isinstance(stored, int):
        return None
    return stored * (1.0 if slope is None else slope) + (0.0 if intercept is None else intercept)


def scaling_of(frame: Frame, name: str) -> tuple[float, float]:
    """Return slope and intercept of a slice.

    Parameters
    ----------
    frame : Frame
    name : str
        Of its series, for messages.

    Raises
    ------
    MissingRescale
        If a CT does not tell them, or they turn all values into one.

    Warns
    -----
    NotHounsfield
        If a CT says that the rescaled values are of another kind.
    """
    if frame.slope is not None and frame.intercept is not None:
        _check_scaling(frame.slope, frame.intercept, frame, name)
        return frame.slope, frame.intercept
    if frame.header.get("Modality") == "CT":
        raise MissingRescale(
            f"{name}: {frame.path.name} is CT and has no rescale slope and intercept, so its values are not "
            "Hounsfield units. Export the series again from the archive, without anonymising these fields."
        )
    return (1.0 if frame.slope is None else frame.slope), (
        0.0 if frame.intercept is None else frame.intercept
    )


def _check_scaling(slope: float, intercept: float, frame: Frame, name: str) -> None:
    if not (math.isfinite(slope) and math.isfinite(intercept) and slope != 0):
        raise MissingRescale(
            f"{name}: {frame.path.name} has a rescale slope of {slope:g} and intercept of {intercept:g}, by which no value can be "
            "told. Export the series again from the archive."
        )
    kind = str(frame.header.get("RescaleType") or "HU").strip()
    if frame.header.get("Modality") == "CT" and not kind.startswith("HU"):
        warn(
            NotHounsfield(
                f"{name}: the rescaled values are said to be '{kind}', not Hounsfield units (RescaleType). Thresholds and grey "
                "levels of CT would mean something else. Check which series this is."
            ),
            stacklevel=5,
        )
