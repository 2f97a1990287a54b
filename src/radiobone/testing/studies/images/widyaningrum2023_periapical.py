"""Widyaningrum 2023, from images: two regions of trabecular bone in each periapical radiograph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.testing.scanner import correlated_field
from radiobone.testing.studies.images.design import ImageStudy, Picture, Region
from radiobone.testing.studies.images.radiographs import as_radiograph, trabeculae
from radiobone.testing.studies.widyaningrum2023_periapical import DESIGN

SHAPE = (120, 160)
BONE, PORE, TOOTH = 150.0, 85.0, 225.0
DEPTH_SD, DEPTH_GRAIN_PX = 0.3, 2.0
REGIONS = {"left": (slice(30, 90), slice(8, 52)), "right": (slice(30, 90), slice(108, 152))}


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Take a radiograph of a tooth with bone to its left and right.

    Struts are of unlike depth along the beam (log-normal), so that bright pixels spread more than dark ones and the two
    clusterings part them at unlike grey levels; of two even grey levels both would make the same division.
    """
    share = 0.6 + 0.08 * float(density_sd[0])
    struts = trabeculae(rng, SHAPE, share)
    depth = np.exp(DEPTH_SD * correlated_field(rng, SHAPE, (DEPTH_GRAIN_PX, DEPTH_GRAIN_PX)))
    pixels = np.where(struts, PORE + (BONE - PORE) * depth, PORE)
    pixels += 6.0 * rng.standard_normal()  # exposure differs
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    pixels[np.abs(x - 80) < 20 - 0.08 * y] = TOOTH
    pixels += 7.0 * rng.standard_normal(SHAPE)
    labels = np.zeros((1, *SHAPE), dtype=np.uint8)
    for label, place in enumerate(REGIONS.values(), start=1):
        labels[0][place] = label
    image = as_radiograph(pixels)
    regions = tuple(Region(roi, label) for label, roi in enumerate(REGIONS, start=1))
    return Picture(image, Volume(labels, is_2d=True, spacing_assumed=True), regions)


STUDY = ImageStudy(
    design=DESIGN,
    measured=tuple(DESIGN.columns),
    modality="xr",
    scan=scan,
    about="A radiograph of one byte a pixel with struts and pores to the left and right of a tooth, a region each.",
    origins={
        "n_patients": "51 patients with two regions each are the study's 102 regions; how many patients it had is not told",
        "scan": "share of struts 0.6, 0.08 more for each SD of density; grey levels, depth of struts (log-normal, 0.3) and noise: round "
        "numbers of ours",
    },
    n_patients=51,
)
