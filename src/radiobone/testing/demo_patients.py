"""The patients of the demo cohort: a latent bone density each, what follows from it, and their scans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radiobone.core.seeds import rng_for
from radiobone.core.volume import Volume
from radiobone.testing.anatomy import Shape
from radiobone.testing.risk import RiskLaw
from radiobone.testing.scanner import Scanner
from radiobone.testing.vertebra import Vertebra, spine

LABELS = {"L1": 31, "L2": 30}
"""Values in the label maps: TotalSegmentator's."""

SITES = ("North", "South")
LAW = RiskLaw()


@dataclass(frozen=True)
class Patient:
    """One patient of the demo cohort.

    Attributes
    ----------
    patient_id : str
        ``P001``, ``P002`` …
    density_mg_cm3 : float
        Latent; never written into the manifest.
    osteoporosis : bool
        Label, drawn with the risk of that density.
    site, sex : str
        Hospital (independent of density), F or M (weakly dependent).
    age_years, bmi : float
        Weakly dependent on density, and on the label through it alone.
    """

    patient_id: str
    density_mg_cm3: float
    osteoporosis: bool
    site: str
    sex: str
    age_years: int
    bmi: float


def draw_patient(number: int, seed: int, *, prefix: str = "P") -> Patient:
    """Draw density, label and clinical data of one patient; depends on number and seed alone."""
    rng = rng_for(seed, "demo patient", prefix, number)
    z = float(rng.standard_normal())
    density = LAW.mean_mg_cm3 + LAW.sd_mg_cm3 * z
    return Patient(
        patient_id=f"{prefix}{number:03d}",
        density_mg_cm3=density,
        osteoporosis=bool(rng.random() < LAW.risk(density)),
        site=SITES[int(rng.random() < 0.45)],
        sex="F" if rng.random() < 1 / (1 + np.exp(0.6 * z - 0.6)) else "M",
        age_years=int(np.clip(round(67 - 3.0 * z + 8.5 * rng.standard_normal()), 40, 95)),
        bmi=round(float(26.0 + 0.9 * z + 3.8 * rng.standard_normal()), 1),
    )


def scan(patient: Patient, seed: int) -> tuple[Volume, Volume]:
    """Scan a patient's spine with the protocol of the site: image in HU, label map (`LABELS`)."""
    rng = rng_for(seed, "demo scan", patient.patient_id)
    levels = ["L1"] if rng.random() < 0.2 else ["L1", "L2"]
    marrow_hu = -12.0 + 16.0 * rng.standard_normal()
    size = (1.07 if patient.sex == "M" else 1.0) * np.exp(0.04 * rng.standard_normal())
    bones = [_vertebra(rng, level, patient.density_mg_cm3, marrow_hu, size) for level in levels]
    return spine(rng, bones, _protocol(rng, patient.site))


def _vertebra(
    rng: np.random.Generator, level: str, density_mg_cm3: float, marrow_hu: float, size: float
) -> Vertebra:
    """Draw a vertebra that differs a little from its patient's mean, and its outline from its surface."""
    own = Shape()
    size *= 1.03 if level == "L2" else 1.0
    width, depth, height = size * np.exp(0.02 * rng.standard_normal(3))
    return Vertebra(
        density_mg_cm3=max(15.0, density_mg_cm3 + 6.0 * rng.standard_normal()),
        cortex_mm=float(
            np.clip(0.9 + 0.002 * (density_mg_cm3 - 110) + 0.12 * rng.standard_normal(), 0.5, 1.4)
        ),
        marrow_hu=marrow_hu,
        tilt_deg=float(rng.uniform(-7, 7)),
        outline_mm=float(rng.uniform(-0.5, 0.3)),
        shape=Shape(own.width_mm * width, own.depth_mm * depth, own.height_mm * height),
        body_label=LABELS[level],
        posterior_label=0,
    )


def _protocol(rng: np.random.Generator, site: str) -> Scanner:
    """Draw a scanner: the sites differ in kernel, slice, noise and tube voltage, and each varies."""
    pixel_mm = round(float(rng.uniform(0.7, 0.86)), 3)
    loudness = float(np.exp(0.15 * rng.standard_normal()))
    if site == "North":
        slice_mm = float(rng.choice([1.5, 2.0]))
        return Scanner((slice_mm, pixel_mm, pixel_mm), "soft", noise_hu=13.0 * loudness, hu_per_density=1.25)
    slice_mm = float(rng.choice([2.5, 3.0]))
    return Scanner((slice_mm, pixel_mm, pixel_mm), "sharp", noise_hu=24.0 * loudness, hu_per_density=1.32)
