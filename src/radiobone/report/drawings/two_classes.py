"""Figures of two classes: of an evaluation, over its outer folds, and of a frozen model on one cohort."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from radiobone.core.counting import counted
from radiobone.report.curves import Curves, pr_band, roc_band
from radiobone.report.data import Record, ResultData
from radiobone.report.drawings.base import Drawing, Drawn, interval_text
from radiobone.report.figures.calibration import calibration_figure
from radiobone.report.figures.confusion import confusion_figure
from radiobone.report.figures.decision import decision_figure
from radiobone.report.figures.interval import interval_figure
from radiobone.report.figures.precision_recall import precision_recall_figure
from radiobone.report.figures.roc import roc_figure
from radiobone.report.numbers import count, decimals, traced
from radiobone.report.validation.data import ValidationData

Judged = ResultData | ValidationData
IS_RIGHT = "Blue is right, orange is wrong; each row adds up to 100 %."


def _curves(data: Judged) -> Curves:
    """Classes and probabilities of each outer fold; of a frozen model, of the whole cohort."""
    table = data.predictions
    if isinstance(data, ValidationData):
        return [(table["y"].to_numpy(), table["probability"].to_numpy())]
    groups = table.groupby(["repeat", "fold"], sort=True)
    return [(group["y"].to_numpy(), group["probability"].to_numpy()) for _, group in groups]


def _with_interval(value: Record) -> str:
    text = decimals(value["mean"])
    return text if value["low"] is None else f"{text} ({decimals(value['low'])} to {decimals(value['high'])})"


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _interval(data: Judged) -> Drawn | None:
    auc = data.metrics["metrics"]["auc"]
    if auc["mean"] is None:
        return None
    told = f"AUC {decimals(auc['mean'])}, from {decimals(auc['low'])} to {decimals(auc['high'])}."
    return Drawn(interval_figure(auc["mean"], auc["low"], auc["high"]), told)


def _roc(data: Judged) -> Drawn:
    band, counts = roc_band(_curves(data)), data.metrics["confusion"]
    text = _with_interval(data.metrics["metrics"]["auc"])
    point = (
        _share(counts["fp"], counts["fp"] + counts["tn"]),
        _share(counts["tp"], counts["tp"] + counts["fn"]),
    )
    figure = roc_figure(band, operating_point=point, auc_text=text)
    if isinstance(data, ValidationData):
        return Drawn(figure, f"ROC curve of the frozen model on this cohort; AUC {text}.")
    return Drawn(
        figure,
        f"Mean ROC curve of {counted(band.n_curves, 'outer fold')} with a band of one standard deviation; AUC {text}.",
    )


def _precision_recall(data: Judged) -> Drawn | None:
    about, area = data.metrics, data.metrics["metrics"].get("average_precision")
    if area is None:
        return None
    band, counts, text = pr_band(_curves(data)), about["confusion"], _with_interval(area)
    point = (
        _share(counts["tp"], counts["tp"] + counts["fn"]),
        _share(counts["tp"], counts["tp"] + counts["fp"]),
    )
    prevalence = float(data.predictions["y"].mean())
    figure = precision_recall_figure(band, prevalence=prevalence, operating_point=point, area_text=text)
    return Drawn(
        figure,
        f"Precision over recall, PR-AUC {text}; the share of positives, which is chance, is {prevalence:.2f}.",
    )


def _caption_of_precision_recall(data: Judged) -> str:
    area = interval_text("metrics.average_precision", data.metrics["metrics"]["average_precision"])
    band = (
        ""
        if isinstance(data, ValidationData) or data.n_folds_total == 1
        else " The band shows how much the folds differ; it is not the interval of the PR-AUC."
    )
    return Markup(
        "Up and to the right is better. PR-AUC (average precision) {}; what chance gives is the share of positives (dashed), so "
        "that figures of cohorts with other shares do not compare.{}"
    ).format(area, band)


def _calibration(data: Judged) -> Drawn | None:
    """Draw the calibration; a result of an older version has none."""
    about = data.metrics
    binned = (about.get("calibration") or {}).get("binned")
    if binned is None:
        return None
    pairs = [
        f"{decimals(p)} predicted, {decimals(o)} observed"
        for p, o in zip(binned["probability"], binned["observed"], strict=True)
    ]
    rows = data.predictions
    names = {"positive": about["positive"], "negative": about["negative"]}
    figure = calibration_figure(binned, rows["y"], rows["probability"], **names)
    return Drawn(figure, "Groups from low to high probability: " + "; ".join(pairs) + ".")


def _decision(data: Judged) -> Drawn | None:
    """Draw the decision curve; a result of an older version has none."""
    curve = data.metrics.get("decision_curve")
    if curve is None:
        return None
    at_half = curve["threshold"].index(0.5)
    return Drawn(
        decision_figure(curve),
        f"Net benefit at a threshold of 0.5: model {decimals(curve['model']['value'][at_half])}, treat all "
        f"{decimals(curve['treat_all']['value'][at_half])}, treat none 0.",
    )


def _confusion(data: Judged) -> Drawn:
    about, counts = data.metrics, data.metrics["confusion"]
    return Drawn(
        confusion_figure(counts, about["positive"], about["negative"]),
        f"{counts['tp']} true positives, {counts['fn']} false negatives, {counts['fp']} false positives, {counts['tn']} true "
        "negatives.",
    )


def _caption_of_confusion(data: Judged) -> str:
    counts = data.metrics["confusion"]
    names = {"tp": "True positives", "fn": "false negatives", "fp": "false positives", "tn": "true negatives"}
    told = [
        Markup("{} {}").format(words, traced(f"confusion.{key}", counts[key], count(counts[key])))
        for key, words in names.items()
    ]
    return Markup("{}.{} {}").format(Markup(", ").join(told), _how_counted(data), IS_RIGHT)


def _how_counted(data: Judged) -> str:
    if isinstance(data, ValidationData):
        return ""
    n = data.metrics["n_repeats"]
    once = f" Every case counts once per repeat ({n} repeats)." if n > 1 else ""
    return f"{once} Each fold chose its threshold on its own training rows."


def _caption_of_roc(data: Judged) -> str:
    if isinstance(data, ValidationData):
        return "The circle is the model’s own threshold."
    if data.n_folds_total == 1:
        return "Up and to the left is better. The circle is the threshold that the training rows set."
    return (
        "Up and to the left is better. The band shows how much the folds differ; it is not the interval of the AUC. The circle "
        "is where the thresholds used put the pooled predictions."
    )


INTERVAL: Drawing[Any] = Drawing("interval", "AUC with its 95 % interval", "", _interval)
ROC: Drawing[Any] = Drawing("roc", "ROC curve", _caption_of_roc, _roc)
PRECISION_RECALL: Drawing[Any] = Drawing(
    "precision_recall", "Precision-recall curve", _caption_of_precision_recall, _precision_recall
)
CALIBRATION: Drawing[Any] = Drawing(
    "calibration",
    "Calibration",
    "On the dashed line, a predicted 70 % happens 70 times in 100. Points below it: the model promises too much. Below: how the "
    "predictions spread.",
    _calibration,
)
DECISION: Drawing[Any] = Drawing(
    "decision",
    "Decision curve",
    "The higher, the better. The model is worth using at thresholds where its line is above those of treating all and treating "
    "none: a net benefit of 0.10 is worth ten more true positives in 100 patients, with no false ones.",
    _decision,
)
CONFUSION: Drawing[Any] = Drawing("confusion", "At the threshold", _caption_of_confusion, _confusion)
TWO_CLASSES = (ROC, PRECISION_RECALL, CALIBRATION, DECISION, CONFUSION)
