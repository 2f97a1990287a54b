"""Kong 2020: fractures over seven years in a community cohort, from BMD, TBS, clinical and laboratory variables."""

from __future__ import annotations

from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import Balance, StudyDesign
from radiobone.testing.studies.truth import Reference, Rule

BMD = ("bmd_spine_g_cm2", "bmd_neck_g_cm2", "bmd_hip_g_cm2")
LABORATORY = (
    "calcium", "phosphate", "alp", "creatinine", "albumin", "hba1c", "glucose", "insulin", "cholesterol", "hdl",
    "triglycerides", "crp", "haemoglobin", "platelets", "leucocytes", "alt", "ast", "ggt", "urea", "uric_acid",
    "vitamin_d", "osteocalcin", "ctx", "pth", "tsh", "bilirubin", "sodium", "potassium", "chloride", "protein",
)  # fmt: skip
NAMES = tuple(f"lab_{name}" for name in LABORATORY)
HABITS = ("smoker", "drinker", "earlier_fracture", "parent_fracture", "diabetes", "steroids", "arthritis")

DESIGN = StudyDesign(
    name="kong2020_catboost",
    n_patients=2227,
    columns={
        "age": Columns(("age_years",), {"age_years": -0.3}, form="whole", mean=62, sd=9),
        "sex": Columns(("sex",), {"sex": 0.25}, form="sex"),
        "height": Columns(("height_cm",), {}, mean=159, sd=8),
        "weight": Columns(("weight_kg",), {"weight_kg": 0.1}, mean=62, sd=10),
        "bmd": Columns(BMD, dict.fromkeys(BMD, 0.4), 0.6, mean=0.9, sd=0.14),
        "tbs": Columns(("tbs",), {"tbs": 0.3}, mean=1.32, sd=0.1),
        "laboratory": Columns(
            NAMES,
            {"lab_ctx": -0.15, "lab_albumin": 0.1, "lab_hba1c": -0.1},
            0.1,
            form="skewed",
            mean=100,
            sd=25,
        ),
        **{name: Columns((name,), {name: -0.1}, form="yes_no") for name in HABITS},
    },
    references={"resistance": Reference(agreement=0.6)},
    rules={"fracture": Rule(("resistance",), -0.7)},
    balance=Balance("fracture", 537),
    origins={
        "n_patients, balance": "the study: 537 of 2,227 had a fracture",
        "columns": "BMD, TBS, clinical and laboratory variables, of which the study ranks 20 first; their names are ours",
        "rules": "fracture is resistance below a limit that about a quarter is under: ours",
        "references": "falls and chance decide much: resistance follows the strength by 0.6, a round number of ours",
        "loadings, correlation": "densities 0.4, TBS and age 0.3, few laboratory values 0.1 to 0.15: round numbers of ours",
    },
)
