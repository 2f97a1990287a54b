"""A folder of made DXA images with a manifest: known bone, known density, masks of some patients."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from radiobone.core.files import replacing, write_csv, write_text
from radiobone.testing.dxa_images import REGIONS, SHAPE, SPACING_MM, made_dxa
from radiobone.testing.studies.design import Balance, draw_study
from radiobone.testing.studies.hussain2019_dxa_plrf import DESIGN

SLOPE_G_PER_CM2, INTERCEPT_G_PER_CM2 = 0.0005, -1.5
CALIBRATION = f"""\
# From the grey values of the made images to areal density: known, since they were made by it.
kind: line
slope_g_per_cm2: {SLOPE_G_PER_CM2}
intercept_g_per_cm2: {INTERCEPT_G_PER_CM2}
source: made images
"""
NEVER_BELOW = 0.35


def write_dxa_cohort(
    folder: Path,
    *,
    n_patients: int = 72,
    with_masks: float = 0.5,
    shape: tuple[int, int] = SHAPE,
    n_positive: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Write made images of femur, spine and forearm, each of a patient of its own.

    Densities and classes are those of the synthetic table of `hussain2019_dxa_plrf`.

    Parameters
    ----------
    folder : Path
        Gets ``images/``, ``masks/``, ``manifest.csv``, ``calibration.yaml`` and ``truth.csv``.
    n_patients : int
    with_masks : float
        Share of the patients whose bone mask is given.
    shape : tuple of int, (n_rows, n_columns)
    n_positive : int, optional
        Patients with osteoporosis; as they come if not given.
    seed : int

    Returns
    -------
    DataFrame
        The truth: ``patient_id, roi, osteoporosis, bmd_g_per_cm2, area_cm2``.
    """
    balance = None if n_positive is None else Balance("osteoporosis", n_positive)
    table = draw_study(replace(DESIGN, n_patients=n_patients, balance=balance), seed=seed).table
    manifest, truth = [], []
    for number, row in enumerate(table.to_dict("records")):
        patient, region = str(row["patient_id"]), REGIONS[number % len(REGIONS)]
        made = made_dxa(
            region, max(float(row["bmd_g_per_cm2"]), NEVER_BELOW), shape=shape, seed=1000 * seed + number
        )
        grey = (made.image - INTERCEPT_G_PER_CM2) / SLOPE_G_PER_CM2
        _write(folder / "images" / f"{patient}.png", np.clip(np.rint(grey), 0, 65535).astype(np.uint16))
        masked = number // len(REGIONS) < round(with_masks * n_patients / len(REGIONS))
        if masked:
            _write(folder / "masks" / f"{patient}.png", made.bone.astype(np.uint8) * 255)
        manifest.append(
            {
                "patient_id": patient,
                "image": f"images/{patient}.png",
                "mask": f"masks/{patient}.png" if masked else "",
                "roi": region,
                "osteoporosis": row["osteoporosis"],
            }
        )
        area_cm2 = float(made.bone.sum()) * SPACING_MM[0] * SPACING_MM[1] / 100
        truth.append(
            {
                "patient_id": patient,
                "roi": region,
                "osteoporosis": row["osteoporosis"],
                "bmd_g_per_cm2": made.bmd_g_per_cm2,
                "area_cm2": area_cm2,
            }
        )
    write_csv(folder / "manifest.csv", pd.DataFrame(manifest))
    write_text(folder / "calibration.yaml", CALIBRATION)
    write_csv(folder / "truth.csv", pd.DataFrame(truth))
    return pd.DataFrame(truth)


def _write(path: Path, pixels: np.ndarray) -> None:
    with replacing(path) as target:
        Image.fromarray(pixels).save(target, format="PNG")
