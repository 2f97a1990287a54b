"""The model card of a result: what was built, for whom, from what, how well it did, and where it ends."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from radiobone.core.counting import counted
from radiobone.report.cards.base import Card, Fact, Part, ask, fact, known
from radiobone.report.cards.data_card import target_words
from radiobone.report.cautions import cautions
from radiobone.report.data import ResultData
from radiobone.report.drawings.chosen import selection_rates
from radiobone.report.drawings.compared import external_rows, task_of
from radiobone.report.extraction_words import modality_words
from radiobone.report.facts import Facts
from radiobone.report.journal.table import with_interval
from radiobone.report.measures import measure_titles
from radiobone.report.methods.wording import folds_words
from radiobone.report.numbers import count, decimals, moment, places_of, significant, unit_places
from radiobone.report.pipeline_words import model_title
from radiobone.report.sections.provenance import step_words

RANGES_LISTED = 30
WHOLE_BELOW = 100_000
RESEARCH = (
    "Research. Not a medical device, and not for decisions about a patient. Not for images or tables made in another way than "
    "those described here."
)
NOBODY_ELSE = {"external": "The external cohort of the test above."}
FOR_THE_AUTHOR_OF_MODELS = (
    ask("Responsible", "Names, institution, contact, and the version of this card."),
    ask("Ethics, funding, interests", "Approval, sponsors, and conflicts of interest."),
    ask("Licence and access", "Where the frozen model is, and under what terms."),
    ask("Updating", "Who watches the model in use, and when it is to be fitted anew."),
)


def model_card(data: ResultData) -> Card:
    """Make the model card of a result from what its folder holds."""
    return Card(
        f"Model card: {data.metrics['target']}",
        "What nested cross-validation found of this way of building a model. The folder holds no frozen model: `radiobone fit "
        "--evaluated` makes one, which carries these figures, its training ranges and a digest of its own.",
        (
            Part("What it is", _what(data)),
            Part("Intended use", _use()),
            Part("Population", _population(data)),
            Part("Inputs", _inputs(data)),
            Part("Performance", performance(data)),
            Part("Limits", _limits(data)),
            Part("Training ranges", _ranges(data)),
            Part("Digest and versions", _digest(data)),
            Part("For the author", FOR_THE_AUTHOR_OF_MODELS),
        ),
    )


def _what(data: ResultData) -> tuple[Fact, ...]:
    pipeline = data.provenance.get("pipeline") or {}
    steps = [words or name for name, words in step_words(pipeline.get("steps") or [])]
    chosen = data.metrics.get("models") or {}
    models = [
        f"{model_title(name)} in {n} of {counted(data.n_folds_total, 'outer fold')}"
        for name, n in chosen.items()
    ]
    return known(
        [
            fact("Predicts", target_words(data.metrics)[0]),
            fact("Pipeline", str(pipeline["title"])) if pipeline.get("title") else None,
            fact("Steps, fitted on training rows alone", *steps) if steps else None,
            fact("Models that the inner folds chose" if Facts(data).is_searched else "Model", *models)
            if models
            else None,
        ]
    )


def _use() -> tuple[Fact, ...]:
    return (
        fact("Use", RESEARCH),
        ask("Question and users", "Which decision it is to help, of whom, and at which point of care."),
        ask("Not to be used for", "Patients and purposes for which it is known or thought to fail."),
    )


def _population(data: ResultData) -> tuple[Fact, ...]:
    about = data.metrics
    sites = data.cohort.get("sites") or {}
    return known(
        [
            fact("Patients", f"{count(about['n_patients'])} patients, {count(about['n_rows'])} rows"),
            fact("Target", *target_words(about)[1:]) if len(target_words(about)) > 1 else None,
            fact("Sites", f"{len(sites)}") if sites else None,
            *_clinical(data),
            ask("Whom they stand for", "The patients that the cohort was drawn from, and how they differ from those in use."),
        ]
    )  # fmt: skip


def _clinical(data: ResultData) -> list[Fact]:
    """Ranges of clinical variables."""
    table, names = data.univariate, data.cohort.get("clinical") or []
    if table is None:
        return []
    rows = table[table["feature"].isin(names)]
    return [fact(str(row["feature"]), _range(row)) for row in rows.to_dict("records")]


def _range(row: Mapping[Any, Any]) -> str:
    missing = int(row["n_missing"])
    told = f"{_end(row['least'])} to {_end(row['greatest'])}"
    return f"{told}; missing in {count(missing)} rows" if missing else told


def _end(value: float) -> str:
    """Write an end of a range: ages and indicators as the whole numbers that they are."""
    return str(int(value)) if float(value).is_integer() and abs(value) < WHOLE_BELOW else significant(value)


def _inputs(data: ResultData) -> tuple[Fact, ...]:
    extraction = data.extraction
    clinical = data.cohort.get("clinical") or []
    made = (
        fact("Images", f"{modality_words(extraction)}, a mask of each region")
        if extraction
        else fact("Images", "None: features came in a table from elsewhere.")
    )
    return known(
        [
            made,
            fact("Features offered", count(data.metrics["n_features"])),
            fact("Clinical variables", ", ".join(clinical)) if clinical else None,
            fact("Settings", "Those of the extraction, on the data card.") if extraction else None,
        ]
    )


def performance(data: ResultData) -> tuple[Fact, ...]:
    """Every measure with its interval, and the cohorts outside."""
    metrics, places = data.metrics["metrics"], unit_places(data.metrics)
    titles = measure_titles(task_of(data.metrics))
    first = data.metrics.get("headline", "auc")
    lines = [
        f"{titles.get(key, key)}: {with_interval(metrics[key], places_of(key, places))}"
        for key in sorted(
            metrics, key=lambda name: (name != first, list(titles).index(name) if name in titles else 99)
        )
    ]
    how = folds_words(Facts(data))
    outside = [
        f"{name}: {decimals(mean)} ({decimals(low)} to {decimals(high)})"
        for name, mean, low, high in external_rows(data)[1:]
    ]
    return known(
        [
            fact("How it was judged", f"{how[0].upper()}{how[1:]}; 95 % intervals in brackets"),
            fact("Measures", *lines),
            fact(
                "Other cohorts",
                *(
                    outside
                    or [NOBODY_ELSE.get(data.outer_kind, "None: nobody outside this cohort was tested.")]
                ),
            ),
        ]
    )


def _limits(data: ResultData) -> tuple[Fact, ...]:
    found = [f"{one.heading}: {one.text}" for one in cautions(data)]
    serious = [
        f"{one['code']}: {one['message']}" for one in data.findings or [] if one.get("severity") == "serious"
    ]
    return known(
        [
            fact("Found serious by the audit", *serious) if serious else None,
            fact("To keep in mind", *found) if found else None,
        ]
    )


def _ranges(data: ResultData) -> tuple[Fact, ...]:
    table = data.univariate
    if table is None:
        return (ask("Ranges", "The result was made by an older version, which did not keep them."),)
    rows: dict[str, dict[Any, Any]] = {str(row["feature"]): row for row in table.to_dict("records")}
    names = [name for name, _ in selection_rates(data) if name in rows]
    return tuple(fact(name, _range(rows[name])) for name in names[:RANGES_LISTED]) + _more(len(names))


def _more(n: int) -> tuple[Fact, ...]:
    rest = n - RANGES_LISTED
    return (
        (fact("And", f"{count(rest)} features that fewer folds chose, in univariate.parquet"),)
        if rest > 0
        else ()
    )


def _digest(data: ResultData) -> tuple[Fact, ...]:
    created = data.provenance.get("created")
    digest, version = data.cohort.get("digest"), data.provenance.get("radiobone")
    return known(
        [
            fact("SHA-256 of the cohort", str(digest)) if digest else None,
            fact("radiobone", str(version)) if version else None,
            fact("Seed", str(data.metrics.get("seed"))),
            fact("Evaluated", moment(created)) if created else None,
        ]
    )
