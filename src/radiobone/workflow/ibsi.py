"""IBSI's reference values (chapter 1) beside those that this machine computes."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np

from radiobone.core.errors import BadSetting
from radiobone.core.ibsi_names import ENDING, FAMILIES, IbsiName, ibsi_name, nomenclature
from radiobone.core.volume import Volume
from radiobone.features.ibsi.configurations import CONFIGURATIONS, DIGITAL_PHANTOM
from radiobone.features.ibsi.diagnostics import diagnostics
from radiobone.features.ibsi.engine import IMAGE, extract_ibsi_features
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.io.masks import open_mask
from radiobone.workflow.agreement import agrees, digits_of
from radiobone.workflow.selftest import digital_phantom
from radiobone.workflow.single import as_volume

PHANTOM = "digital_phantom"
CT_SHAPE = (60, 201, 204)
CT_SOURCE = "https://github.com/theibsi/data_sets"
SETTINGS: Mapping[str, IbsiSettings] = {PHANTOM: DIGITAL_PHANTOM, **CONFIGURATIONS}
DIAGNOSTICS = "Diagnostics"


@dataclass(frozen=True)
class IbsiRow:
    """One reference value and ours.

    Attributes
    ----------
    data_set : str
        ``digital_phantom``, or the configuration (``A`` to ``E``) in which the CT phantom was processed.
    family, feature, code, aggregation : str
        What it is, in IBSI's words; the code is IBSI's permanent identifier. Diagnostics have none.
    tag : str
        IBSI's short name, and ours after ``original_``.
    value : float or None
        What this machine computed; None if it is not computed.
    reference, tolerance : float
        What IBSI agreed on.
    consensus : str
        How many teams agreed on it, in IBSI's words: moderate, strong, very strong.
    passed : bool
        Whether the value, rounded to the digits of the reference (three at least), lies within the tolerance.
    """

    data_set: str
    family: str
    feature: str
    code: str
    aggregation: str
    tag: str
    value: float | None
    reference: float
    tolerance: float
    consensus: str
    passed: bool


def digital_phantom_rows() -> list[IbsiRow]:
    """Measure the digital phantom, which is built in, and compare."""
    image, mask = digital_phantom()
    return compare(PHANTOM, _without_image(extract_ibsi_features(image, mask, DIGITAL_PHANTOM)))


def ct_phantom_rows(image_path: Path, mask_path: Path) -> list[IbsiRow]:
    """Measure IBSI's CT phantom in the configurations A to E, and compare.

    Parameters
    ----------
    image_path, mask_path : Path
        The phantom's image, and the mask of its region GTV-1.

    Raises
    ------
    BadSetting
        If the image has another size than the phantom.
    ImageError, MaskError, PathError
    """
    image = as_volume(image_path)
    if image.shape != CT_SHAPE:
        raise BadSetting(
            f"{image_path.name} has {image.shape} voxels (z, y, x) and IBSI's CT phantom {CT_SHAPE}: the reference values are "
            f"of that image alone. It is patient 1 of {CT_SOURCE}."
        )
    mask = open_mask(mask_path, image).region(roi=None, label=None)
    whole = image.with_array(np.rint(image.array))  # the manual asks for it: its files may hold decimals
    return [row for name in CONFIGURATIONS for row in _rows_of(name, whole, mask)]


def _rows_of(name: str, image: Volume, mask: Volume) -> list[IbsiRow]:
    settings = CONFIGURATIONS[name]
    features = _without_image(extract_ibsi_features(image, mask, settings))
    return compare(name, {**features, **diagnostics(image, mask, settings)})


def _without_image(features: Mapping[str, float]) -> dict[str, float]:
    return {name.removeprefix(f"{IMAGE}_"): value for name, value in features.items()}


def compare(data_set: str, values: Mapping[str, float]) -> list[IbsiRow]:
    """Set values beside all references of a data set; one that is missing has failed.

    Parameters
    ----------
    data_set : str
        ``digital_phantom`` or a configuration.
    values : mapping
        IBSI's short name to value.
    """
    return [_row(line, values.get(line["tag"])) for line in _references() if line["data_set"] == data_set]


def _row(line: Mapping[str, str], value: float | None) -> IbsiRow:
    tag = line["tag"]
    reference, tolerance = float(line["reference"]), float(line["tolerance"])
    name = ibsi_name(tag) or IbsiName(DIAGNOSTICS, tag.replace("_", " "), "")
    return IbsiRow(
        data_set=line["data_set"],
        family=FAMILIES.get(name.family, DIAGNOSTICS),
        feature=name.title,
        code=name.code,
        aggregation=name.aggregation,
        tag=tag,
        value=value,
        reference=reference,
        tolerance=tolerance,
        consensus=line["consensus"],
        passed=value is not None and agrees(value, reference, tolerance, digits=digits_of(line["reference"])),
    )


def without_reference() -> dict[str, str]:
    """Return code and title of each feature of the manual that has no reference value, and is not computed."""
    known = {ENDING.sub("", line["tag"]) for line in _references()}
    return {code: title for tag, (title, code) in nomenclature().items() if tag not in known}


@cache
def _references() -> tuple[dict[str, str], ...]:
    text = files("radiobone.features").joinpath("reference", "ibsi_values.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))
