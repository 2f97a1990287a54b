"""Sebro 2022: low bone mass from 36 attenuations of chest CT, demographics and scan variables."""

from __future__ import annotations

from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import StudyDesign
from radiobone.testing.studies.truth import Reference, Rule

VERTEBRAE = tuple(f"hu_t{number}" for number in range(1, 13))
RIBS = tuple(f"hu_rib_{side}_{number}" for side in ("left", "right") for number in range(1, 11))
OTHERS = ("hu_manubrium", "hu_sternum", "hu_clavicle_left", "hu_clavicle_right")

DESIGN = StudyDesign(
    name="sebro2022_chest",
    n_patients=364,
    columns={
        "age": Columns(("age_years",), {"age_years": -0.3}, form="whole", mean=66, sd=9),
        "sex": Columns(("sex",), {"sex": 0.3}, form="sex"),
        "bmi": Columns(("bmi",), {"bmi": 0.2}, mean=27, sd=5),
        "kvp": Columns(("tube_current_ma",), {}, mean=250, sd=60),
        "contrast": Columns(("contrast",), {}, form="yes_no"),
        "vertebrae": Columns(VERTEBRAE, dict.fromkeys(VERTEBRAE, 0.65), 0.6, mean=170, sd=45),
        "ribs": Columns(RIBS, dict.fromkeys(RIBS, 0.4), 0.5, mean=300, sd=70),
        "others": Columns(OTHERS, dict.fromkeys(OTHERS, 0.4), 0.4, mean=220, sd=60),
    },
    references={"dxa": Reference(agreement=0.8, mean=-1.3, sd=1.2)},
    rules={"low_bone_mass": Rule(("dxa",), -1.0)},
    origins={
        "n_patients, columns": "the study: 364 patients, 36 attenuations, demographics, scan variables; their names are ours",
        "rules": "the WHO's limit of osteopenia, T-score below -1",
        "references": "T-scores that follow the density by 0.8, of mean -1.3 and SD 1.2: round numbers of ours",
        "loadings, correlation": "vertebrae 0.65, other bones 0.4, age and sex 0.3, scan variables none: round numbers of ours",
    },
)
