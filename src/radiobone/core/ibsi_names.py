"""IBSI's names of features: short name, title, permanent identifier, family and aggregation, in one place.

The table beside this file lists the short names that IBSI's reference tables use, without the ending that tells the
aggregation, with the titles and codes of the reference manual.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

FAMILIES: Mapping[str, str] = MappingProxyType(
    {
        "morph": "Morphology",
        "loc": "Local intensity",
        "stat": "Intensity-based statistics",
        "ih": "Intensity histogram",
        "ivh": "Intensity-volume histogram",
        "cm": "Co-occurrence (GLCM)",
        "rlm": "Run length (GLRLM)",
        "szm": "Size zone (GLSZM)",
        "dzm": "Distance zone (GLDZM)",
        "ngt": "Tone difference (NGTDM)",
        "ngl": "Dependence (NGLDM)",
    }
)
AGGREGATIONS: Mapping[str, str] = MappingProxyType(
    {
        "2D_avg": "2D, averaged",
        "2D_comb": "2D, slice-merged",
        "2_5D_avg": "2.5D, direction-merged",
        "2_5D_comb": "2.5D, merged",
        "3D_avg": "3D, averaged",
        "3D_comb": "3D, merged",
        "2D": "2D",
        "2_5D": "2.5D",
        "3D": "3D",
    }
)
ENDING = re.compile(r"_((?:2D|2_5D|3D)(?:_avg|_comb)?)$")


@dataclass(frozen=True)
class IbsiName:
    """A feature's short name taken apart.

    Attributes
    ----------
    family : str
        Key of ``FAMILIES``.
    title, code : str
        Of the feature, in the reference manual.
    aggregation : str
        In the manual's words; empty for features that have one way alone.
    """

    family: str
    title: str
    code: str
    aggregation: str = ""


def ibsi_name(tag: str) -> IbsiName | None:
    """Look up a short name such as ``cm_joint_max_3D_avg``; None if IBSI has no such feature."""
    ending = ENDING.search(tag)
    stem = ENDING.sub("", tag)
    if stem not in nomenclature():
        return None
    title, code = nomenclature()[stem]
    return IbsiName(tag.partition("_")[0], title, code, AGGREGATIONS[ending[1]] if ending else "")


@cache
def nomenclature() -> Mapping[str, tuple[str, str]]:
    """Title and code of each short name without its aggregation."""
    text = files("radiobone.core").joinpath("ibsi_nomenclature.csv").read_text(encoding="utf-8")
    table = csv.DictReader(io.StringIO(text))
    return MappingProxyType({line["tag"]: (line["title"], line["code"]) for line in table})
