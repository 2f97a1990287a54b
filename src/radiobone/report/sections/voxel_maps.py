"""Where in the region a feature is high: maps of the features that the models rely on, in a few telling cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from radiobone.report.data import ResultData
from radiobone.report.figures.colour_bar import colour_bar_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.map_choice import words_of
from radiobone.report.numbers import significant
from radiobone.report.pictures import data_uri
from radiobone.report.regions import regions_of, who
from radiobone.report.sections.base import Context, Section
from radiobone.report.shap_cases import CasePart, case_shaps
from radiobone.report.shap_units import unit_of
from radiobone.report.voxel_maps import FOLDER

BUDGET_BYTES = 400_000
"""Of all maps together, before base64 adds a third."""

MOST_LEFT_OUT = 12


def _context(data: ResultData) -> Context | None:
    index = data.voxel_maps
    if index is None or not any(one["maps"] for one in index["features"]):
        return None
    seen = {case.row_id: {part.feature: part for part in case.parts} for case in case_shaps(data, most=10**6)}
    anchors = {who(region.entry): region for region in regions_of(data)[0]}
    most_bytes = BUDGET_BYTES / sum(len(one["maps"]) for one in index["features"])
    features = [
        {
            "words": words_of(data, one["name"]),
            "bar": _bar(place, one),
            "maps": [_map(data, one, shown, seen, anchors, most_bytes) for shown in one["maps"]],
        }
        for place, one in enumerate(index["features"])
    ]
    return {
        "features": features,
        "index": index,
        "kernel": kernel_text(index),
        "left_out": index["left_out"][:MOST_LEFT_OUT],
        "n_left_out": len(index["left_out"]),
        "with_shap": bool(seen),
    }


def kernel_text(index: Mapping[str, Any]) -> str:
    """Write the neighbourhood of a voxel: in voxels, and in mm where their size is known.

    Examples
    --------
    >>> kernel_text({"radius": 1, "spacing_mm": [1.0, 1.0, 1.0], "is_2d": False, "spacing_assumed": False})
    '3 × 3 × 3 voxels (3 × 3 × 3 mm)'
    """
    side = 2 * int(index["radius"]) + 1
    spacing = [float(one) for one in reversed(index["spacing_mm"])][: 2 if index["is_2d"] else 3]
    cells = f"{' × '.join([str(side)] * len(spacing))} {'pixels' if index['is_2d'] else 'voxels'}"
    sizes = " × ".join(f"{side * one:.3g}" for one in spacing)
    return cells if index["spacing_assumed"] else f"{cells} ({sizes} mm)"


def _bar(place: int, feature: Mapping[str, Any]) -> Any:
    figure = colour_bar_figure(
        feature["low"],
        feature["high"],
        feature["unit"],
        goes_below=feature["goes_below"],
        goes_beyond=feature["goes_beyond"],
    )
    ends = f"From {significant(feature['low'])}, dark blue, to {significant(feature['high'])}, yellow"
    return to_svg(figure, key=f"mapbar{place}", title="Scale of colours", description=f"{ends}.")


def _map(
    data: ResultData,
    feature: Mapping[str, Any],
    shown: Mapping[str, Any],
    seen: Mapping[str, Mapping[str, CasePart]],
    anchors: Mapping[tuple[str, str], Any],
    most_bytes: float,
) -> dict[str, Any]:
    uri, width, height = data_uri(data.folder / FOLDER / shown["file"], most_bytes)
    unit, part = unit_of(data), seen.get(shown["row_id"], {}).get(feature["name"])
    return {
        "about": shown,
        "region": anchors.get((shown["patient_id"], shown["roi"])),
        "uri": uri,
        "width": width,
        "height": height,
        "value": None if part is None else significant(part.value),
        "moved": None if part is None else unit.signed(part.shap) + (" points" if unit.factor != 1 else ""),
    }


VOXEL_MAPS = Section("voxel_maps", "Where in the region the features are high", _context)
