"""Sebro 2022, from images: 19 bones or parts of the wrist and forearm in CT, a label each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.testing.scanner import Scanner
from radiobone.testing.studies.images.bones import Rod, scan_rods
from radiobone.testing.studies.images.design import ImageStudy, Picture, Region
from radiobone.testing.studies.sebro2022_wrist import DESIGN, PARTS

SIZE_MM = (120.0, 24.0, 66.0)
CARPALS_MM = {  # height and place across, in mm
    "scaphoid": (60, 14), "lunate": (60, 27), "triquetrum": (60, 40), "pisiform": (60, 52), "trapezium": (72, 10),
    "trapezoid": (72, 23), "capitate": (72, 36), "hamate": (72, 49),
}  # fmt: skip
LONG_MM = {  # from, to, across, radius
    "radius_ultradistal": (48, 44, 20, 8), "radius_distal": (30, 26, 20, 7), "radius_shaft": (12, 8, 20, 6),
    "ulna_head": (46, 44, 45, 6), "ulna_distal": (28, 25, 45, 5.5), "ulna_shaft": (12, 8, 45, 5),
}  # fmt: skip
OWN_SD = 0.6  # of a bone's density round that of its patient


def rods() -> list[Rod]:
    """Return the bones in the order of their labels, 1 to 19."""
    y = SIZE_MM[1] / 2
    made = []
    for label, part in enumerate(PARTS, start=1):
        if part in CARPALS_MM:
            height, across = CARPALS_MM[part]
            made.append(Rod((height, y, across), (height, y, across), 5.5, label))
        elif part in LONG_MM:
            low, high, across, radius = LONG_MM[part]
            made.append(Rod((low, y, across), (high, y, across), radius, label))
        else:
            finger = 9.0 + 11.5 * (int(part.rpartition("_")[2]) - 1)
            made.append(Rod((86, y, finger), (112, y, finger), 4.5, label))
    return made


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Scan a wrist."""
    bones = rods()
    own = float(density_sd[0]) + OWN_SD * rng.standard_normal(len(bones))
    image, labels = scan_rods(
        rng, bones, own.tolist(), size_mm=SIZE_MM, scanner=Scanner((2.0, 1.0, 1.0)), inset_mm=0.5
    )
    return Picture(image, labels, tuple(Region(part, number) for number, part in enumerate(PARTS, start=1)))


STUDY = ImageStudy(
    design=DESIGN,
    measured=("hu",),
    modality="ct",
    scan=scan,
    about="19 bones or parts of a wrist in each CT, every one with its value in the label map.",
    origins={
        "n_patients": "the study: 196",
        "scan": "19 bones or parts: the study; their places, sizes, HU and own variation (0.6 SD): ours",
    },
    n_patients=196,
)
