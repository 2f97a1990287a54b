"""Where a NIfTI header places its voxels, and whether its several ways of saying so agree.

Programs differ in which of qform, sform and pixdim they follow. ITK takes the lengths from pixdim even where the sform
has others, and replaces numbers that are not finite by zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import AmbiguousOrientation, BadSpacing
from radiobone.core.validation import check_direction

FloatArray = npt.NDArray[np.float64]
SAME_PLACE_MM = 0.1
SAME_PLACE_VOXELS = 0.05
SAME_LENGTH = 0.01
UNIT_QUATERNION_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Place:
    """Geometry as the fields of the header give it.

    Attributes
    ----------
    sizes : tuple of int
        Voxels along each axis.
    pixdim : tuple of 8 float
        Handedness of the qform, then lengths of a voxel.
    mm_per_unit : float
        What one unit of length is.
    qform_code, sform_code : int
        Positive where that orientation is given.
    quaternion : tuple of 6 float
        b, c, d, then the offset x, y, z.
    sform : tuple of 12 float
        Rows of the affine.
    """

    sizes: tuple[int, ...]
    pixdim: tuple[float, ...]
    mm_per_unit: float
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]
    sform: tuple[float, ...]


def check_place(place: Place, path: Path) -> None:
    """Refuse a header whose orientations or lengths contradict each other.

    Raises
    ------
    AmbiguousOrientation
        If qform and sform place a corner apart, or one of them is no orientation.
    BadSpacing
        If the sform has other lengths of a voxel than pixdim.
    """
    has_qform, has_sform = place.qform_code > 0, place.sform_code > 0
    if has_qform:
        _check_is_a_rotation(place, path)
    if has_sform:
        _check_finite(place.sform, "sform", path)
        _check_lengths(place, path)
    if has_qform and has_sform and len(place.sizes) >= 3:
        _check_orientations_agree(place, path)


def _check_is_a_rotation(place: Place, path: Path) -> None:
    _check_finite(place.quaternion, "qform", path)
    length = math.hypot(*place.quaternion[:3])
    if length > 1 + UNIT_QUATERNION_TOLERANCE:
        raise AmbiguousOrientation(
            f"{path}: the header's qform is no rotation (its quaternion has a length of {length:.3g}, and at most 1 is "
            "possible). Programs make different orientations of it. Convert the image again from its source."
        )


def _check_finite(values: tuple[float, ...], name: str, path: Path) -> None:
    if not all(math.isfinite(value) for value in values):
        raise AmbiguousOrientation(
            f"{path}: the header's {name} holds values that are not finite, so that nobody knows where the voxels lie. "
            "Convert the image again from its source."
        )


def _check_lengths(place: Place, path: Path) -> None:
    """Hold the sform's columns, which are steps from voxel to voxel, to pixdim."""
    n_axes = min(len(place.sizes), 3)
    affine = _by_sform(place)
    steps = np.linalg.norm(affine[:, :n_axes], axis=0)
    if n_axes == 3:
        check_direction((affine[:, :3] / np.where(steps, steps, 1)).ravel().tolist(), str(path))
    lengths = np.asarray(place.pixdim[1 : n_axes + 1])
    apart = np.abs(steps - lengths) * np.maximum(np.asarray(place.sizes[:n_axes]) - 1, 1)
    if not (apart.max() <= _allowed(place) and (np.abs(steps / lengths - 1) <= SAME_LENGTH).all()):
        raise BadSpacing(
            f"{path}: the header gives a voxel two sizes: {_shown(lengths)} by pixdim and {_shown(steps)} by the sform. Programs "
            "differ in which they follow, and distances and volumes with them. Convert the image again from its source."
        )


def _check_orientations_agree(place: Place, path: Path) -> None:
    last = np.array([n - 1 for n in place.sizes[:3]], dtype=float)
    corners = np.array([[0, 0, 0], last]).T
    first, second = (
        affine[:, :3] @ corners + affine[:, 3:] for affine in (_by_sform(place), _by_qform(place))
    )
    apart = float(np.abs(first - second).max())
    if not apart <= _allowed(place):
        raise AmbiguousOrientation(
            f"{path}: the header's two orientations (qform and sform) place the image {apart * place.mm_per_unit:.3g} mm apart. "
            "Programs differ in which they follow, so the mask may lie on other tissue. "
            "Make them agree, or convert the image again from DICOM."
        )


def _allowed(place: Place) -> float:
    """How far two ways may be apart, in the header's unit."""
    return max(SAME_PLACE_MM / place.mm_per_unit, SAME_PLACE_VOXELS * min(place.pixdim[1:4]))


def _shown(lengths: FloatArray) -> str:
    return " × ".join(f"{length:.6g}" for length in lengths)


def _by_sform(place: Place) -> FloatArray:
    return np.asarray(place.sform, dtype=float).reshape(3, 4)


def _by_qform(place: Place) -> FloatArray:
    """Affine (3 × 4) of the header's quaternion, as the NIfTI-1 standard defines it (method 2)."""
    b, c, d, *offset = place.quaternion
    a = math.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    rotation = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    sense = -1.0 if place.pixdim[0] < 0 else 1.0
    steps = np.array([place.pixdim[1], place.pixdim[2], sense * place.pixdim[3]])
    return np.column_stack([rotation * steps, offset])
