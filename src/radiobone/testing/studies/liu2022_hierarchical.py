"""Liu 2022: osteoporosis in layers: demographics, laboratory values, and CT texture of those who had a CT."""

from __future__ import annotations

from radiobone.features.registry import default_names
from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import Part, StudyDesign
from radiobone.testing.studies.names import texture_groups
from radiobone.testing.studies.truth import Reference, Rule

NUMBERS = ("height_cm", "weight_kg", "waist_cm", "pulse", "systolic_mmhg", "diastolic_mmhg")
WORDS = (
    "smoker", "drinker", "hypertension", "diabetes", "earlier_fracture", "family_history", "menopause", "exercise",
)  # fmt: skip
LABORATORY = (
    "alp", "calcium", "phosphate", "creatinine", "urea", "albumin", "globulin", "alt", "ast", "ggt", "glucose",
    "cholesterol", "triglycerides", "hdl", "ldl", "uric_acid", "haemoglobin", "platelets", "leucocytes",
)  # fmt: skip
LAB_NAMES = tuple(f"lab_{name}" for name in LABORATORY)
CT_NAMES = tuple(
    f"original_{family}_{name}" for family in ("firstorder", "glcm") for name in default_names(family)
)
CT_LOADINGS = {
    "original_firstorder_Mean": 0.75,
    "original_firstorder_Median": 0.7,
    "original_firstorder_10Percentile": 0.6,
    "original_glcm_Contrast": 0.4,
    "original_glcm_Autocorrelation": 0.5,
}
CT_GROUPS = texture_groups(CT_NAMES, CT_LOADINGS, correlation=0.6)

DESIGN = StudyDesign(
    name="liu2022_hierarchical",
    n_patients=2210,
    columns={
        "age": Columns(("age_years",), {"age_years": -0.4}, form="whole", mean=62, sd=10),
        "sex": Columns(("sex",), {"sex": 0.35}, form="sex"),
        "numbers": Columns(NUMBERS, {"weight_kg": 0.25, "height_cm": 0.15}, 0.2, mean=100, sd=15),
        **{
            name: Columns((name,), {"menopause": {name: -0.2}}.get(name, {}), form="yes_no") for name in WORDS
        },
        "laboratory": Columns(
            LAB_NAMES, {"lab_alp": -0.25, "lab_albumin": 0.15}, 0.1, form="skewed", mean=50, sd=12
        ),
        **CT_GROUPS,
    },
    references={"dxa": Reference(agreement=0.9, mean=-1.5, sd=1.3)},
    rules={"osteoporosis": Rule(("dxa",), -2.5)},
    known={"ct": Part(tuple(CT_GROUPS), 246)},
    origins={
        "n_patients, known": "the study: 2,210 patients, 246 with CT",
        "columns": "the study: 35 clinical variables, histogram and GLCM of CT; how the 35 divide and their names are ours",
        "rules": "the WHO's limit, T-score -2.5 or less",
        "references": "T-scores that follow the density by 0.9, of mean -1.5 and SD 1.3: round numbers of ours",
        "loadings, correlation": "mean HU 0.75, texture 0.4 to 0.5, age 0.4, sex 0.35, few laboratory values 0.15 to 0.25: ours",
    },
)
