"""Sebro 2022, from images: 36 bones of the chest in CT, a label each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.testing.scanner import Scanner
from radiobone.testing.studies.images.bones import Rod, scan_rods
from radiobone.testing.studies.images.design import ImageStudy, Picture, Region
from radiobone.testing.studies.sebro2022_chest import DESIGN, OTHERS, RIBS, VERTEBRAE

SIZE_MM = (264.0, 120.0, 200.0)
NAMES = tuple(name.removeprefix("hu_") for name in (*VERTEBRAE, *RIBS, *OTHERS))
SPACING_MM = (3.0, 2.0, 2.0)
OWN_SD, OTHER_SD = 0.5, 1.0  # of a vertebra's density round that of its patient, and of other bones


def rods() -> list[Rod]:
    """Return the bones in the order of their labels, 1 to 36."""
    made = []
    for label, name in enumerate(NAMES, start=1):
        kind, _, rest = name.partition("_")
        if kind == "rib":
            side, number = rest.split("_")
            z, x = 245.0 - 21.0 * int(number), 20.0 if side == "right" else 180.0
            made.append(Rod((z, 40.0, x), (z, 90.0, x), 6.0, label, mean_hu=250.0))
        elif kind[0] == "t":
            z = 262.0 - 20.5 * int(kind[1:])
            made.append(Rod((z, 95.0, 92.0), (z, 95.0, 108.0), 8.5, label))
        else:
            made.append(_front(name, label))
    return made


def _front(name: str, label: int) -> Rod:
    places = {
        "manubrium": ((225.0, 15.0, 100.0), (240.0, 15.0, 100.0)),
        "sternum": ((140.0, 15.0, 100.0), (200.0, 15.0, 100.0)),
        "clavicle_left": ((252.0, 20.0, 120.0), (252.0, 20.0, 165.0)),
        "clavicle_right": ((252.0, 20.0, 35.0), (252.0, 20.0, 80.0)),
    }
    return Rod(*places[name], 7.0, label)


def scan(rng: np.random.Generator, density_sd: npt.NDArray[np.float64]) -> Picture:
    """Scan a chest."""
    bones = rods()
    spread = np.array([OWN_SD if name[0] == "t" else OTHER_SD for name in NAMES])
    own = float(density_sd[0]) + spread * rng.standard_normal(len(bones))
    image, labels = scan_rods(
        rng, bones, own.tolist(), size_mm=SIZE_MM, scanner=Scanner(SPACING_MM), cortex_mm=1.5, inset_mm=1.5
    )
    return Picture(image, labels, tuple(Region(name, number) for number, name in enumerate(NAMES, start=1)))


STUDY = ImageStudy(
    design=DESIGN,
    measured=("vertebrae", "ribs", "others"),
    modality="ct",
    scan=scan,
    about="Twelve vertebrae, twenty ribs, sternum, manubrium and clavicles in each CT, every one with its value in the label map.",
    origins={
        "n_patients": "the study: 364",
        "scan": "36 bones: the study; their places, sizes, HU and own variation (0.5 and 1 SD): ours",
    },
    n_patients=364,
)
