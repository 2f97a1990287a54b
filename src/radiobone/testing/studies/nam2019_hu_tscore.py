"""Nam 2019: the T-score of single vertebrae from their HU at three levels, age and sex."""

from __future__ import annotations

from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import StudyDesign
from radiobone.testing.studies.truth import Reference, Rule

HU = ("hu_upper", "hu_middle", "hu_lower")

DESIGN = StudyDesign(
    name="nam2019_hu_tscore",
    n_patients=70,
    rois=("L1", "L2", "L3"),
    n_rows=198,
    patient_share=0.85,
    columns={
        "age": Columns(("age_years",), {"age_years": -0.4}, per="patient", form="whole", mean=65, sd=10),
        "sex": Columns(("sex",), {"sex": 0.3}, per="patient", form="sex"),
        "hu": Columns(HU, dict.fromkeys(HU, 0.85), 0.3, mean=120, sd=45),
    },
    references={"t_score": Reference(agreement=0.9, mean=-2.3, sd=1.4)},
    rules={"osteoporosis": Rule(("t_score",), -2.5)},
    numbers=("t_score",),
    origins={
        "n_patients, rois, n_rows": "the study: 70 patients, 198 vertebrae of L1 to L3",
        "columns": "the study: HU at three levels of each vertebra, age, sex",
        "rules": "the WHO's limit, T-score -2.5 or less",
        "references": "T-scores that follow the density of the vertebra by 0.9, of mean -2.3 and SD 1.4: round numbers of ours",
        "patient_share": "vertebrae of one patient have 0.85 of the variance of density in common: a round number of ours",
        "loadings, correlation": "HU of a level 0.85, age 0.4, sex 0.3: round numbers of ours",
    },
)
