"""Another position of the patient: rotation."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import field_validator

from radiobone.core.volume import Triple
from radiobone.imaging.perturb.base import Amount, Motion, OnGrid, check_amount, fixed

AXES = {"x": 0, "y": 1, "z": 2}


class Rotate(OnGrid):
    """Rotation about the region's centre.

    Attributes
    ----------
    angle_deg : float, or low and high
        Positive angles turn the first of the other two axes towards the second (x towards y about z).
    axis : {"z", "y", "x"}
        The image's axis that stays; z, through the slices, mixes none of them.
    """

    kind: Literal["rotate"] = "rotate"
    angle_deg: Amount
    axis: Literal["z", "y", "x"] = "z"

    @field_validator("angle_deg")
    @classmethod
    def _sensible(cls, amount: Amount) -> Amount:
        return check_amount(amount, -180.0, 180.0)

    def said(self) -> str:
        """Say the angle."""
        return f"rotate {fixed(self.angle_deg):+.3g}°" + ("" if self.axis == "z" else f" {self.axis}")

    def motion(self, spacing_mm: Triple, free: tuple[bool, bool, bool]) -> Motion:
        """Turn; not at all where an axis that would move must not."""
        about = AXES[self.axis]
        first, second = (about + 1) % 3, (about + 2) % 3
        if not (free[2 - first] and free[2 - second]):
            return Motion.none()
        angle = np.deg2rad(fixed(self.angle_deg))
        rotation = np.eye(3)
        rotation[first, first] = rotation[second, second] = np.cos(angle)
        rotation[second, first], rotation[first, second] = np.sin(angle), -np.sin(angle)
        return Motion(rotation, np.zeros(3))
