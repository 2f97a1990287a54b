"""Villamor 2020 and Galassi 2020: hip fracture in 137 women from attributes of finite elements, geometry and clinic."""

from __future__ import annotations

from dataclasses import replace

from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import Balance, StudyDesign
from radiobone.testing.studies.truth import Reference, Rule

QUANTITIES = ("max_strain", "min_strain", "max_stress", "min_stress", "strain_energy")
REGIONS = ("neck", "trochanter", "intertrochanter", "shaft", "head")
FE = {quantity: tuple(f"fe_{quantity}_{region}" for region in REGIONS) for quantity in QUANTITIES}
GEOMETRY = (
    "geometry_neck_length_mm", "geometry_neck_width_mm", "geometry_axis_length_mm", "geometry_head_radius_mm",
    "geometry_shaft_width_mm", "geometry_neck_shaft_angle_deg",
)  # fmt: skip
BMD = ("bmd_neck_g_cm2", "bmd_total_hip_g_cm2")
N_FRACTURES = 80  # of 137, as 18 of the 31 test patients

DESIGN = StudyDesign(
    name="villamor2020_fe",
    n_patients=137,
    columns={
        "age": Columns(("age_years",), {"age_years": -0.3}, form="whole", mean=81, sd=7),
        "height": Columns(("height_cm",), {}, mean=154, sd=6),
        "weight": Columns(("weight_kg",), {"weight_kg": 0.2}, mean=64, sd=11),
        "bmd": Columns(BMD, {BMD[0]: 0.45}, 0.7, mean=0.65, sd=0.12),
        "geometry": Columns(GEOMETRY, {GEOMETRY[1]: -0.2}, 0.3, mean=50, sd=6),
        **{name: Columns(names, {names[0]: 0.35}, 0.85) for name, names in FE.items()},
    },
    references={"resistance": Reference(agreement=0.8)},
    rules={"hip_fracture": Rule(("resistance",), 0.0)},
    balance=Balance("hip_fracture", N_FRACTURES),
    origins={
        "n_patients": "the study: 137 women",
        "balance": "sensitivity 83.3 % and specificity 92.3 % of 31 test patients are 15 of 18 and 12 of 13; so 80 of 137",
        "columns": "attributes of finite elements by region, geometry, densities, age, height, weight: their names are ours",
        "rules": "fracture is resistance below a limit that splits the classes: ours",
        "references": "resistance follows the latent strength by 0.8: a round number of ours",
        "loadings, correlation": "0.2 to 0.45 for one column of each kind, 0.85 between regions of one quantity: ours",
    },
)
SAME_COHORT = replace(DESIGN, name="galassi2020_fe_smote")
