"""The regions of a study in one order, odd ones first, each with its picture, its row and the links between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from radiobone.report.data import Record, ResultData
from radiobone.report.numbers import count, decimals, exact, significant, unit_places
from radiobone.report.oddness import oddness, without_shared

MM3_PER_ML = 1000.0
MM2_PER_CM2 = 100.0


@dataclass(frozen=True)
class Region:
    """One region that has a picture.

    Attributes
    ----------
    number : int
        Place in the order, from 1. It names the anchors, so that no patient's id becomes part of a link.
    entry : dict
        As in ``pictures/index.json``.
    reasons : tuple of str
        What is odd about it; empty for a usual region.
    truth : str
        Its class, or number; empty where it was not analysed.
    prediction : Markup
        The held-out prediction, mean over repeats; empty as above.
    is_ct : bool
        Whether its mean is in HU.
    """

    number: int
    entry: Record
    reasons: tuple[str, ...]
    truth: str
    prediction: Markup
    is_ct: bool

    @property
    def picture_anchor(self) -> str:
        """Id of its picture."""
        return f"picture-{self.number}"

    @property
    def row_anchor(self) -> str:
        """Id of its row in the table of regions."""
        return f"region-{self.number}"

    @property
    def facts(self) -> str:
        """What its picture's caption says of it."""
        return " · ".join(region_facts(self.entry, is_ct=self.is_ct))

    @property
    def size(self) -> Markup:
        """Size for a cell of a table, with the value that it is sorted by."""
        entry = self.entry
        value = entry["volume_mm3"] if not entry.get("is_2d") else entry.get("area_mm2") or entry["n_voxels"]
        return exact(value, size_text(entry) or counted_text(entry))

    @property
    def mean(self) -> Markup:
        """Mean intensity for a cell of a table, with the value that it is sorted by."""
        return exact(self.entry.get("mean"), mean_text(self.entry, is_ct=self.is_ct))


def regions_of(data: ResultData) -> tuple[list[Region], list[tuple[str, int]]]:
    """Return every region that has a picture, odd ones first, and what most of them share (see ``without_shared``)."""
    odds, shared = without_shared(oddness(data.pictures))
    judged = sorted(
        zip(data.pictures, odds, strict=True),
        key=lambda pair: (-pair[1].score, str(pair[0]["case_id"]), str(pair[0]["file"])),
    )
    told, is_ct = _predictions(data), (data.extraction or {}).get("modality") == "ct"
    regions = [
        Region(number, entry, odd.reasons, *told.get(who(entry), ("", Markup(""))), is_ct)
        for number, (entry, odd) in enumerate(judged, start=1)
    ]
    return regions, shared


def who(row: Mapping[Any, Any]) -> tuple[str, str]:
    """Return patient and region, which tell rows and pictures apart; a picture may belong to a row of several regions."""
    roi = row.get("row_roi", row.get("roi"))
    return str(row["patient_id"]), roi if isinstance(roi, str) else ""


def _predictions(data: ResultData) -> dict[tuple[str, str], tuple[str, Markup]]:
    """Truth and held-out prediction of every row, by patient and region."""
    shown = "probability" if "probability" in data.per_row else "predicted"
    rows = data.per_row.to_dict("records")
    return {who(row): (data.truth_of(row["y"]), _prediction(data, float(row[shown]))) for row in rows}


def _prediction(data: ResultData, value: float) -> Markup:
    """Write a prediction: of ordered classes the class, or the mean place where repeats disagree."""
    levels = data.metrics.get("levels")
    text = levels[int(value)]["name"] if levels and value.is_integer() else None
    return exact(value, text or decimals(value, unit_places(data.metrics)))


def region_facts(entry: Record, *, is_ct: bool) -> list[str]:
    """Size, mean and number of voxels; a single 2D image has an area and pixels."""
    mean, counted = f"mean {mean_text(entry, is_ct=is_ct)}", counted_text(entry)
    size = size_text(entry)
    return [size, mean, counted] if size else [counted, mean]


def counted_text(entry: Record) -> str:
    """Write the number of voxels, or pixels."""
    return f"{count(entry['n_voxels'])} {'pixels' if entry.get('is_2d') else 'voxels'}"


def mean_text(entry: Record, *, is_ct: bool) -> str:
    """Write the mean intensity; in HU of a volume of CT."""
    return f"{significant(entry.get('mean'), 3)}{' HU' if is_ct and not entry.get('is_2d') else ''}"


def size_text(entry: Record) -> str:
    """Write volume or area; nothing of a 2D image whose pixels have no known size."""
    if not entry.get("is_2d"):
        return volume_text(float(entry["volume_mm3"]))
    if entry.get("spacing_assumed") or entry.get("area_mm2") is None:
        return ""
    return area_text(float(entry["area_mm2"]))


def volume_text(volume_mm3: float) -> str:
    """Write a volume in ml, or in mm³ where it is small."""
    if volume_mm3 >= MM3_PER_ML:
        return f"{significant(volume_mm3 / MM3_PER_ML)} ml"
    return f"{significant(volume_mm3)} mm³"


def area_text(area_mm2: float) -> str:
    """Write an area in cm², or in mm² where it is small."""
    if area_mm2 >= MM2_PER_CM2:
        return f"{significant(area_mm2 / MM2_PER_CM2)} cm²"
    return f"{significant(area_mm2)} mm²"
