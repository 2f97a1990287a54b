"""Contact sheet: every region over its image, odd ones first."""

from __future__ import annotations

from typing import Any

from radiobone.report.data import ResultData
from radiobone.report.numbers import count, significant
from radiobone.report.oddness import oddness, without_shared
from radiobone.report.pictures import data_uri, share_of_budget
from radiobone.report.sections.base import Context, Section

MOST_PICTURES = 300
MOST_AT_ONCE = 24
MM3_PER_ML = 1000.0
MM2_PER_CM2 = 100.0


def _context(data: ResultData) -> Context | None:
    if not data.pictures:
        return None
    odds, shared = without_shared(oddness(data.pictures))
    judged = sorted(
        zip(data.pictures, odds, strict=True),
        key=lambda pair: (-pair[1].score, str(pair[0]["case_id"])),
    )
    shown = judged[:MOST_PICTURES]
    most_bytes = share_of_budget(len(shown))
    cards = [_card(data, entry, odd.reasons, most_bytes) for entry, odd in shown]
    flat = [bool(entry.get("is_2d")) for entry in data.pictures]
    return {
        "cards": cards[:MOST_AT_ONCE],
        "folded": cards[MOST_AT_ONCE:],
        "quantity": "area" if all(flat) else "size" if any(flat) else "volume",
        "assumed": any(entry.get("spacing_assumed") for entry in data.pictures),
        "n_all": len(judged),
        "n_odd": sum(bool(odd.reasons) for _, odd in judged),
        "shared": shared,
    }


def _card(
    data: ResultData, entry: dict[str, Any], reasons: tuple[str, ...], most_bytes: float
) -> dict[str, Any]:
    is_ct = (data.extraction or {}).get("modality") == "ct"
    uri, width, height = data_uri(data.folder / "pictures" / entry["file"], most_bytes)
    return {
        "case_id": entry["case_id"],
        "patient_id": entry["patient_id"],
        "roi": entry.get("roi") or "",
        "facts": " · ".join(region_facts(entry, is_ct=is_ct)),
        "reasons": reasons,
        "uri": uri,
        "width": width,
        "height": height,
    }


def region_facts(entry: dict[str, Any], *, is_ct: bool) -> list[str]:
    """Size, mean and number of voxels; a single 2D image has an area and pixels."""
    is_2d = bool(entry.get("is_2d"))
    mean = f"mean {significant(entry.get('mean'), 3)}{' HU' if is_ct and not is_2d else ''}"
    counted = f"{count(entry['n_voxels'])} {'pixels' if is_2d else 'voxels'}"
    if not is_2d:
        return [volume_text(float(entry["volume_mm3"])), mean, counted]
    if entry.get("spacing_assumed") or entry.get("area_mm2") is None:
        return [counted, mean]
    return [area_text(float(entry["area_mm2"])), mean, counted]


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


IMAGES = Section(
    "images",
    "The regions, to look at",
    _context,
    absent="This study came from a table of features, so there are no pictures of regions to check.",
)
