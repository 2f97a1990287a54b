"""The synthetic studies by the names of their recipes. To add one, write its module and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from radiobone.testing.studies import (
    huang2022_psoas,
    hussain2019_dxa_plrf,
    kong2020_catboost,
    lim2021_femur_rf,
    liu2022_hierarchical,
    nam2019_hu_tscore,
    saranya2025_wavelet_pca,
    sebro2022_chest,
    sebro2022_wrist,
    villamor2020_fe,
    widyaningrum2023_periapical,
    xie2022_nomogram,
)
from radiobone.testing.studies.design import StudyDesign

STUDIES: Mapping[str, StudyDesign] = MappingProxyType(
    {
        design.name: design
        for design in (
            liu2022_hierarchical.DESIGN,
            lim2021_femur_rf.DESIGN,
            huang2022_psoas.DESIGN,
            xie2022_nomogram.DESIGN,
            sebro2022_wrist.DESIGN,
            sebro2022_chest.DESIGN,
            nam2019_hu_tscore.DESIGN,
            hussain2019_dxa_plrf.DESIGN,
            widyaningrum2023_periapical.DESIGN,
            saranya2025_wavelet_pca.DESIGN,
            villamor2020_fe.DESIGN,
            villamor2020_fe.SAME_COHORT,
            kong2020_catboost.DESIGN,
        )
    }
)
