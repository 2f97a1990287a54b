"""The methods text of the run, with a chart of its steps and its references."""

from __future__ import annotations

from radiobone.report.data import ResultData
from radiobone.report.facts import Facts
from radiobone.report.methods.text import NOTE, methods_text
from radiobone.report.methods.wording import folds_words, listed
from radiobone.report.pipeline_words import STEP_TITLES, model_title
from radiobone.report.sections.base import Context, Section


def _context(data: ResultData) -> Context:
    facts, text = Facts(data), methods_text(data)
    return {"text": text, "note": NOTE, "chart": chart(facts)}


def chart(facts: Facts) -> list[tuple[str, str]]:
    """List the boxes of the chart: heading and content, from the data to the figures."""
    boxes = []
    if facts.extraction:
        boxes.append(
            (
                "Images and masks",
                f"{facts.metrics['n_rows']} regions of {facts.metrics['n_patients']} patients",
            )
        )
        if facts.settings:
            boxes.append(("Features", f"{facts.metrics['n_features']} columns"))
    else:
        boxes.append(("Table", f"{facts.metrics['n_rows']} rows, {facts.metrics['n_features']} columns"))
    boxes.append(("Outer folds", folds_words(facts)))
    steps = list(dict.fromkeys(str(one["name"]) for one in facts.steps))
    if steps:
        boxes.append(("On training rows alone", " → ".join(STEP_TITLES.get(name, name) for name in steps)))
    if facts.models:
        names = [model_title(str(one["name"])) for one in facts.models]
        boxes.append(("Model, chosen in inner folds" if facts.is_searched else "Model", listed(names, "or")))
    boxes.append(("Test rows", f"{len(facts.data.folds)} test parts, figures and intervals"))
    return boxes


METHODS = Section("methods", "Methods text", _context)
