"""Another position of the patient: shift."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import field_validator

from radiobone.core.volume import Triple
from radiobone.imaging.perturb.base import Amount, Motion, OnGrid, check_amount, fixed

MOST_VOXELS = 100.0


class Shift(OnGrid):
    """Shift against the grid of the features.

    Attributes
    ----------
    voxels_xyz : three floats, or low and high, (x, y, z)
        In voxels on which features are computed. Only the part below one voxel changes a feature.
    """

    kind: Literal["shift"] = "shift"
    voxels_xyz: tuple[Amount, Amount, Amount]

    @field_validator("voxels_xyz")
    @classmethod
    def _sensible(cls, amounts: tuple[Amount, Amount, Amount]) -> tuple[Amount, Amount, Amount]:
        for amount in amounts:
            check_amount(amount, -MOST_VOXELS, MOST_VOXELS)
        return amounts

    def said(self) -> str:
        """Say how far."""
        return "shift " + "/".join(f"{fixed(amount):.2f}" for amount in self.voxels_xyz)

    def motion(self, spacing_mm: Triple, free: tuple[bool, bool, bool]) -> Motion:
        """Shift along the axes that may move."""
        voxels = np.array([fixed(amount) for amount in self.voxels_xyz])
        return Motion(np.eye(3), voxels * np.asarray(spacing_mm[::-1]) * np.asarray(free[::-1]))
