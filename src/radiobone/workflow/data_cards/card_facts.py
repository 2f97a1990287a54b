"""What a manifest and its images tell of a data set, as a card; the rest is for the author."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.cohort.data_card import FOR_THE_AUTHOR, DataCard
from radiobone.core.counting import counted
from radiobone.core.settings import validate
from radiobone.io.case import Case
from radiobone.io.downloads.found import plain
from radiobone.io.manifest import Manifest
from radiobone.workflow.data_cards.gate import Gate

MODALITIES = {
    "CT": "ct",
    "MR": "mr",
    "PT": "pet",
    "CR": "xr",
    "DX": "xr",
    "DR": "xr",
    "MG": "xr",
    "BMD": "dxa",
}
MOST_CLASSES = 10


def card_of(
    path: Path, listed: Manifest, cases: Sequence[Case], gate: Gate, target: str | None, site: str | None
) -> DataCard:
    """Make a card of what a manifest, its images and the gate tell.

    Parameters
    ----------
    path : Path
        The manifest.
    listed : Manifest
    cases : sequence of Case
        One per image.
    gate : Gate
        Of these images, in their order.
    target, site : str or None
        Columns of the class, and of hospitals or scanners.
    """
    patients = {case.patient_id for case in cases}
    content: dict[str, Any] = {
        "name": plain(path.resolve().parent.name if path.stem == "manifest" else path.stem) or "own",
        "title": f"{FOR_THE_AUTHOR} what the data set is called",
        "about": f"{FOR_THE_AUTHOR} where, when and on whom the images were taken",
        "modality": _modalities(gate),
        "region": _regions(listed),
        "osteoporosis": False,
        "subjects": len(patients),
        "images": len(cases),
        "classes": _classes(cases, target),
        "target": target or "diagnosis",
        "label_source": f"{FOR_THE_AUTHOR} how the label was obtained, by whom, and how long before or after the image",
        "licence": f"{FOR_THE_AUTHOR} who may use it, and for what",
        "access": {"kind": "local", "where": f"{FOR_THE_AUTHOR} who holds the data"},
        "splits": f"{FOR_THE_AUTHOR} none, or the published ones",
        "patient_ids": f"given: {len(patients)} ids",
        "sites": _counts(cases, site),
        "spacing_mm": _spacings(gate),
        "faults": [*_faults(gate), f"{FOR_THE_AUTHOR} what else is known to be wrong with it"],
        "layout": {"kind": "images_and_masks", "known_from": path.name},
        "sources": [f"{path.name} and the headers of its images"],
        "citation": [{"text": f"{FOR_THE_AUTHOR} what to cite"}],
    }
    return validate(DataCard, content, source="card.yaml")


def _modalities(gate: Gate) -> list[str]:
    told = {MODALITIES.get(one.modality, "unknown") for one in gate.looked if one.modality}
    silent = [one for one in gate.looked if not one.modality and not one.code]
    if silent:
        told |= {"xr"} if all(one.is_2d for one in silent) else {"unknown"}
    return sorted(told) or ["unknown"]


def _regions(listed: Manifest) -> str:
    names = sorted({case.roi for case in listed.cases if case.roi})
    return ", ".join(names[:MOST_CLASSES]) or f"{FOR_THE_AUTHOR} which part of the body"


def _classes(cases: Sequence[Case], target: str | None) -> list[dict[str, Any]]:
    """Count images and patients per class; a target that is a number has none."""
    if target is None:
        return []
    values = [case.row.get(target) for case in cases]
    images = Counter(value for value in values if value)
    if len(images) > MOST_CLASSES:
        return []
    patients = {value: {c.patient_id for c in cases if c.row.get(target) == value} for value in images}
    whole = sum(images.values()) == len(cases)
    alone = sum(map(len, patients.values())) == len({case.patient_id for case in cases})
    return [
        {
            "name": value,
            "images": images[value] if whole else None,
            "subjects": len(patients[value]) if alone else None,
        }
        for value in sorted(images)
    ]


def _counts(cases: Sequence[Case], column: str | None) -> dict[str, int]:
    return dict(sorted(Counter(case.row.get(column) or "none" for case in cases).items())) if column else {}


def _spacings(gate: Gate) -> str:
    told = [one.spacing_mm for one in gate.looked if one.spacing_mm is not None]
    if not told:
        return f"{FOR_THE_AUTHOR} the headers do not tell the size of a pixel"
    spacings = pd.DataFrame(told, columns=["z", "y", "x"]).round(4)
    ranges = [
        f"{axis} {low:g}" if low == high else f"{axis} {low:g} to {high:g}"
        for axis, low, high in zip("zyx", spacings.min(), spacings.max(), strict=True)
    ]
    return f"{', '.join(ranges)} ({counted(len(told), 'image')} of {len(gate.looked)})"


def _faults(gate: Gate) -> list[str]:
    groups, unread = gate.copy_groups, sum(bool(one.code) for one in gate.looked)
    faults = [f"{counted(unread, 'image')} cannot be read"] if unread else []
    if groups:
        faults.append(
            f"{sum(map(len, groups))} images are copies of each other, in {counted(len(groups), 'group')}"
        )
    if gate.conflicts:
        faults.append(f"{len(gate.conflicts)} pair(s) of copies have two labels")
    return faults
