"""Saranya 2025, from images: noisy radiographs of uneven brightness, with bone and soft tissue in one outline."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.testing.studies.images.design import ImageStudy, Picture, Region
from radiobone.testing.studies.images.radiographs import as_radiograph, trabeculae
from radiobone.testing.studies.saranya2025_wavelet_pca import DESIGN

SHAPE = (96, 96)
SOFT, PORE, STRUT = 55.0, 125.0, 175.0
NOISE, SHADING = 9.0, 25.0


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Take a radiograph of a bone whose outline takes in soft tissue."""
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    bone = np.hypot((y - 48) / 40, (x - 48) / 27) < 1
    struts = trabeculae(
        rng, SHAPE, 0.5 + 0.1 * float(density_sd[0]), grain_px=1.5 - 0.15 * float(density_sd[0])
    )
    pixels = np.where(bone, np.where(struts, STRUT, PORE), SOFT)
    angle = rng.uniform(0, 2 * np.pi)
    pixels = pixels + SHADING * ((y - 48) * np.sin(angle) + (x - 48) * np.cos(angle)) / 48
    pixels += NOISE * rng.standard_normal(SHAPE)
    labels = np.zeros((1, *SHAPE), dtype=np.uint8)
    labels[0, 14:82, 16:80] = 1
    return Picture(as_radiograph(pixels), Volume(labels, is_2d=True, spacing_assumed=True), (Region("", 1),))


STUDY = ImageStudy(
    design=DESIGN,
    measured=tuple(DESIGN.columns),
    modality="xr",
    scan=scan,
    about="A noisy radiograph of uneven brightness; the outline is a box that takes in soft tissue beside the bone.",
    origins={
        "n_patients": "not told: 200, a round number of ours",
        "scan": "grey levels, noise, shading and struts (0.5, 0.1 more for each SD of density): round numbers of ours",
    },
    n_patients=200,
)
