"""What every perturbation is: frozen settings that change an image, its grid or its region a little.

They are applied in this order, whatever the order they are listed in: the image's intensities, then the grid
(all movements and the resampling to the grid of the features are one interpolation), then the region.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Self

import numpy as np
import numpy.typing as npt
from pydantic import Discriminator, Tag, model_validator

from radiobone.core.settings import Settings
from radiobone.core.volume import Triple, Volume


class Between(Settings):
    """A number that is drawn evenly between two others, anew for each repeat of each region."""

    low: float
    high: float

    @model_validator(mode="after")
    def _ordered(self) -> Between:
        if self.low > self.high:
            raise ValueError(f"'low' is {self.low:g} and must not be above 'high', {self.high:g}")
        return self


def _number_or_range(given: Any) -> str:
    return "number" if isinstance(given, (int, float, str)) else "range"


Amount = Annotated[
    Annotated[float, Tag("number")] | Annotated[Between, Tag("range")], Discriminator(_number_or_range)
]


def check_amount(amount: Amount, low: float, high: float) -> Amount:
    """Refuse an amount that lies, or may be drawn, outside limits (both allowed)."""
    ends = (amount.low, amount.high) if isinstance(amount, Between) else (amount, amount)
    if not low <= ends[0] <= ends[1] <= high:
        raise ValueError(f"must lie between {low:g} and {high:g}")
    return amount


def fixed(amount: Amount) -> float:
    """Return an amount that has been drawn, or never was a range."""
    if isinstance(amount, Between):
        raise TypeError("a range is drawn from before it is used")
    return amount


class Perturbation(Settings):
    """Base of the perturbations."""

    def drawn(self, rng: np.random.Generator) -> Self:
        """Return the same perturbation with a number in place of each range, in the order of the fields."""
        return self.model_copy(update={name: _drawn(value, rng) for name, value in self})

    @abstractmethod
    def said(self) -> str:
        """Say in a few characters what was drawn, such as ``rotate -3.1°``."""


def _drawn(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, Between):
        return float(rng.uniform(value.low, value.high))
    return tuple(_drawn(part, rng) for part in value) if isinstance(value, tuple) else value


class OnImage(Perturbation):
    """Changes intensities."""

    def settled(self, array: npt.NDArray[Any], plane: int | None) -> Self:
        """Return the same perturbation with what it takes from the image, such as the strength of its noise.

        Parameters
        ----------
        array : ndarray, shape (n_z, n_y, n_x)
            Intensities round the region.
        plane : int or None
            Axis across which nothing is mixed.
        """
        return self

    @abstractmethod
    def change_image(
        self, array: npt.NDArray[Any], plane: int | None, rng: np.random.Generator
    ) -> npt.NDArray[Any]:
        """Return other intensities.

        Parameters
        ----------
        array : ndarray, shape (n_z, n_y, n_x)
            Intensities round the region.
        plane : int or None
            Axis across which nothing is mixed.
        rng : Generator
            The only source of randomness.
        """


@dataclass(frozen=True, eq=False)
class Motion:
    """A rigid movement of the content of an image.

    Attributes
    ----------
    rotation : ndarray, shape (3, 3)
        About the region's centre, in the image's axes (x, y, z).
    shift_mm : ndarray, shape (3,)
        Afterwards, along the image's axes (x, y, z).
    """

    rotation: npt.NDArray[np.float64]
    shift_mm: npt.NDArray[np.float64]

    @classmethod
    def none(cls) -> Motion:
        """Nothing moves."""
        return cls(np.eye(3), np.zeros(3))

    def then(self, other: Motion) -> Motion:
        """Both movements, the other one later."""
        return Motion(other.rotation @ self.rotation, other.rotation @ self.shift_mm + other.shift_mm)


class OnGrid(Perturbation):
    """Moves the content of the image."""

    @abstractmethod
    def motion(self, spacing_mm: Triple, free: tuple[bool, bool, bool]) -> Motion:
        """Return the movement.

        Parameters
        ----------
        spacing_mm : tuple of float, (z, y, x)
            Edge lengths of the voxels on which features are computed.
        free : tuple of bool, (z, y, x)
            Whether content may move along each axis.
        """


class OnMask(Perturbation):
    """Changes the region."""

    @abstractmethod
    def reach_mm(self, volume_mm3: float) -> float:
        """How far from a region of a volume this one looks or grows."""

    @abstractmethod
    def change_mask(
        self, image: Volume, mask: npt.NDArray[np.bool_], plane: int | None, rng: np.random.Generator
    ) -> npt.NDArray[np.bool_]:
        """Return another region.

        Parameters
        ----------
        image : Volume
            On the grid of the features.
        mask : ndarray of bool, shape (n_z, n_y, n_x)
            The region.
        plane : int or None
            Axis across which nothing is mixed.
        rng : Generator
            The only source of randomness.

        Raises
        ------
        RoiTooSmall, EmptyMask
        """
