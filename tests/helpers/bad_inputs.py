"""The 131 bad inputs beside the checkout, what is due for each, and one way to extract any of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

import radiobone as rb

PLAIN = {"setting": {"binWidth": 25}}  # no resampling: the true numbers are those of the voxels
TRUE = {
    "mean": "original_firstorder_Mean",
    "min": "original_firstorder_Minimum",
    "max": "original_firstorder_Maximum",
}


@dataclass(frozen=True)
class Found:
    """What an extraction says of one case: its row of ``cases.csv`` and, where it was measured, its features."""

    case: dict[str, Any]
    features: dict[str, float]

    @property
    def codes(self) -> set[str]:
        """Codes of the error and of the warnings."""
        told = {part.partition(":")[0] for part in self.case["warnings"].split(" | ")}
        return {self.case["code"], *told} - {""}


def bad_inputs(folder: Path, *kinds: str) -> list[dict[str, Any]]:
    """Return the cases of some kinds: image, dicom, table, attack."""
    content = json.loads((folder / "bad_inputs" / "cases.json").read_text(encoding="utf-8"))
    return [case for case in content["cases"] if case["kind"] in kinds]


def extracted(
    rows: list[dict[str, Any]], root: Path, folder: Path, *, settings: Any = None, modality: str | None = "ct"
) -> dict[str, Found]:
    """Extract rows of ``patient_id, image, mask[, mask_label]`` in one run; return what was found by patient."""
    folder.mkdir(parents=True, exist_ok=True)
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)
    result = rb.extract(
        folder / "manifest.csv", output=folder / "features", settings=settings or PLAIN, modality=modality, root=root,
        show_progress=False,
    )  # fmt: skip
    measured = result.table.set_index("patient_id")
    return {
        str(row["patient_id"]): Found(row, _features(measured, row["patient_id"], result.feature_columns))
        for row in result.cases.to_dict("records")
    }


def _features(measured: pd.DataFrame, patient: str, names: tuple[str, ...]) -> dict[str, float]:
    return measured.loc[patient, list(names)].dropna().to_dict() if patient in measured.index else {}
