"""Which model, which cohort, which versions."""

from __future__ import annotations

from radiobone.core.counting import counted
from radiobone.report.numbers import moment
from radiobone.report.pipeline_words import model_title
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.provenance import as_yaml, flat, without_folders
from radiobone.report.validation.data import ValidationData


def _context(data: ValidationData) -> Context:
    model, cohort = data.metrics["model"], data.provenance["cohort"]
    training, internal = model["training"], model["internal"]
    rows = (
        f"{training['n_rows']} rows"
        if training["n_positive"] is None
        else f"{training['n_positive']} positive and {training['n_negative']} negative rows"
    )
    trained = f"{training['n_patients']} patients, {rows} (from {flat(training['source'])})"
    if training["n_patients"] is None:
        trained = "not known here"
    inside = (
        f"{internal['n_folds']} outer folds, {counted(internal['n_repeats'], 'repeat')}, {moment(internal['created'])}"
        if internal
        else "not carried by the model; `radiobone fit --evaluated RESULT` adds it"
    )
    facts = {
        "Model": f"{model_title(str(model['model']))}, {model['n_features']} features, fitted {moment(model['created'])}",
        "Content digest of the model": model["digest"],
        "Trained on": trained,
        "Nested cross-validation in training": inside,
        "Intended use": model["intended_use"],
        "Cohort": f"{flat(cohort['source'])}{', SHA-256 ' + cohort['digest'] if cohort['digest'] else ''}",
        "Seed": data.provenance["seed"],
    }
    return {
        "facts": facts,
        "command": without_folders(data.provenance["command"]),
        "versions": as_yaml(data.provenance["versions"]),
    }


ORIGIN = Section("validation_origin", "How it was made", _context)
