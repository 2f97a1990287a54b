"""Two frozen models on the same rows."""

from __future__ import annotations

from radiobone.report.data import Record
from radiobone.report.pipeline_words import model_title
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.performance import metric_rows
from radiobone.report.validation.data import ValidationData

GAINS = (
    ("nri", "NRI", "share moved to the right category less share moved to the wrong one"),
    ("continuous_nri", "Continuous NRI", "the same for any move of the probability, however small"),
    ("idi", "IDI", "mean move of the probability in the right direction"),
)


def _context(data: ValidationData) -> Context | None:
    found = data.metrics.get("comparison")
    if found is None:
        return None
    return {
        "found": found,
        "gains": GAINS,
        "mine": metric_rows(data.metrics["metrics"]),
        "theirs": data.metrics["against"]["metrics"],
        "names": names_of(data),
    }


def names_of(data: ValidationData) -> list[str]:
    """Name the two models by what they are and their digests."""
    return [_name(data.metrics), _name(data.metrics["against"])]


def _name(entry: Record) -> str:
    model = entry["model"]
    return f"{model_title(str(model['model']))}, {model['n_features']} features (content digest {str(model['digest'])[:12]})"


COMPARISON = Section("validation_comparison", "Against another model", _context)
