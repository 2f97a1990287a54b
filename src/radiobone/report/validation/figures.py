"""All figures of the frozen model on the new cohort, those from inside training beside them."""

from __future__ import annotations

from typing import Any

from radiobone.report.calibration_plot import calibration_plot
from radiobone.report.curves import roc_band
from radiobone.report.figures.confusion import confusion_figure
from radiobone.report.figures.decision import decision_figure
from radiobone.report.figures.roc import roc_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.numbers import decimals
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.performance import metric_rows
from radiobone.report.validation.data import ValidationData


def _context(data: ValidationData) -> Context:
    about = data.metrics
    return {
        "about": about,
        "metrics": metric_rows(about["metrics"]),
        "internal": data.internal,
        "patients": about.get("patients"),
        "of_patients": metric_rows(about["patients"]["metrics"]) if "patients" in about else [],
        "roc": _roc(data),
        "calibration": calibration_plot(data.metrics, data.predictions),
        "decision": to_svg(
            decision_figure(about["decision_curve"]),
            key="decision",
            title="Decision curve",
            description="Net benefit of the frozen model, of treating all and of treating none, over thresholds.",
        ),
        "confusion": to_svg(
            confusion_figure(about["confusion"], about["positive"], about["negative"]),
            key="confusion",
            title="Confusion table",
            description=", ".join(f"{name} {n}" for name, n in about["confusion"].items()) + ".",
        ),
    }


def _roc(data: ValidationData) -> Any:
    table, auc, counts = data.predictions, data.metrics["metrics"]["auc"], data.metrics["confusion"]
    band = roc_band([(table["y"].to_numpy(), table["probability"].to_numpy())])
    point = (counts["fp"] / (counts["fp"] + counts["tn"]), counts["tp"] / (counts["tp"] + counts["fn"]))
    text = f"{decimals(auc['mean'])} ({decimals(auc['low'])} to {decimals(auc['high'])})"
    return to_svg(
        roc_figure(band, operating_point=point, auc_text=text),
        key="roc",
        title="ROC curve",
        description=f"ROC curve of the frozen model on this cohort; AUC {text}.",
    )


FIGURES = Section("validation_figures", "How well it did", _context)
