"""The synthetic studies of images by the names of their recipes. To add one, write its module and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from radiobone.testing.studies.images import (
    huang2022_psoas,
    lim2021_femur_rf,
    liu2022_hierarchical,
    nam2019_hu_tscore,
    saranya2025_wavelet_pca,
    sebro2022_chest,
    sebro2022_wrist,
    widyaningrum2023_periapical,
    xie2022_nomogram,
)
from radiobone.testing.studies.images.design import ImageStudy

IMAGE_STUDIES: Mapping[str, ImageStudy] = MappingProxyType(
    {
        study.design.name: study
        for study in (
            liu2022_hierarchical.STUDY,
            lim2021_femur_rf.STUDY,
            huang2022_psoas.STUDY,
            xie2022_nomogram.STUDY,
            sebro2022_wrist.STUDY,
            sebro2022_chest.STUDY,
            nam2019_hu_tscore.STUDY,
            widyaningrum2023_periapical.STUDY,
            saranya2025_wavelet_pca.STUDY,
        )
    }
)
