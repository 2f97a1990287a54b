"""Saranya 2025: osteoporosis from wavelet features of radiographs, in principal components."""

from __future__ import annotations

from radiobone.features.names import expected_names
from radiobone.features.presets import RADIOGRAPH
from radiobone.testing.studies.design import StudyDesign
from radiobone.testing.studies.names import texture_groups
from radiobone.testing.studies.truth import Reference, Rule

FAMILIES = ("firstorder", "glcm")
NAMES = tuple(
    name
    for name in expected_names(RADIOGRAPH, is_2d=True)
    if name.startswith("wavelet") and name.split("_")[1] in FAMILIES
)
LOADINGS = {
    name: size
    for name, size in {
        "wavelet-LL_firstorder_Mean": 0.5,
        "wavelet-LL_firstorder_Entropy": 0.4,
        "wavelet-LH_glcm_Contrast": 0.35,
        "wavelet-HL_glcm_JointEntropy": 0.35,
        "wavelet-HH_firstorder_Energy": 0.3,
    }.items()
    if name in NAMES
}

DESIGN = StudyDesign(
    name="saranya2025_wavelet_pca",
    n_patients=200,
    columns=texture_groups(NAMES, LOADINGS, correlation=0.6),
    references={"dxa": Reference(agreement=0.85, mean=-2.2, sd=1.3)},
    rules={"osteoporosis": Rule(("dxa",), -2.5)},
    origins={
        "n_patients": "not told: 200, a round number of ours",
        "columns": "first-order and GLCM features of the wavelet images of a radiograph: which, is ours",
        "rules": "the WHO's limit, T-score -2.5 or less",
        "references": "T-scores that follow the density by 0.85, of mean -2.2 and SD 1.3: round numbers of ours",
        "loadings, correlation": "0.3 to 0.5 for five columns, 0.6 between features of one family and image: ours",
    },
)
