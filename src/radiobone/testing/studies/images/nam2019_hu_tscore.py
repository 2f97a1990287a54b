"""Nam 2019, from images: L1 to L3 in CT, each vertebra measured at three levels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.testing.studies.images.design import ImageStudy, Picture, Region
from radiobone.testing.studies.images.vertebrae import Build
from radiobone.testing.studies.nam2019_hu_tscore import DESIGN
from radiobone.testing.vertebra import spine

LEVELS = ("upper", "middle", "lower")
MEAN_MG_CM3, SD_MG_CM3 = 100.0, 30.0


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Scan three vertebrae, outlined inside their shells and cut into thirds of their height."""
    build = Build.drawn(rng)
    bones = [
        build.vertebra(MEAN_MG_CM3 + SD_MG_CM3 * float(own), number, outline_mm=-3.0)
        for number, own in enumerate(density_sd, start=1)
    ]
    image, labels = spine(
        rng, bones, build.scanner((2.0, 1.0, 1.0)), margin_mm=(5.0, 5.0, 5.0), behind_mm=5.0
    )
    parted = np.zeros_like(labels.array)
    regions = []
    for row, roi in enumerate(DESIGN.rois):
        own = labels.array == row + 1
        heights = np.flatnonzero(own.any(axis=(1, 2)))
        for place, level in enumerate(LEVELS):
            value = len(LEVELS) * row + place + 1
            slices = np.array_split(heights[::-1], len(LEVELS))[place]  # from the head down
            parted[slices] = np.where(own[slices], value, parted[slices])
            regions.append(Region(f"{roi}_{level}", value, row))
    return Picture(image, labels.with_array(parted), tuple(regions))


STUDY = ImageStudy(
    design=DESIGN,
    measured=("hu",),
    modality="ct",
    scan=scan,
    about="L1 to L3 in each CT, the cancellous bone of each in an upper, a middle and a lower part, of a label each.",
    origins={
        "n_patients": "the study: 70",
        "scan": "three levels: the study; mineral of mean 100 and SD 30 mg/cm³, voxels, noise and outline: ours",
    },
    n_patients=70,
)
