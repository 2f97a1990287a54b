"""How well found bone agrees with the masks, patients held out; and what splitting pixels would have reported."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from radiobone.imaging.held_out_labels import SplitAccuracy
from radiobone.workflow.dxa.outcome import DxaOutcome


def agreement_table(outcomes: Sequence[DxaOutcome]) -> pd.DataFrame:
    """Return a row per image with a mask."""
    rows = [
        {
            "patient_id": one.outcome.case.patient_id,
            "roi": one.outcome.case.roi,
            "fold": one.fold,
            **one.agreement,
        }
        for one in outcomes
        if one.agreement
    ]
    return pd.DataFrame(rows, columns=["patient_id", "roi", "fold", "dice", "pixel_accuracy"])


def agreement_summary(
    outcomes: Sequence[DxaOutcome], splits: Mapping[str, SplitAccuracy]
) -> list[dict[str, Any]]:
    """Return the figures of each region.

    Parameters
    ----------
    outcomes : sequence of DxaOutcome
    splits : mapping of str to SplitAccuracy
        By group of forests.
    """
    groups: dict[str, list[DxaOutcome]] = defaultdict(list)
    for one in outcomes:
        if one.agreement:
            groups[one.outcome.case.roi].append(one)
    found = []
    for roi, members in sorted(groups.items()):
        dices = np.array([one.agreement["dice"] for one in members])
        split = splits.get(roi, splits.get(""))
        found.append(
            {
                "roi": roi,
                "n_images": len(members),
                "n_patients": len({one.outcome.case.patient_id for one in members}),
                "dice_median": float(np.median(dices)),
                "dice_lowest": float(dices.min()),
                "pixel_accuracy": float(np.mean([one.agreement["pixel_accuracy"] for one in members])),
                "drawn_pixels_patients_apart": None if split is None else split.patients,
                "drawn_pixels_mixed": None if split is None else split.pixels,
            }
        )
    return found
