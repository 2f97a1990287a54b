"""Vertebrae of one patient: a density that the study plants, and size, fat in the marrow and noise that tell nothing of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np

from radiobone.core.volume import Triple
from radiobone.testing.anatomy import Shape
from radiobone.testing.scanner import Scanner
from radiobone.testing.vertebra import MARROW_HU, Vertebra

MARROW_SD_HU = 14.0  # more fat, lower HU at the same mineral
LEAST_MG_CM3, NOISE_HU = 15.0, 16.0


@dataclass(frozen=True)
class Build:
    """What the vertebrae of a patient have in common besides their density.

    Attributes
    ----------
    marrow_hu : float
    size : float
        Of the usual one.
    noise_hu : float
        Of the patient's scan.
    """

    marrow_hu: float
    size: float
    noise_hu: float

    @classmethod
    def drawn(cls, rng: np.random.Generator) -> Self:
        """Draw a patient."""
        fat, size, noise = (float(value) for value in rng.standard_normal(3))
        return cls(MARROW_HU + MARROW_SD_HU * fat, math.exp(0.05 * size), NOISE_HU * math.exp(0.35 * noise))

    def scanner(self, spacing_mm: Triple) -> Scanner:
        """Return the scanner of the patient's scan."""
        return Scanner(spacing_mm, noise_hu=self.noise_hu)

    def vertebra(
        self, density_mg_cm3: float, label: int, outline_mm: float, tilt_deg: float = 0.0
    ) -> Vertebra:
        """Return a vertebra of that density, whose body has a label."""
        usual = Shape()
        return Vertebra(
            max(LEAST_MG_CM3, density_mg_cm3), marrow_hu=self.marrow_hu, tilt_deg=tilt_deg, outline_mm=outline_mm,
            shape=Shape(self.size * usual.width_mm, self.size * usual.depth_mm, self.size * usual.height_mm),
            body_label=label, posterior_label=0,
        )  # fmt: skip
