"""What a feature measures, in plain words, with IBSI's identifier where IBSI defines it.

The table beside this file has one line per feature of pyradiomics' families: the tag of the same feature in IBSI's
nomenclature, what a high value means, and in what its value differs from IBSI's.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from radiobone.core.ibsi_names import ENDING, nomenclature


@dataclass(frozen=True)
class Meaning:
    """A feature in plain words.

    Attributes
    ----------
    words : str
        What it measures; empty where no line says it.
    code, title : str
        IBSI's permanent identifier and title; empty where IBSI does not define it.
    differs : str
        In what the value differs from IBSI's; empty where it does not.
    """

    words: str
    code: str = ""
    title: str = ""
    differs: str = ""


def meaning_of(family: str, feature: str) -> Meaning | None:
    """Look up a feature by pyradiomics' names, such as ``glcm`` and ``JointEntropy``; None if there is no such feature."""
    return _by_name().get((family, feature))


def families_of(feature: str) -> tuple[str, ...]:
    """Return the families of pyradiomics that have a feature of this name, such as ``Contrast``; none if there is no such feature."""
    return tuple(sorted(family for family, name in _by_name() if name == feature))


def meaning_of_tag(tag: str) -> Meaning | None:
    """Look up a feature by IBSI's short name, such as ``cm_joint_entr_3D_avg``; None if IBSI has no such feature."""
    stem = ENDING.sub("", tag)
    if stem not in nomenclature():
        return None
    title, code = nomenclature()[stem]
    return Meaning(_words_of_tags().get(stem, ""), code, title)


@cache
def _lines() -> tuple[Mapping[str, str], ...]:
    text = files("radiobone.core").joinpath("feature_meanings.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


@cache
def _by_name() -> Mapping[tuple[str, str], Meaning]:
    found = {}
    for line in _lines():
        title, code = nomenclature().get(line["tag"], ("", ""))
        words = "; ".join(part for part in (line["meaning"], line["note"]) if part)
        found[line["family"], line["feature"]] = Meaning(words, code, title, line["note"] or "")
    return MappingProxyType(found)


@cache
def _words_of_tags() -> Mapping[str, str]:
    return MappingProxyType({line["tag"]: line["meaning"] for line in _lines() if line["tag"]})
