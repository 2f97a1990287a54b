"""Liu 2022, from images: one sagittal slice through L1 to L4 of a CT, beside clinical and laboratory values."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.testing.studies.images.design import ImageStudy, Picture, Region
from radiobone.testing.studies.images.vertebrae import Build
from radiobone.testing.studies.liu2022_hierarchical import CT_GROUPS, DESIGN
from radiobone.testing.vertebra import spine

MEAN_MG_CM3, SD_MG_CM3 = 110.0, 30.0
HALF_SLAB_MM = 6.0  # to the left and right of the midline


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Scan four vertebrae round the midline; the outline lies on the sagittal slice in the middle alone."""
    density, build = MEAN_MG_CM3 + SD_MG_CM3 * float(density_sd[0]), Build.drawn(rng)
    bones = [build.vertebra(density + 5.0 * rng.standard_normal(), 1, outline_mm=-2.0) for _ in range(4)]
    beside_mm = HALF_SLAB_MM - bones[0].shape.width_mm / 2
    image, labels = spine(
        rng, bones, build.scanner((2.0, 0.9, 0.9)), margin_mm=(5.0, 5.0, beside_mm), behind_mm=5.0
    )
    outlined = np.zeros_like(labels.array)
    middle = labels.shape[2] // 2
    outlined[:, :, middle] = labels.array[:, :, middle]
    return Picture(image, labels.with_array(outlined), (Region("L1-L4", 1),))


STUDY = ImageStudy(
    design=DESIGN,
    measured=tuple(CT_GROUPS),
    modality="ct",
    scan=scan,
    about="L1 to L4 in a CT, outlined on the sagittal slice in the middle; nine patients in ten have no CT.",
    origins={
        "n_patients, n_without_images": "the study: 246 of 2,210 with CT",
        "scan": "mineral of mean 110 and SD 30 mg/cm³, voxels, noise and outline: round numbers of ours",
    },
    n_patients=246,
    n_without_images=2210 - 246,
)
