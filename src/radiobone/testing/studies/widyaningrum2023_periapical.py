"""Widyaningrum 2023: osteoporosis from clusters of grey levels in periapical radiographs."""

from __future__ import annotations

from radiobone.features.registry import default_names
from radiobone.testing.studies.columns import Columns
from radiobone.testing.studies.design import StudyDesign
from radiobone.testing.studies.truth import Reference, Rule

KMEANS = tuple(f"original_kmeans_{name}" for name in default_names("kmeans"))
FCM = tuple(f"original_fcm_{name}" for name in default_names("fcm"))

DESIGN = StudyDesign(
    name="widyaningrum2023_periapical",
    n_patients=102,
    columns={
        "kmeans": Columns(KMEANS, {KMEANS[0]: -0.5, KMEANS[1]: 0.4}, 0.3),
        "fcm": Columns(FCM, {FCM[0]: -0.5, FCM[1]: 0.4}, 0.3),
    },
    references={"dxa": Reference(agreement=0.8, mean=-2.5, sd=1.2)},
    rules={"osteoporosis": Rule(("dxa",), -2.5)},
    origins={
        "n_patients": "the study: 102 regions, 60 to learn from and 42 to test; here each of a patient of its own",
        "columns": "share, mean, spread and compactness of the clusters, by K-means and fuzzy C-means: our families of features",
        "rules": "the WHO's limit, T-score -2.5 or less",
        "references": "T-scores that follow the density of the jaw by 0.8, half of them below the limit: round numbers of ours",
        "loadings, correlation": "share of pores 0.5, mean of the darker cluster 0.4, 0.3 between noise: round numbers of ours",
    },
)
