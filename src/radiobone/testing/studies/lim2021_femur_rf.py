"""Lim 2021: osteoporosis from 41 features of the left proximal femur in abdomen-pelvis CT."""

from __future__ import annotations

from radiobone.testing.studies.design import Balance, Readings, StudyDesign
from radiobone.testing.studies.names import texture_groups
from radiobone.testing.studies.truth import Reference, Rule

FIRST_ORDER = (
    "Mean", "Median", "10Percentile", "90Percentile", "Skewness", "Kurtosis", "Entropy", "Uniformity", "Variance",
    "RootMeanSquared",
)  # fmt: skip
SHAPE = (
    "MeshVolume", "SurfaceArea", "Sphericity", "Elongation", "Flatness", "MajorAxisLength", "MinorAxisLength",
    "LeastAxisLength", "Maximum3DDiameter",
)  # fmt: skip
GLCM = (
    "Contrast", "Correlation", "JointEnergy", "JointEntropy", "Idm", "Autocorrelation", "ClusterShade",
    "ClusterProminence", "DifferenceEntropy", "SumEntropy",
)  # fmt: skip
WAVELET = ("Mean", "Variance", "Skewness", "Kurtosis", "Entropy", "Energy")
NAMES = (
    *(f"original_firstorder_{name}" for name in FIRST_ORDER),
    *(f"original_shape_{name}" for name in SHAPE),
    *(f"original_glcm_{name}" for name in GLCM),
    *(f"wavelet-{image}_firstorder_{name}" for image in ("LLL", "HHH") for name in WAVELET),
)
LOADINGS = {
    "original_firstorder_Mean": 0.75,
    "original_firstorder_Median": 0.7,
    "original_firstorder_10Percentile": 0.65,
    "original_firstorder_Entropy": 0.4,
    "original_glcm_Contrast": 0.4,
    "original_glcm_Autocorrelation": 0.6,
    "wavelet-LLL_firstorder_Mean": 0.7,
    "wavelet-HHH_firstorder_Variance": 0.4,
    "original_shape_Flatness": 0.1,
}

DESIGN = StudyDesign(
    name="lim2021_femur_rf",
    n_patients=500,
    columns=texture_groups(NAMES, LOADINGS, correlation=0.5),
    references={"dxa": Reference(agreement=0.9, mean=-1.5, sd=1.2)},
    rules={"osteoporosis": Rule(("dxa",), -2.5)},
    balance=Balance("osteoporosis", 104),
    readings=Readings(n_patients=60, reliable=0.95, unreliable=0.5, every=4),
    origins={
        "n_patients, balance": "the study: 104 of 500 with osteoporosis",
        "columns": "the study: 41 features of intensity, geometry, texture and wavelets; which, is not told: ours",
        "rules": "the WHO's limit, T-score -2.5 or less",
        "references.dxa": "T-scores of mean -1.5 and SD 1.2 that follow the density by 0.9: round numbers of ours",
        "loadings": "mean HU of the femur follows its density by 0.75, texture by half as much: round numbers of ours",
        "correlation": "0.5 between features of one family and image: ours",
        "readings": "60 patients read twice, every fourth column badly (ICC 0.5), the others well (0.95): ours",
    },
)
