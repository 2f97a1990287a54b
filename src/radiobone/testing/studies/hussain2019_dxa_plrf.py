"""Hussain 2019: areal density of femur, spine and forearm, from DXA images whose pixels a forest labels."""

from __future__ import annotations

from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import StudyDesign
from radiobone.testing.studies.truth import Reference, Rule

BMD = ("bmd_g_per_cm2",)
MORE = ("bmc_g", "area_cm2")

DESIGN = StudyDesign(
    name="hussain2019_dxa_plrf",
    n_patients=615,
    columns={
        "bmd": Columns(BMD, {BMD[0]: 0.95}, mean=0.85, sd=0.15),
        "content": Columns(MORE, {MORE[0]: 0.6}, 0.3, mean=30, sd=6),
    },
    references={"dxa": Reference(agreement=0.97, mean=-1.5, sd=1.3)},
    rules={"osteoporosis": Rule(("dxa",), -2.5)},
    origins={
        "n_patients": "the study: 615 DXA images of femur, spine and forearm; here each of a patient of its own",
        "columns": "areal density, content and area of the outlined bone",
        "rules": "the WHO's limit, T-score -2.5 or less",
        "references": "the T-score is of the same image, so that it follows the density by 0.97: a round number of ours",
        "loadings": "the outline's faults cost the density a little (0.95), content depends on size too (0.6): ours",
    },
)
