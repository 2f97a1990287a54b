"""Sebro 2022: four targets from the mean HU of 19 bones or parts of the wrist and forearm."""

from __future__ import annotations

from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import StudyDesign
from radiobone.testing.studies.truth import Reference, Rule

PARTS = (
    "scaphoid", "lunate", "triquetrum", "pisiform", "trapezium", "trapezoid", "capitate", "hamate", "metacarpal_1",
    "metacarpal_2", "metacarpal_3", "metacarpal_4", "metacarpal_5", "radius_ultradistal", "radius_distal",
    "radius_shaft", "ulna_head", "ulna_distal", "ulna_shaft",
)  # fmt: skip
NAMES = tuple(f"hu_{part}" for part in PARTS)

DESIGN = StudyDesign(
    name="sebro2022_wrist",
    n_patients=196,
    columns={"hu": Columns(NAMES, dict.fromkeys(NAMES, 0.55), correlation=0.5, mean=250, sd=80)},
    references={
        "femoral_neck": Reference(agreement=0.75, mean=-1.3, sd=1.1),
        "spine": Reference(agreement=0.7, mean=-0.9, sd=1.3),
    },
    rules={
        "osteoporosis": Rule(("femoral_neck", "spine"), -2.5),
        "osteopenia_or_worse": Rule(("femoral_neck", "spine"), -1.0),
        "femoral_neck_osteoporosis": Rule(("femoral_neck",), -2.5),
        "femoral_neck_low": Rule(("femoral_neck",), -1.0),
    },
    origins={
        "n_patients, columns": "the study: 196 patients, 19 bones or parts; their names are ours",
        "rules": "the study's four targets, by the WHO's limits",
        "references": "T-scores that follow the density of the wrist by 0.75 and 0.7, their means and SDs: round numbers of ours",
        "loadings, correlation": "0.55 of every bone with the patient's density, 0.5 between their noise: round numbers of ours",
    },
)
