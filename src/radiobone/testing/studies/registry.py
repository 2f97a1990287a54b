"""The synthetic studies by the names of their recipes. To add one, write its module and one line here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from radiobone.testing.studies import xie2022_nomogram
from radiobone.testing.studies.design import StudyDesign

STUDIES: Mapping[str, StudyDesign] = MappingProxyType(
    {design.name: design for design in (xie2022_nomogram.DESIGN,)}
)
