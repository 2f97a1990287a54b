"""The planes of a DICOM series, decoded and rescaled: all of them, or those that are asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Cut
from radiobone.io.dicom_frames import Frame, rescaled, stored_in
from radiobone.io.dicom_scaling import scaling_of
from radiobone.io.files import check_announced, understood

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SAFE = 8000
"""Between minus this and this, interpolated 16-bit values do not reach the limits of their type: of a cubic spline, a value
is at most 1.55 times its neighbours' along each axis, 3.8 times along all three."""


class SeriesPlanes:
    """Planes of a series in their order, each of which is decoded when a box that it crosses is asked for.

    The type of a whole series is the narrowest that holds every value. Of a part it is taken to be 16 bits, which is what
    nearly every CT fits; where values are so large that this could matter, all planes are decoded.

    Parameters
    ----------
    frames : sequence of Frame
        All of one size, in the order of their positions.
    source : Path
        Where they are, for messages.
    name : str
        What messages call the series.

    Raises
    ------
    MissingRescale

    Warns
    -----
    NotHounsfield
    """

    def __init__(self, frames: Sequence[Frame], source: Path, name: str) -> None:
        self._source = source
        self._frames = list(frames)
        self._scalings = [scaling_of(frame, name) for frame in frames]
        self._found: npt.NDArray[Any] | None = None
        self._is_read = np.zeros(len(frames), dtype=bool)
        self._lock = Lock()

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along (z, y, x)."""
        header = self._frames[0].header
        return len(self._frames), int(header.Rows), int(header.Columns)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of what is read, or is likely to be."""
        return np.dtype(np.int16) if self._found is None else self._found.dtype

    @property
    def can_be_parted(self) -> bool:
        """Whether all values are whole numbers of 32 bits by what the headers say, so that far slices decide no type."""
        return all(
            _stays_whole(frame.header, *scaling)
            for frame, scaling in zip(self._frames, self._scalings, strict=True)
        )

    def so_far(self) -> npt.NDArray[Any]:
        """Return the planes that are decoded, without what lies between them."""
        places = np.flatnonzero(self._is_read)
        if self._found is None or not places.size:
            return np.zeros((0, *self.shape[1:]), np.int16)
        without_gaps = places[-1] - places[0] + 1 == places.size
        return self._found[places[0] : places[-1] + 1] if without_gaps else self._found[places]

    def __getitem__(self, cut: Cut, /) -> npt.NDArray[Any]:
        """Return a box, read-only.

        Raises
        ------
        UnreadableImage
            If the pixels of a plane that it crosses cannot be decoded.
        """
        wanted = np.zeros_like(self._is_read)
        wanted[cut[0]] = True
        with self._lock:
            found = self._read(np.flatnonzero(wanted & ~self._is_read))
        view = found[cut]
        view.flags.writeable = False
        return view

    def whole(self) -> npt.NDArray[Any]:
        """Decode all planes; the type is the narrowest that holds every slice.

        Raises
        ------
        UnreadableImage
            If the pixels of a plane cannot be decoded.
        ResourceLimit
            If all of them take more memory than is allowed.
        """
        with self._lock:
            return self._all()

    def _all(self) -> npt.NDArray[Any]:
        if self._found is None or not self._is_read.all():
            self._check_memory(len(self._frames))
            decoded = self._decoded(np.flatnonzero(~self._is_read))
            planes = [
                decoded[place] if self._found is None or place in decoded else self._found[place]
                for place in range(len(self._frames))
            ]
            kind = np.result_type(*{plane.dtype for plane in planes})
            self._found = np.stack(planes).astype(kind, copy=False)
            self._is_read[:] = True
        return self._found

    def _check_memory(self, n_planes: int) -> None:
        sizes = (n_planes, *self.shape[1:])
        check_announced(self._source, sizes, math.prod(sizes) * self.dtype.itemsize)

    def _read(self, missing: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
        self._check_memory(int(self._is_read.sum()) + len(missing))
        if self._found is None:
            self._found = np.zeros(self.shape, dtype=np.int16)  # takes memory where it is written to
        for place, plane in self._decoded(missing).items():
            if plane.dtype != np.int16 or _reaches_beyond(plane):
                return self._all()
            self._found[place] = plane
            self._is_read[place] = True
        return self._found

    def _decoded(self, places: Sequence[int] | npt.NDArray[np.intp]) -> dict[int, npt.NDArray[Any]]:
        """Decode the planes of those places, by place in ascending order."""
        files = [list(held) for _, held in groupby(places, key=lambda place: self._frames[place].path)]
        found: dict[int, npt.NDArray[Any]] = {}
        with understood(self._source, "DICOM"):
            for held, stored in zip(files, stored_in([self._frames[held[0]] for held in files]), strict=True):
                for place in held:
                    plane = stored[self._frames[place].number]
                    found[int(place)] = rescaled(plane, *self._scalings[place])
        return found


def _stays_whole(header: Dataset, slope: float, intercept: float) -> bool:
    """Whether every value that the stored bits could hold becomes a whole number of 32 bits."""
    if not (slope.is_integer() and intercept.is_integer()):
        return False
    bits = int(header.get("BitsAllocated") or 64)
    ends = (-(1 << (bits - 1)) if header.get("PixelRepresentation") else 0, (1 << bits) - 1)
    limits = np.iinfo(np.int32)
    return all(limits.min <= end * int(slope) + int(intercept) <= limits.max for end in ends)


def _reaches_beyond(plane: npt.NDArray[Any]) -> bool:
    return bool(plane.size) and (int(plane.min()) < -SAFE or int(plane.max()) > SAFE)
