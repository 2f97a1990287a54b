"""Figures of linear models: coefficients over the folds, and the nomogram."""

from __future__ import annotations

from radiobone.explain.weights import LOG_ODDS
from radiobone.report.data import ResultData
from radiobone.report.drawings.base import Drawing, Drawn
from radiobone.report.figures.coefficients import coefficients_figure
from radiobone.report.figures.nomogram import nomogram_figure
from radiobone.report.shap_weights import linear_models

MOST_DRAWN = 12
AXES = {
    LOG_ODDS: "Log odds per SD of the feature",
    "number": "Change of the predicted number per SD of the feature",
}


def _coefficients(data: ResultData) -> Drawn | None:
    found = linear_models(data)
    if found is None:
        return None
    rows = found.rows[:MOST_DRAWN]
    figure = coefficients_figure(
        [row.name for row in rows], [row.folds for row in rows], axis=AXES[found.scale]
    )
    return Drawn(figure, "; ".join(f"{row.name}: {row.mean:.2f}" for row in rows) + ".")


def _nomogram(data: ResultData) -> Drawn | None:
    found = linear_models(data)
    if found is None:
        return None
    nomogram, positive = found.nomogram, data.metrics.get("positive")
    outcome = f"Probability of {positive}" if positive is not None else "Predicted number"
    told = "; ".join(
        f"{line.feature} from {line.low:.3g} to {line.high:.3g}: {nomogram.points(line, line.low):.0f} to "
        f"{nomogram.points(line, line.high):.0f} points"
        for line in nomogram.lines
    )
    return Drawn(nomogram_figure(nomogram, outcome=outcome), told + ".")


def _caption_of_nomogram(data: ResultData) -> str:
    found = linear_models(data)
    if found is None:
        return ""
    n = found.nomogram.n_held
    held = f" {n} more feature{'s are' if n > 1 else ' is'} held at the middle of {'their' if n > 1 else 'its'} range."
    in_sd = (
        " “In SD”: the steps before the model leave no straight way back to the feature’s own unit, so 0 is the mean of the "
        "training rows."
    )
    return (
        "Read the points of each value on the top line, add them up, and find the total below. It is the mean of the folds’ sums, "
        f"{_scale_words(found.in_odds, found.models)}.{held if n else ''}"
        f"{in_sd if any(line.in_sd for line in found.nomogram.lines) else ''} To see what the models do, not to be used for a "
        "patient."
    )


def _scale_words(in_odds: bool, models: tuple[str, ...]) -> str:
    if not in_odds:
        return "in the target’s unit"
    if "svm" in models:
        return "with the calibration of support vector machines"
    return "before calibration, and where classes are weighted as if both were equally frequent"


COEFFICIENTS = Drawing(
    "coefficients",
    "Coefficients of linear models, and how they vary between folds",
    "Dot: mean over the folds that chose the feature. Whisker: one standard deviation between them. Ticks: single folds.",
    _coefficients,
)
NOMOGRAM = Drawing("nomogram", "Nomogram", _caption_of_nomogram, _nomogram)
LINEAR = (COEFFICIENTS, NOMOGRAM)
