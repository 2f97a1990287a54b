"""Huang 2022, from images: both psoas muscles on three axial slices of a CT at L3."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.testing.scanner import Scanner, acquire, correlated_field
from radiobone.testing.studies.huang2022_psoas import DESIGN
from radiobone.testing.studies.images.design import ImageStudy, Picture, Region

SHAPE, SPACING_MM = (5, 64, 112), (5.0, 1.0, 1.0)
OUTLINED = slice(1, 4)
FAT_HU, MUSCLE_HU, BONE_HU = -100.0, 58.0, 180.0


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Scan a pair of muscles that hold the more fat, and are the thinner, the lower the density; both follow it loosely."""
    own = float(density_sd[0])
    fat, size = (0.6 * own + 0.8 * rng.standard_normal(2)) * (-1.0, 1.0)
    scanner = Scanner(SPACING_MM, noise_hu=12.0)
    n_fine = SHAPE[0] * scanner.slices_per_slice
    y, x = np.mgrid[: SHAPE[1], : SHAPE[2]] - np.array([SHAPE[1] / 2, SHAPE[2] / 2])[:, None, None]
    tissue = np.full((n_fine, *SHAPE[1:]), FAT_HU, dtype=np.float32)
    tissue[:, np.hypot(y / 15, x / 21) < 1] = BONE_HU
    muscle = np.zeros(SHAPE[1:], dtype=bool)
    for side in (-1, 1):
        radius = (13 + 1.2 * size) * np.exp(0.03 * rng.standard_normal(2))
        muscle |= np.hypot((y - 4) / radius[0], (x - side * 37) / radius[1]) < 1
    streaks = correlated_field(rng, tissue.shape, (2.0, 1.3, 1.3)) + 0.3 * fat > 1.3  # fat between fibres
    tissue[:, muscle] = MUSCLE_HU - 4.0 * fat
    tissue[streaks & muscle] = FAT_HU / 2
    labels = np.zeros(SHAPE, dtype=np.uint8)
    labels[OUTLINED, muscle] = 1
    image = Volume(acquire(tissue, scanner, rng), SPACING_MM, modality="CT")
    return Picture(image, Volume(labels, SPACING_MM), (Region("psoas", 1),))


STUDY = ImageStudy(
    design=DESIGN,
    measured=tuple(DESIGN.columns),
    modality="ct",
    scan=scan,
    about="Five axial slices of 5 mm at L3; both psoas muscles are outlined on three of them, as one region.",
    origins={
        "n_patients": "the study: 172",
        "scan": "both muscles, three slices: the study; sizes, HU, streaks of fat and how they follow bone (0.6): ours",
    },
    n_patients=172,
)
