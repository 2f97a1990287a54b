"""Huang 2022: osteoporosis from radiomics of both psoas muscles at L3."""

from __future__ import annotations

from radiobone.testing.studies.design import Balance, StudyDesign
from radiobone.testing.studies.names import ct_names, texture_groups
from radiobone.testing.studies.truth import Reference, Rule

N_FEATURES = 826
LOADINGS = {
    "original_firstorder_Mean": 0.35,
    "original_shape_MinorAxisLength": 0.3,
    "original_glcm_Correlation": 0.3,
    "original_gldm_DependenceEntropy": -0.3,
    "wavelet-LLH_firstorder_Skewness": 0.25,
    "wavelet-HLL_glrlm_RunEntropy": -0.25,
    "wavelet-LHL_glcm_Imc1": 0.25,
    "wavelet-HHL_glszm_ZoneEntropy": -0.25,
}

DESIGN = StudyDesign(
    name="huang2022_psoas",
    n_patients=172,
    columns=texture_groups(ct_names()[:N_FEATURES], LOADINGS, correlation=0.6),
    references={"dxa": Reference(agreement=0.9, mean=-2.2, sd=1.2)},
    rules={"osteoporosis": Rule(("dxa",), -2.5)},
    balance=Balance("osteoporosis", 82),
    origins={
        "n_patients, balance": "the study: 82 with osteoporosis, 90 without",
        "columns": "the study: 826 PyRadiomics features; which, is not told: the first 826 of original and wavelet images",
        "rules": "the WHO's limit, T-score -2.5 or less",
        "references.dxa": "T-scores of mean -2.2 and SD 1.2 that follow the density by 0.9: round numbers of ours",
        "loadings": "muscle tells of bone at a distance: 0.25 to 0.35, round numbers of ours",
        "correlation": "0.6 between features of one family and image: ours",
    },
)
