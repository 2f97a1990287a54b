"""Contact sheet: every region over its image, odd ones first."""

from __future__ import annotations

from typing import Any

from radiobone.report.data import ResultData
from radiobone.report.numbers import significant
from radiobone.report.oddness import oddness, without_shared
from radiobone.report.pictures import data_uri, share_of_budget
from radiobone.report.sections.base import Context, Section

MOST_PICTURES = 300
MM3_PER_ML = 1000.0


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
    return {
        "cards": [_card(data, entry, odd.reasons, most_bytes) for entry, odd in shown],
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
        "volume": volume_text(float(entry["volume_mm3"])),
        "mean": significant(entry.get("mean"), 3) + (" HU" if is_ct else ""),
        "n_voxels": entry["n_voxels"],
        "reasons": reasons,
        "uri": uri,
        "width": width,
        "height": height,
    }


def volume_text(volume_mm3: float) -> str:
    """Write a volume in ml, or in mm³ where it is small."""
    if volume_mm3 >= MM3_PER_ML:
        return f"{significant(volume_mm3 / MM3_PER_ML)} ml"
    return f"{significant(volume_mm3)} mm³"


IMAGES = Section(
    "images",
    "The regions, to look at",
    _context,
    absent="This study came from a table of features, so there are no pictures of regions to check.",
)
