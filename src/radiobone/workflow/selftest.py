"""The IBSI digital phantom under pyradiomics' names, measured on this machine and compared with the consensus values."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from radiobone.core.volume import Volume
from radiobone.features.engine import extract_features
from radiobone.features.settings import ALL_FAMILIES, ExtractionSettings, FamilyChoice
from radiobone.imaging.discretise import FixedBinWidth
from radiobone.workflow.agreement import agrees

NAMES = tuple(choice.name for choice in ALL_FAMILIES if choice.name != "shape2D")
QUICK = tuple(
    name for name in NAMES if name != "glcm"
)  # whose MCC, which IBSI lacks, takes longest to compile


@dataclass(frozen=True)
class SelftestRow:
    """One feature of the phantom.

    Attributes
    ----------
    feature : str
        Our name.
    ibsi_tag : str
        IBSI's name.
    value : float
        What this machine computed, in IBSI's definition.
    consensus, tolerance : float
        What IBSI agreed on.
    passed : bool
        Whether the value, rounded to three significant digits, lies within the tolerance.
    """

    feature: str
    ibsi_tag: str
    value: float
    consensus: float
    tolerance: float
    passed: bool


def run_selftest(families: Sequence[str] = NAMES) -> list[SelftestRow]:
    """Measure the phantom and compare.

    Parameters
    ----------
    families : sequence of str
        Keys of ``features.registry.FAMILIES``.

    Returns
    -------
    list of SelftestRow
        One row for every feature that has a consensus value and our definition in common.
    """
    image, mask = digital_phantom()
    settings = ExtractionSettings(
        discretisation=FixedBinWidth(width=1.0),  # the phantom's intensities are grey levels already
        families=tuple(FamilyChoice(name=name) for name in families),
    )
    features = extract_features(image, mask, settings)
    table = csv.DictReader(io.StringIO(_reference("ibsi_digital_phantom.csv")))
    return [_row(line, features[line["feature"]]) for line in table if line["feature"] in features]


def digital_phantom() -> tuple[Volume, Volume]:
    """Return the phantom's image and region."""
    content = json.loads(_reference("ibsi_digital_phantom.json"))
    z, y, x = content["spacing_mm"]
    image = Volume(np.array(content["image"], dtype=np.int16), spacing_mm=(z, y, x))
    return image, image.with_array(np.array(content["mask"], dtype=np.uint8))


def _reference(name: str) -> str:
    return files("radiobone.features").joinpath("reference", name).read_text(encoding="utf-8")


def _row(line: dict[str, str], value: float) -> SelftestRow:
    value -= float(line["added_to_ibsi"])
    consensus, tolerance = float(line["consensus"]), float(line["tolerance"])
    return SelftestRow(
        feature=line["feature"],
        ibsi_tag=line["ibsi_tag"],
        value=value,
        consensus=consensus,
        tolerance=tolerance,
        passed=agrees(value, consensus, tolerance),
    )
