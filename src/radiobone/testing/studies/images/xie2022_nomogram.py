"""Xie 2022, from images: the cancellous bone of L3 in CT."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.testing.studies.images.design import ImageStudy, Picture, Region
from radiobone.testing.studies.images.vertebrae import Build
from radiobone.testing.studies.xie2022_nomogram import DESIGN, MEAN_MG_CM3, SD_MG_CM3
from radiobone.testing.vertebra import spine


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Scan a vertebra, outlined inside its shell."""
    density = MEAN_MG_CM3 + SD_MG_CM3 * float(density_sd[0])
    build = Build.drawn(rng)
    bone = build.vertebra(density, 1, outline_mm=-3.0, tilt_deg=float(rng.uniform(-5, 5)))
    image, labels = spine(
        rng, [bone], build.scanner((2.0, 0.9, 0.9)), margin_mm=(5.0, 5.0, 5.0), behind_mm=5.0
    )
    return Picture(image, labels, (Region("L3", 1),))


STUDY = ImageStudy(
    design=DESIGN,
    measured=tuple(name for name in DESIGN.columns if name not in ("age", "alp", "hcy")),
    modality="ct",
    scan=scan,
    about="One lumbar vertebra in each CT, its cancellous bone outlined 3 mm inside the surface.",
    origins={
        "n_patients": "the study: 590",
        "scan": "mineral of mean 95 and SD 30 mg/cm³ as in the table; voxels, noise and outline: round numbers of ours",
    },
    n_patients=590,
)
