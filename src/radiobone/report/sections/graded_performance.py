"""How well it did on unseen rows, for ordered classes and numbers."""

from __future__ import annotations

from radiobone.report.data import Record, ResultData
from radiobone.report.drawings.base import all_shown
from radiobone.report.drawings.graded import GRADED_DRAWINGS
from radiobone.report.facts import Facts
from radiobone.report.pipeline_words import model_title
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.performance import fold_row
from radiobone.report.validation.data import ValidationData

MEASURES = {
    "quadratic_kappa": ("Quadratic kappa", "agreement that counts how far apart; 1 is perfect, 0 is chance"),
    "accuracy": ("Accuracy", "share put into the right class; high by chance where one class is common"),
    "balanced_accuracy": ("Balanced accuracy", "mean over the classes of the share put right"),
    "off_by": ("Classes off", "mean number of classes between truth and prediction; 0 is perfect"),
    "r2": ("R²", "share of the variance explained; 1 is perfect, 0 no better than the mean"),
    "mae": ("Mean absolute error", "in the target's unit; 0 is perfect"),
    "rmse": ("RMSE", "root of the mean squared error; large errors weigh more"),
}
Judged = ResultData | ValidationData
FOLD_SCORE = {"ordinal": "Quadratic kappa", "number": "Mean absolute error"}


def _context(data: ResultData) -> Context:
    about = data.metrics
    return {
        **shown_measures(data),
        "fold_score": FOLD_SCORE[about["task"]],
        "folds": [fold_row(fold) for fold in data.folds],
        "searched": Facts(data).is_searched,
        "models": [(model_title(name), n) for name, n in about["models"].items()],
    }


def shown_measures(data: Judged) -> Context:
    """Return the measures and figures of an evaluation or a validation.

    Parameters
    ----------
    data : ResultData or ValidationData
    """
    about = data.metrics
    implied = about.get("implied")
    boundaries, prefix = (
        (implied["boundaries"], "implied.boundaries")
        if implied
        else (about.get("boundaries", []), "boundaries")
    )
    return {
        "about": about,
        "metrics": [
            (key, *MEASURES[key], about["metrics"][key]) for key in MEASURES if key in about["metrics"]
        ],
        "how": _methods(about["metrics"]),
        "patients": about.get("patients"),
        "measures": MEASURES,
        "figures": all_shown(GRADED_DRAWINGS, data),
        "boundaries": boundaries,
        "prefix": prefix,
        "left_out": about["left_out"],
    }


def _methods(metrics: Record) -> list[str]:
    """Say how intervals were made: as that of the first measure, and of which measures otherwise."""
    first, *others = [key for key in MEASURES if key in metrics]
    usual = metrics[first]["method"]
    differing = [key for key in others if metrics[key]["method"] != usual]
    return [usual, *(f"{MEASURES[key][0]}: {metrics[key]['method']}" for key in differing)]


GRADED_PERFORMANCE = Section("graded_performance", "How well it did", _context)
