"""Calibration of the frozen model, and what recalibration to the new cohort would give beside it."""

from __future__ import annotations

from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.performance import CALIBRATION
from radiobone.report.validation.data import ValidationData

TITLES = {
    "frozen": "As it is",
    "intercept": "Intercept refitted*",
    "logistic": "Intercept and slope*",
}
AT_THRESHOLD = (("sensitivity", "Sensitivity"), ("specificity", "Specificity"), ("brier", "Brier score"))


def _context(data: ValidationData) -> Context:
    about = data.metrics
    blocks = {"frozen": ("", about)}
    blocks |= {kind: (f"recalibrated.{kind}.", one) for kind, one in about["recalibrated"].items()}
    fitted = {kind: block for kind, block in blocks.items() if block[1]["metrics"] is not None}
    return {
        "titles": TITLES,
        "blocks": fitted,
        "calibration": CALIBRATION,
        "at_threshold": AT_THRESHOLD,
        "notes": list(dict.fromkeys(one["note"] for one in about["recalibrated"].values())),
        "formulas": {TITLES[kind]: one["all_rows"] for kind, (_, one) in fitted.items() if kind != "frozen"},
        "method": about["calibration"]["method"],
        "threshold": about["threshold"],
    }


RECALIBRATION = Section("validation_recalibration", "Calibration, and recalibration", _context)
