"""What the filters of the IBSI's second chapter share."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import BadSetting
from radiobone.core.volume import Volume
from radiobone.imaging.boundary import Boundary, check_reach
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter

Axes = tuple[int, ...]
Response = Callable[[Volume, Box], npt.NDArray[np.float64]]


class ConvolutionalFilter(ImageFilter):
    """A filter of IBSI 2: its names tell all its settings, so that several can stand in one table."""

    @abstractmethod
    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield what there is to compute, by name.

        Parameters
        ----------
        axes : tuple of int
            Along which is filtered (z, y, x = 0, 1, 2): three, or two for slices by themselves.

        Yields
        ------
        tuple of str and callable
            Name without the number of dimensions, and what makes the response of a volume in a box.

        Raises
        ------
        BadSetting
            If the settings do not fit this number of axes.
        """

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the names of the responses; they end with 2D or 3D."""
        axes = axes_of(plane)
        return tuple(f"{name}-{len(axes)}D" for name, _ in self.responses(axes))

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        """Yield the response maps; a single 2D image is filtered in its plane.

        Raises
        ------
        BadSetting
            If the settings do not fit 2D or 3D, or the voxels.
        RoiTooSmall
            If the image is smaller than the filter.
        """
        plane = 0 if volume.is_2d and plane is None else plane
        axes = axes_of(plane)
        wanted = tuple(self.responses(axes))
        check_reach(self.reach(volume.spacing_mm, plane), volume.shape, type(self).__name__)
        for name, response in wanted:
            yield f"{name}-{len(axes)}D", response(volume, box)


class WithBoundary(ConvolutionalFilter):
    """A filter that looks at a neighbourhood, and beyond the border of the image.

    Attributes
    ----------
    boundary : {"mirror", "zero", "nearest", "periodic"}
        What is beyond the border.
    """

    boundary: Boundary = "mirror"

    @property
    def sees_all(self) -> bool:
        """Whether it sees the other end of the image."""
        return self.boundary == "periodic"


def axes_of(plane: int | None) -> Axes:
    """Axes along which is filtered when nothing is mixed across one of them."""
    return tuple(axis for axis in range(3) if axis != plane)


def number(value: float) -> str:
    """Write a number as names of features have it, ``2-5``."""
    return str(value).replace(".", "-")


def check_letters(what: str, n_parts: int, axes: Axes) -> None:
    """Refuse a name that has not one part for each filtered axis.

    Raises
    ------
    BadSetting
    """
    if n_parts != len(axes):
        due = {
            3: "Name three, along x, y and z; or set plane: 0, to filter each slice by itself",
            2: "Name two, along the axes of a slice (x, y)",
        }
        raise BadSetting(
            f"{what} has {n_parts} parts, and images are filtered in {len(axes)}D. {due[len(axes)]}."
        )
