"""How well it did on rows that the model had not seen."""

from __future__ import annotations

from typing import Any

from radiobone.report.data import ResultData
from radiobone.report.drawings.base import all_shown
from radiobone.report.drawings.two_classes import TWO_CLASSES
from radiobone.report.facts import Facts
from radiobone.report.pipeline_words import model_title, setting_words
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.summary import fold_name

METRICS = (
    ("auc", "AUC", "how well positives are ranked above negatives; 0.5 is chance, 1 is perfect"),
    ("sensitivity", "Sensitivity", "share of positives that were called positive"),
    ("specificity", "Specificity", "share of negatives that were called negative"),
    ("balanced_accuracy", "Balanced accuracy", "mean of sensitivity and specificity; 0.5 is chance"),
    (
        "average_precision",
        "PR-AUC",
        "area under the precision-recall curve (average precision); chance is the share of positives",
    ),
    ("ppv", "PPV", "share of those called positive that are positive"),
    ("npv", "NPV", "share of those called negative that are negative"),
    ("f1", "F1", "harmonic mean of PPV and sensitivity"),
    (
        "mcc",
        "Matthews' coefficient",
        "correlation of what was called with what is; 0 is chance, 1 is perfect",
    ),
    ("accuracy", "Accuracy", "share called what they are; high by chance where one class is rare"),
    ("brier", "Brier score", "mean squared error of the probabilities; 0 is perfect, lower is better"),
)
CALIBRATION = (
    ("slope", "Slope", "1 is right; below 1, high and low probabilities are too extreme"),
    ("intercept", "Calibration in the large", "0 is right; above 0, probabilities are too low on the whole"),
    ("ici", "ICI", "mean distance of a probability from the smooth curve of what happens"),
    ("e50", "E50", "its median"),
    ("e90", "E90", "the distance that one case in ten exceeds"),
)


def _context(data: ResultData) -> Context:
    return {
        "about": data.metrics,
        "figures": all_shown(TWO_CLASSES, data),
        "measured": [row for row in CALIBRATION if row[0] in (data.metrics.get("calibration") or {})],
        "metrics": metric_rows(data.metrics["metrics"]),
        "patients": _patients(data),
        "folds": [fold_row(fold) for fold in data.folds],
        "named": any(fold.get("name") for fold in data.folds),
        "one_class": sum(fold["auc"] is None for fold in data.folds),
        "searched": Facts(data).is_searched,
        "models": [(model_title(name), n) for name, n in (data.metrics.get("models") or {}).items()],
    }


def _patients(data: ResultData) -> Context | None:
    """Return the measures of patients, where several rows of each were pooled."""
    level = data.metrics.get("patients")
    return None if level is None else {**level, "rows": metric_rows(level["metrics"])}


def metric_rows(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    """List all metrics, those with words first."""
    known = {key: (title, meaning) for key, title, meaning in METRICS}
    keys = [key for key in known if key in metrics] + sorted(key for key in metrics if key not in known)
    return [
        {
            "key": key,
            "title": known.get(key, (key, ""))[0],
            "meaning": known.get(key, ("", ""))[1],
            **metrics[key],
        }
        for key in keys
    ]


def fold_row(fold: dict[str, Any]) -> dict[str, Any]:
    """Prepare one fold for the table."""
    chosen = sorted((fold.get("params") or {}).items())
    params = "; ".join(setting_words(name, value, str(fold["model"])) for name, value in chosen)
    return {
        **fold,
        "name": fold_name(str(fold.get("name") or "")),
        "model": model_title(str(fold["model"])),
        "params": params,
        "n_features": len(fold["features"]),
    }


PERFORMANCE = Section("performance", "How well it did", _context)
