"""``radiobone audit``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli import options
from radiobone.cli.pseudonyms import pseudonymisable

EPILOG = """Example: [bold]radiobone audit features.csv --target osteoporosis --positive yes --site hospital[/bold]

Exit code: 0 if nothing was found, or notes only; 3 if there is a warning or something serious."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(pseudonymisable(audit))


def audit(
    source: Annotated[
        Path, typer.Argument(help="A folder made by `extract`, or a table (CSV, Excel, Parquet).")
    ],
    target: options.Target,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="JSON file to write the findings into.")
    ] = None,
    positive: options.Positive = None,
    task: options.Task = None,
    order: options.Order = None,
    id_column: options.IdColumn = None,
    groups: options.Groups = None,
    site: options.Site = None,
    clinical: options.Clinical = None,
    features: options.Features = None,
    unit: options.Unit = "patient",
    time: options.Time = None,
    external: options.External = None,
    parent: options.Parent = None,
    duplicates: options.Duplicates = "group",
) -> None:
    """Look for leaks and faults of a table, without training: what no cross-validation can cure."""
    from radiobone.workflow.auditing import audit_lines, audit_table

    cohort, findings = audit_table(
        source,
        output=output,
        time=time,
        external=external,
        parent=parent,
        task="binary" if task is None else task,
        order=order,
        duplicates=duplicates,
        **options.roles(target, positive, id_column, groups, site, clinical, features, unit),
    )
    for line in audit_lines(cohort, findings):
        typer.echo(line)
    if any(finding.severity != "note" for finding in findings):
        raise typer.Exit(options.EXIT_SOME_FAILED)
