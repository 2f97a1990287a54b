"""Lim 2021, from images: the left proximal femur in CT, as head, neck, trochanter and shaft."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.testing.scanner import Scanner
from radiobone.testing.studies.images.bones import Rod, scan_rods
from radiobone.testing.studies.images.design import ImageStudy, Picture, Region
from radiobone.testing.studies.lim2021_femur_rf import DESIGN

SIZE_MM = (84.0, 56.0, 84.0)
N_SHAFT_LEFT_OUT = 2  # slices
PARTS = (  # start and end (z, y, x) in mm, radius in mm
    ((58.0, 28.0, 24.0), (58.0, 28.0, 24.0), 18.0),  # head
    ((58.0, 28.0, 24.0), (46.0, 28.0, 48.0), 12.0),  # neck
    ((46.0, 28.0, 50.0), (52.0, 28.0, 54.0), 15.0),  # trochanters
    ((46.0, 28.0, 52.0), (4.0, 28.0, 56.0), 12.0),  # shaft
)


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Scan a femur whose size varies and tells nothing."""
    size = float(np.exp(0.04 * rng.standard_normal()))
    rods = [Rod(start, end, radius * size, label=1) for start, end, radius in PARTS]
    scanner = Scanner((3.0, 1.2, 1.2), noise_hu=16.0)
    image, labels = scan_rods(
        rng, rods, [float(density_sd[0])] * len(rods), size_mm=SIZE_MM, scanner=scanner, cortex_mm=1.6
    )
    outlined = labels.array.copy()
    outlined[:N_SHAFT_LEFT_OUT] = 0  # the outline ends before the image does
    return Picture(image, labels.with_array(outlined), (Region("", 1),))


STUDY = ImageStudy(
    design=DESIGN,
    measured=tuple(DESIGN.columns),
    modality="ct",
    scan=scan,
    about="A proximal femur in each CT; a second reading of every femur is made by redrawing its contour.",
    origins={"n_patients": "the study: 500", "scan": "sizes, HU and texture: round numbers of ours"},
    n_patients=500,
)
