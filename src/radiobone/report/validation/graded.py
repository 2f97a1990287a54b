"""The sections of a validation that ordered classes and numbers have of their own."""

from __future__ import annotations

from radiobone.report.graded import TITLES, reading
from radiobone.report.pipeline_words import model_title
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.graded_performance import MEASURES, shown_measures
from radiobone.report.sections.graded_summary import TILES
from radiobone.report.validation.data import ValidationData

REFITS = {"shift": "Shifted*", "line": "Straight line*"}
NOTHING = {"quadratic_kappa": "chance", "r2": "always answering the mean of this cohort"}


def _answer(data: ValidationData) -> Context:
    about, metrics = data.metrics, data.metrics["metrics"]
    key = str(about["headline"])
    value = metrics[key]
    shown = value["low"] is not None and value["low"] > 0
    return {
        "about": about,
        "model": model_title(str(about["model"]["model"])),
        "key": key,
        "measure": TITLES[key],
        "value": value,
        "inside": data.internal.get(key),
        "level": "good" if shown else "bad",
        "tiles": [(name, title, hint, metrics[name]) for name, title, hint in TILES[about["task"]]],
        "reading": [_belief(key, shown), *reading(data), *_unlike(data), *about["notes"]],
    }


def _belief(key: str, shown: bool) -> str:
    if shown:
        return f"The whole interval lies above 0: in this cohort the model did better than {NOTHING[key]}."
    return (
        f"The interval does not lie wholly above 0: this cohort does not show that the model does better than {NOTHING[key]}. "
        "That is no proof that it does not; more patients would narrow the interval."
    )


def _unlike(data: ValidationData) -> list[str]:
    about = data.metrics
    n_unlike = about["ranges"]["n_rows_unlike"]
    if not n_unlike:
        return []
    return [
        f"{n_unlike} of {about['n_rows']} cases are so far outside what the model was trained on that what it says of them means "
        "nothing; they are counted here all the same, since nobody will take them out in use."
    ]


def _figures(data: ValidationData) -> Context:
    names = [one["name"] for one in data.metrics.get("boundaries", [])]
    large = data.metrics.get("in_the_large", [])
    return {
        **shown_measures(data),
        "internal": data.internal,
        "in_the_large": list(zip(names, large, strict=True)) if large else [],
    }


def _refits(data: ValidationData) -> Context | None:
    about = data.metrics
    if "recalibrated" not in about:
        return None
    all_kinds = {kind: about["recalibrated"][kind] for kind in REFITS}
    found = {kind: one for kind, one in all_kinds.items() if one["metrics"] is not None}
    refitted = [(REFITS[kind], f"recalibrated.{kind}.", one) for kind, one in found.items()]
    return {
        "line": about["line"],
        "measures": [(key, MEASURES[key][0]) for key in MEASURES if key in about["metrics"]],
        "blocks": [("As it is", "", about), *refitted],
        "notes": list(dict.fromkeys(one["note"] for one in about["recalibrated"].values())),
        "formulas": [(REFITS[kind], one["all_rows"]) for kind, one in found.items()],
    }


GRADED_ANSWER = Section("validation_graded_answer", "Answer", _answer)
GRADED_FIGURES = Section("validation_graded_figures", "How well it did", _figures)
REFITTED = Section("validation_refits", "Calibration, and recalibration", _refits)
