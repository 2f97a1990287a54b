"""One case of the demo cohort on disk: image, label map, and its rows of the manifest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from radiobone.core.volume import Volume
from radiobone.io.write import write_volume
from radiobone.testing.demo_patients import LABELS, Patient

TARGET, POSITIVE, NEGATIVE = "osteoporosis", "yes", "no"


def write_case(folder: Path, patient: Patient, image: Volume, labels: Volume) -> list[dict[str, Any]]:
    """Write image and label map; return a row of the manifest for each vertebra in it."""
    image_path = Path("images") / f"{patient.patient_id}.nii.gz"
    mask_path = Path("masks") / f"{patient.patient_id}.nii.gz"
    write_volume(folder / image_path, image)
    write_volume(folder / mask_path, labels)
    return [
        {
            "patient_id": patient.patient_id,
            "roi": level,
            "image": image_path.as_posix(),
            "mask": mask_path.as_posix(),
            "mask_label": str(value),
            TARGET: POSITIVE if patient.osteoporosis else NEGATIVE,
            "site": patient.site,
            "age_years": patient.age_years,
            "sex": patient.sex,
            "bmi": patient.bmi,
        }
        for level, value in LABELS.items()
        if (labels.array == value).any()
    ]
