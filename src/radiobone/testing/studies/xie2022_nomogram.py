"""Xie 2022: osteoporosis against osteopenia by QCT of L3, from radiomics of the same scan."""

from __future__ import annotations

from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import StudyDesign
from radiobone.testing.studies.names import ct_names, texture_groups
from radiobone.testing.studies.truth import Population, Reference, Rule

MEAN_MG_CM3, SD_MG_CM3 = 95.0, 30.0
OSTEOPENIA_BELOW_MG_CM3, OSTEOPOROSIS_BELOW_MG_CM3 = 120.0, 80.0
LOADINGS = {
    "original_firstorder_Mean": 0.95,
    "original_firstorder_Median": 0.94,
    "original_firstorder_90Percentile": 0.85,
    "wavelet-LLL_firstorder_Mean": 0.9,
    "wavelet-LLL_firstorder_10Percentile": 0.8,
    "original_glcm_Contrast": 0.5,
    "original_glrlm_RunVariance": -0.5,
    "wavelet-LLL_gldm_DependenceVariance": -0.5,
    "wavelet-HLL_glszm_ZoneEntropy": 0.4,
}

DESIGN = StudyDesign(
    name="xie2022_nomogram",
    n_patients=590,
    columns={
        "age": Columns(("age_years",), {"age_years": -0.4}, form="whole", mean=66, sd=9),
        "alp": Columns(("alp_u_l",), {"alp_u_l": -0.2}, form="skewed", mean=80, sd=25),
        "hcy": Columns(("hcy_umol_l",), {"hcy_umol_l": -0.2}, form="skewed", mean=12, sd=4),
        **texture_groups(ct_names(), LOADINGS, correlation=0.6),
    },
    references={"qct": Reference(agreement=0.98, mean=MEAN_MG_CM3, sd=SD_MG_CM3)},
    rules={"osteoporosis": Rule(("qct",), OSTEOPOROSIS_BELOW_MG_CM3)},
    population=Population(highest=(OSTEOPENIA_BELOW_MG_CM3 - MEAN_MG_CM3) / SD_MG_CM3),
    origins={
        "n_patients": "the study: 590 of 635 had osteopenia or osteoporosis",
        "columns": "the study: 851 PyRadiomics features, age, alkaline phosphatase, homocysteine",
        "rules": "QCT's limits: below 80 mg/cm³ osteoporosis, 80 to 120 osteopenia",
        "population": "mean 95 and SD 30 mg/cm³ before the cut at 120: round numbers of ours",
        "references.qct.agreement": "a density read twice from one scan nearly agrees: 0.98, a round number of ours",
        "loadings": "mean HU follows the density of the same voxels (0.95), texture and blood half as much or less: ours",
        "correlation": "0.6 between features of one family and image: ours",
    },
)
