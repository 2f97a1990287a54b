"""Contact sheet: every region over its image, odd ones first, each with its row in the table of regions."""

from __future__ import annotations

from radiobone.report.data import ResultData
from radiobone.report.pictures import share_of_budget
from radiobone.report.regions import regions_of, who
from radiobone.report.sections.base import Context, Section
from radiobone.report.sheets import MOST_IN_REPORT, MOST_ROWS, card_of, quantity_of

MOST_AT_ONCE = 24


def _context(data: ResultData) -> Context | None:
    if not data.pictures:
        return None
    regions, shared = regions_of(data)
    shown, listed = regions[:MOST_IN_REPORT], regions[:MOST_ROWS]
    most_bytes = share_of_budget(len(shown))
    cards = [card_of(data, region, most_bytes) for region in shown]
    return {
        "cards": cards[:MOST_AT_ONCE],
        "folded": cards[MOST_AT_ONCE:],
        "quantity": quantity_of(data),
        "assumed": any(entry.get("spacing_assumed") for entry in data.pictures),
        "n_all": len(regions),
        "n_odd": sum(bool(region.reasons) for region in regions),
        "shared": shared,
        "rows": sorted(listed, key=lambda region: (who(region.entry), region.number)),
        "n_shown": len(shown),
        "has_rois": any(who(region.entry)[1] for region in listed),
        "repeats": int(data.metrics["n_repeats"]),
        "prediction": _what_is_predicted(data),
    }


def _what_is_predicted(data: ResultData) -> str:
    if "positive" in data.metrics:
        return f"Probability of {data.metrics['positive']}"
    return "Predicted class" if "levels" in data.metrics else "Prediction"


IMAGES = Section(
    "images",
    "The regions, to look at",
    _context,
    absent="This study came from a table of features, so there are no pictures of regions to check.",
)
