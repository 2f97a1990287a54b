"""IBSI's families by the beginning of their features' names. To add one: write its file, and add its line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from radiobone.features.ibsi.cooccurrence import cooccurrence
from radiobone.features.ibsi.dependence import dependence
from radiobone.features.ibsi.distance_zone import distance_zone
from radiobone.features.ibsi.histogram import histogram
from radiobone.features.ibsi.local_intensity import local_intensity
from radiobone.features.ibsi.morphology import morphology
from radiobone.features.ibsi.region import Region
from radiobone.features.ibsi.run_length import run_length
from radiobone.features.ibsi.settings import Family
from radiobone.features.ibsi.size_zone import size_zone
from radiobone.features.ibsi.statistics import statistics
from radiobone.features.ibsi.tone_difference import tone_difference
from radiobone.features.ibsi.volume_histogram import volume_histogram

FAMILIES: Mapping[Family, Callable[[Region], dict[str, float]]] = MappingProxyType(
    {
        "morph": morphology,
        "loc": local_intensity,
        "stat": statistics,
        "ih": histogram,
        "ivh": volume_histogram,
        "cm": cooccurrence,
        "rlm": run_length,
        "szm": size_zone,
        "dzm": distance_zone,
        "ngt": tone_difference,
        "ngl": dependence,
    }
)
OF_VOLUMES: frozenset[Family] = frozenset({"morph", "loc"})  # IBSI defines them in 3D alone
