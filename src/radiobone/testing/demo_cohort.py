"""A synthetic CT study on disk, as a user would have it: images, label maps, a manifest; and, apart, the truth.

Each patient has a latent bone density. It decides the label through `RiskLaw` and shows in the images of L1
and L2 through texture, marrow fat, size, scanner and noise. The best AUC is known (`demo_ceiling`), so what a
pipeline reports can be judged: near the ceiling is good, above it is chance or a leak.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiobone.core.files import write_csv, write_json
from radiobone.testing.demo_faults import write_faulty_cases
from radiobone.testing.demo_files import TARGET, write_case
from radiobone.testing.demo_patients import LAW, Patient, draw_patient, scan
from radiobone.testing.risk import demo_ceiling, rank_auc


def write_demo_cohort(
    folder: Path, *, n_patients: int = 60, seed: int = 0, with_faults: bool = False
) -> Path:
    """Write a synthetic cohort of vertebral CTs.

    Parameters
    ----------
    folder : Path
        Receives ``manifest.csv``, ``images/``, ``masks/`` and ``truth.json``; made if it is not there.
    n_patients : int
        Most have an L1 and an L2 in one image; of every fifth or so L1 alone.
    seed : int
        The same seed gives the same bytes; a larger cohort begins with the patients of a smaller one.
    with_faults : bool
        Add cases that cannot be extracted, one of each kind in `demo_faults.FAULTS`.

    Returns
    -------
    Path
        Of ``manifest.csv``: patient_id, roi, image, mask, mask_label, osteoporosis, site, age_years, sex, bmi.

    Raises
    ------
    OutputNotWritable, DiskFull
        If a file cannot be written.
    """
    patients = [draw_patient(number, seed) for number in range(1, n_patients + 1)]
    rows: list[dict[str, Any]] = []
    for patient in patients:
        image, labels = scan(patient, seed)
        rows += write_case(folder, patient, image, labels)
    faults: dict[str, str] = {}
    if with_faults:
        more, faults = write_faulty_cases(folder, seed)
        rows += more
    write_json(folder / "truth.json", _truth(patients, seed, faults))
    manifest = folder / "manifest.csv"
    write_csv(manifest, pd.DataFrame(rows))
    return manifest


def _truth(patients: list[Patient], seed: int, faults: dict[str, str]) -> dict[str, Any]:
    """Tell what no pipeline may see: densities, risks, the ceiling, and the codes that faulty cases earn."""
    risk = LAW.risk([patient.density_mg_cm3 for patient in patients])
    label = np.array([patient.osteoporosis for patient in patients])
    both = bool(label.any() and not label.all())
    return {
        "seed": seed,
        "law": asdict(LAW),
        "ceiling": demo_ceiling(LAW),
        "auc_of_true_risk": rank_auc(risk, label) if both else None,
        "patients": {
            patient.patient_id: {
                "density_mg_cm3": patient.density_mg_cm3,
                "risk": float(chance),
                TARGET: patient.osteoporosis,
            }
            for patient, chance in zip(patients, risk, strict=True)
        },
        "faults": faults,
    }
