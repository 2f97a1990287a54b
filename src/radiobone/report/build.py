"""One HTML file from a result folder alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from radiobone.core.errors import BadSetting
from radiobone.core.files import write_text
from radiobone.core.outputs import prepare_file, writing
from radiobone.core.run_record import warn_if_unfinished
from radiobone.report import numbers
from radiobone.report.cards.files import write_cards
from radiobone.report.data import ResultData, read_result
from radiobone.report.external import with_external
from radiobone.report.sections.base import Section
from radiobone.report.sections.registry import sections_of
from radiobone.report.sheets import Sheets, sheet_contexts
from radiobone.report.validation.data import ValidationData, is_validation, read_validation
from radiobone.report.validation.registry import validation_sections_of

TEMPLATES = Path(__file__).parent / "templates"
REPORT_NAME = "report.html"
D = TypeVar("D", ResultData, ValidationData)


def write_report(folder: Path, output: Path | None = None, *, beside: Sequence[Path] = ()) -> Path:
    """Write the report of a result folder as one self-contained HTML file.

    The page loads nothing, from a network or from disk; it is readable without scripts. Where there are more regions than
    it shows, all of them go into pages beside it (``report_pictures.html``), linked both ways. Model card and data card
    of an evaluation are written beside it where it goes into the folder itself.

    Parameters
    ----------
    folder : Path
        What ``radiobone evaluate`` or ``radiobone validate`` wrote.
    output : Path, optional
        The file; ``report.html`` in the folder unless given.
    beside : sequence of Path
        Folders of validations, whose figures are shown beside those of an evaluation.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    FileMissing, FileUnreadable
        If the folder is not a complete result.
    BadSetting
        If one of ``beside`` is no validation or of another task.
    OutputNotWritable, DiskFull
        If the file cannot be written.
    """
    source = Path(folder)
    target = source / REPORT_NAME if output is None else Path(output)
    data = read_folder(source, beside)
    warn_if_unfinished(source, "validation" if isinstance(data, ValidationData) else "evaluation")
    prepare_file(target, example=REPORT_NAME)
    if isinstance(data, ValidationData):
        write_text(target, render_validation(data))
        return target
    sheets = Sheets(target.name, len(data.pictures))
    write_text(target, render(data, sheets))
    _write_sheets(data, sheets, target.parent)
    if output is None:
        write_cards(data, source)
    return target


def read_folder(folder: Path, beside: Sequence[Path] = ()) -> ResultData | ValidationData:
    """Read the folder of an evaluation, with validations beside it, or that of a validation.

    Raises
    ------
    FileMissing, FileUnreadable, BadSetting
    """
    if not is_validation(folder):
        return with_external(read_result(folder), beside)
    if beside:
        raise BadSetting(
            f"{folder} is itself a validation, and validations are shown beside the evaluation that the model came from. Give "
            "the folder of that evaluation."
        )
    return read_validation(folder)


def render(data: ResultData, sheets: Sheets | None = None) -> str:
    """Return the report of an evaluation as HTML, which links to the sheets of its pictures."""
    own = Sheets(REPORT_NAME, len(data.pictures)) if sheets is None else sheets
    return _render(data, sections_of(data), own)


def _write_sheets(data: ResultData, sheets: Sheets, folder: Path) -> None:
    """Write all pictures where the report shows the oddest alone; sheets of an earlier run that are not needed go."""
    template = _environment(data.metrics).get_template("pictures_page.html")
    for name, context in sheet_contexts(data, sheets):
        write_text(folder / name, template.render(**context, **_frame(data)))
    for path in sheets.left_over(folder):
        with writing(path):
            path.unlink()


def render_validation(data: ValidationData) -> str:
    """Return the report of a validation as HTML."""
    return _render(data, validation_sections_of(data), None)


def _render(data: D, sections: Sequence[Section[D]], sheets: Sheets | None) -> str:
    environment = _environment(data.metrics)
    environment.globals["sheets"] = sheets
    short = {section.key.removeprefix("graded_"): section for section in sections}
    environment.globals["titles"] = {key: section.title for key, section in short.items()}
    environment.globals["anchors"] = {key: section.key for key, section in short.items()}
    shown, absent = [], []
    for section in sections:
        context = section.context(data)
        if context is None:
            absent += [section] if section.absent else []
        else:
            body = environment.get_template(f"{section.key}.html").render(**context)
            shown.append((section, Markup(body)))
    return environment.get_template("page.html").render(sections=shown, absent=absent, **_frame(data))


def render_alone(template: str, context: Mapping[str, Any], *, version: str | None) -> str:
    """Return a page of its own that is no report of a result, with the report's style and policy.

    Parameters
    ----------
    template : str
        Name in ``templates``.
    context : mapping
        Values of the template.
    version : str or None
        Of the program that made what is shown.
    """
    style, script = _source("report.css"), _source("report.js")
    frame = {"style": Markup(style), "script": Markup(script), "policy": content_policy(style, script)}
    return _environment({}).get_template(template).render(**context, **frame, version=version)


def _frame(data: ResultData | ValidationData) -> dict[str, Any]:
    """Return what every page has: what it is about, its style, its script and what it may load."""
    style, script = _source("report.css"), _source("report.js")
    return {
        "about": data.metrics,
        "created": data.provenance.get("created"),
        "version": data.provenance.get("radiobone"),
        "style": Markup(style),
        "script": Markup(script),
        "policy": content_policy(style, script),
    }


def content_policy(style: str, script: str) -> str:
    """Return a content-security policy that lets only this style sheet, this script and inline pictures through."""
    return (
        f"default-src 'none'; img-src data:; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _environment(metrics: Mapping[str, Any]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tools: dict[str, Any] = {
        name: getattr(numbers, name)
        for name in (
            "decimals", "percent", "count", "significant", "moment", "breakable", "p_value", "p_equals", "with_code"
        )
    }  # fmt: skip
    environment.filters.update(tools)
    in_the_unit = numbers.unit_places(metrics)
    environment.globals.update(
        traced=partial(numbers.traced, in_the_unit=in_the_unit),
        places_of=partial(numbers.places_of, in_the_unit=in_the_unit),
        headed=numbers.headed,
        exact=numbers.exact,
    )
    return environment
