"""First screen of a validation: how the frozen model did, beside what was expected of it."""

from __future__ import annotations

from typing import Any

from radiobone.report.drawings.two_classes import INTERVAL
from radiobone.report.pipeline_words import model_title
from radiobone.report.reading import belief, brier_sentence, ranking_sentence
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.summary import TILES
from radiobone.report.validation.data import ValidationData


def _context(data: ValidationData) -> Context:
    about, metrics = data.metrics, data.metrics["metrics"]
    auc = metrics["auc"]
    level, sentence = belief(auc)
    return {
        "about": about,
        "model": model_title(str(about["model"]["model"])),
        "auc": auc,
        "inside": data.internal.get("auc"),
        "level": {"better": "good", "unclear": "careful"}.get(level, "bad"),
        "belief": sentence,
        "reading": _reading(about),
        "tiles": [(key, title, hint, metrics[key], data.internal.get(key)) for key, title, hint in TILES],
        "figure": INTERVAL.shown(data),
    }


def _reading(about: dict[str, Any]) -> list[str]:
    metrics = about["metrics"]
    sentences = [ranking_sentence(metrics["auc"]["mean"], about["positive"], about["negative"])]
    sentences.append(brier_sentence(metrics["brier"]["mean"], about["n_positive"] / about["n_rows"]))
    sentences.append(about["sample_size"]["sentence"])
    n_unlike = about["ranges"]["n_rows_unlike"]
    if n_unlike:
        sentences.append(
            f"{n_unlike} of {about['n_rows']} cases are so far outside what the model was trained on that their "
            "probabilities mean nothing; they are counted here all the same, since nobody will take them out in use."
        )
    return [*sentences, *about["notes"]]


ANSWER = Section("validation_answer", "Answer", _context)
