"""What every filter is: frozen settings that turn one image into named images."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from numpy.typing import NDArray

from radiobone.core.settings import Settings
from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.discretise import Discretisation


class ImageFilter(Settings):
    """Base of the filters.

    Attributes
    ----------
    discretisation : FixedBinWidth, FixedBinCount or None
        Bins for the images of this filter alone; None takes the general ones.
    """

    discretisation: Discretisation | None = None

    @abstractmethod
    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the names that ``images`` gives, in its order; see there for ``plane``."""

    def reach(self, spacing_mm: Triple, plane: int | None) -> tuple[int, int, int]:
        """How far the filter is to see beyond a region, in voxels along (z, y, x).

        0 for filters that take the image as the settings cut it round the region, as pyradiomics' do.

        Parameters
        ----------
        spacing_mm : tuple of float, (z, y, x)
            Edge lengths of a voxel.
        plane : int or None
            As for ``images``.
        """
        return 0, 0, 0

    @property
    def sees_all(self) -> bool:
        """Whether the whole image decides the value of a voxel, however far away it lies."""
        return False

    @abstractmethod
    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the filtered images with the names that their features carry.

        Parameters
        ----------
        volume : Volume
            The image to filter.
        plane : int or None
            Axis (z, y, x = 0, 1, 2) across which nothing is mixed; None for filters in 3D.
        box : Box
            What of the filtered images is wanted; the filters look beyond it.

        Yields
        ------
        tuple of str and ndarray
            Name and intensities inside the box.
        """
