"""The data card of a result: where the rows come from, how many, what is missing, who was left out."""

from __future__ import annotations

from typing import Any

from radiobone.report.cards.base import Card, Fact, Part, ask, fact, known
from radiobone.report.data import ResultData
from radiobone.report.extraction_words import modality_words, settings_words
from radiobone.report.flow import failure_counts, flow
from radiobone.report.numbers import count, percent, significant
from radiobone.report.sections.cohort import site_rows
from radiobone.report.sections.provenance import flat

MOST_MISSING = 10


def data_card(data: ResultData) -> Card:
    """Make the data card of a result from what its folder holds."""
    return Card(
        f"Data card: {data.metrics['target']}",
        "The cohort that the result was computed from, as far as its files tell.",
        (
            Part("Source", _source(data)),
            Part("Who is in", _who(data)),
            Part("Who was left out", _left_out(data)),
            Part("What was measured", _measured(data)),
            Part("What is missing", _missing(data)),
            Part("What the audit says", _audit(data)),
            Part("For the author", FOR_THE_AUTHOR_OF_DATA),
        ),
    )


FOR_THE_AUTHOR_OF_DATA = (
    ask("Origin", "Hospitals, years of acquisition, scanners, and how patients were found."),
    ask("Inclusion and exclusion", "The criteria before the table was made."),
    ask("Reference standard", "How the target was determined, by whom, and blinded to what."),
    ask("Segmentation", "Who or what drew the regions, and how they were checked."),
    ask("Ethics and consent", "Approval, consent or waiver, and how patients were made anonymous."),
    ask("Access", "Licence, and where others may ask for the data."),
)


def _source(data: ResultData) -> tuple[Fact, ...]:
    cohort = data.cohort
    source = data.provenance.get("source") or cohort.get("source")
    manifest = (data.extraction or {}).get("manifest")
    return known(
        [
            fact("Table", flat(source)) if source else None,
            fact("Manifest of images", _manifest_words(manifest)) if manifest else None,
            fact("SHA-256 of the cohort", str(cohort["digest"])) if cohort.get("digest") else None,
        ]
    )


def _manifest_words(manifest: Any) -> str:
    if not isinstance(manifest, dict):
        return flat(manifest)
    cases = [f"{count(manifest['n_cases'])} cases"] if "n_cases" in manifest else []
    digest = [f"SHA-256 {manifest['sha256']}"] if "sha256" in manifest else []
    return ", ".join([str(manifest.get("name", "manifest")), *cases, *digest])


def _who(data: ResultData) -> tuple[Fact, ...]:
    about = data.metrics
    rows = data.per_row.groupby("patient_id").size()
    several = f", {rows.min()} to {rows.max()} of each patient" if rows.max() > 1 else ""
    derived = about.get("n_rows_derived")
    return known(
        [
            fact("Patients", count(about["n_patients"])),
            fact("Rows", f"{count(about['n_rows'])}{several}"),
            fact("Rows made from others", f"{count(derived)} (augmented or synthetic; never tested)")
            if derived
            else None,
            fact("Target", *target_words(about)),
            fact("Sites", *_sites(data)) if site_rows(data) else None,
        ]
    )


def target_words(about: dict[str, Any]) -> tuple[str, ...]:
    """Say what is predicted and how it is spread."""
    if "positive" in about:
        return (
            f"{about['target']}: {about['positive_value']} against {about['negative_value']}",
            f"{about['positive']}: {count(about['n_positive'])} rows ({percent(about['n_positive'] / about['n_rows'])})",
            f"{about['negative']}: {count(about['n_negative'])} rows",
        )
    if "levels" in about:
        each = (f"{level['name']}: {count(level['n'])} rows" for level in about["levels"])
        return (f"{about['target']}, ordered classes", *each)
    values = about.get("values")
    spread = (
        f": mean {significant(values['mean'])}, SD {significant(values['sd'])}, {significant(values['least'])} to "
        f"{significant(values['greatest'])}"
        if values
        else ""
    )
    return (f"{about['target']}, a number{spread}",)


def _sites(data: ResultData) -> list[str]:
    two = "positive" in data.metrics
    return [
        f"{row['site']}: {count(row['patients'])} patients, {count(row['rows'])} rows"
        + (f", {count(row['positive'])} with {data.metrics['positive']}" if two else "")
        for row in site_rows(data)
    ]


def _left_out(data: ResultData) -> tuple[Fact, ...]:
    steps = [
        f"{count(box['n'])} {box['what']}" + "".join(f"; {count(n)} {why}" for n, why in box["lost"])
        for box in flow(data)
    ]
    failures = [] if data.cases is None else failure_counts(data.cases)
    return known(
        [
            fact("Flow", *steps, f"{count(data.metrics['n_rows'])} rows analysed"),
            fact("Why regions failed", *(f"{code}: {count(n)}" for code, n in failures))
            if failures
            else None,
            fact("Notes on the table", *map(str, data.cohort["notes"])) if data.cohort.get("notes") else None,
        ]
    )


def _measured(data: ResultData) -> tuple[Fact, ...]:
    cohort, extraction = data.cohort, data.extraction
    facts = [
        fact("Features", f"{count(data.metrics['n_features'])} columns"),
        fact("Clinical variables", ", ".join(cohort["clinical"])) if cohort.get("clinical") else None,
    ]
    if extraction is None:
        facts.append(
            ask(
                "Extraction",
                "The table came from elsewhere: program, version and settings by which it was made.",
            )
        )
        return known(facts)
    versions = extraction.get("versions") or {}
    made = f"radiobone {extraction.get('radiobone')}" + (
        f", SimpleITK {versions['SimpleITK']}" if "SimpleITK" in versions else ""
    )
    return known(
        [
            *facts,
            fact("Modality", modality_words(extraction)) if extraction.get("modality") else None,
            fact("Extracted by", made),
            fact("Settings", *settings_words(extraction), "in full in provenance.json")
            if extraction.get("settings")
            else None,
        ]
    )


def _missing(data: ResultData) -> tuple[Fact, ...]:
    table = data.univariate
    if table is None:
        return (ask("Missing values", "The result was made by an older version, which did not count them."),)
    total, cells = int(table["n_missing"].sum()), int(table["n"].sum() + table["n_missing"].sum())
    if not total:
        return (fact("Missing values", "None: every row has every feature."),)
    worst = table[table["n_missing"] > 0].sort_values(["n_missing", "feature"], ascending=[False, True])
    listed = [f"{row.feature}: {count(row.n_missing)} rows" for row in worst.head(MOST_MISSING).itertuples()]
    more = len(worst) - len(listed)
    return (
        fact("Missing values", f"{count(total)} of {count(cells)} ({percent(total / cells, 1)}), in {count(len(worst))} columns"),
        fact("Most often", *listed, *([f"{count(more)} more columns"] if more else [])),
    )  # fmt: skip


def _audit(data: ResultData) -> tuple[Fact, ...]:
    if data.findings is None:
        return (fact("Findings", "No audit was run on this table."),)
    found = [f"{one['code']} ({one['severity']}): {one['message']}" for one in data.findings]
    return (fact("Findings", *(found or ["None."])),)
