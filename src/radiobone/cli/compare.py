"""``radiobone compare``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import EXIT_SOME_FAILED
from radiobone.cli.pseudonyms import pseudonymisable

EPILOG = """Examples:

[bold]radiobone compare features_2024 features_2025[/bold]  (two folders of `extract`: settings and versions are compared too)

[bold]radiobone compare pyradiomics.csv features -o values.csv[/bold]  (batch output of pyradiomics; every value to a file)

[bold]radiobone compare a.csv b.csv --tolerance 0.01[/bold]

Exit code: 0 if both have the same rows and features and all values agree, 3 if not."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(pseudonymisable(compare))


def compare(
    table_a: Annotated[
        Path,
        typer.Argument(
            help="A table of features (CSV, Excel, Parquet; one row per region), or a folder written by `extract`."
        ),
    ],
    table_b: Annotated[Path, typer.Argument(help="Another one, of the same kind or not.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="CSV file to write every value of both into, the worst first."),
    ] = None,
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            help="Values agree up to this relative difference: 1e-6 is a millionth, 0.01 is one percent.",
        ),
    ] = 1e-6,
) -> None:
    """Show how two tables of features differ, and why they may.

    Rows are paired by patient and region, or by the names of image and mask; columns by name.
    """
    from radiobone.core.files import write_csv
    from radiobone.core.outputs import prepare_file
    from radiobone.workflow.comparing.comparison import compare_tables
    from radiobone.workflow.comparing.words import comparison_lines

    if output is not None:
        prepare_file(output, example="values.csv", suffix=".csv", inputs=[table_a, table_b])
    found = compare_tables(table_a, table_b, tolerance=tolerance)
    for line in comparison_lines(found):
        typer.echo(line)
    if output is not None:
        write_csv(output, found.differences.values())
        typer.echo(f"Every value: {output}")
    if not found.differences.agree:
        raise typer.Exit(EXIT_SOME_FAILED)
