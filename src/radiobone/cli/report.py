"""``radiobone report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EPILOG = "Example: [bold]radiobone report result[/bold], then open result/report.html in a browser."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(report)


def report(
    folder: Annotated[Path, typer.Argument(help="A result folder made by `evaluate`, `run` or `validate`.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The HTML file. Default: report.html inside.")
    ] = None,
    paper: Annotated[
        bool,
        typer.Option(
            "--paper",
            help="Also write the checklists (CSV, to complete and hand in), the methods text and its references (BibTeX) "
            "into the folder paper inside.",
        ),
    ] = False,
) -> None:
    """Write the HTML report of a result folder, from that folder alone."""
    from radiobone.report.build import write_report

    typer.secho(f"Report: {write_report(folder, output).resolve()}", bold=True)
    if paper:
        from radiobone.report.paper import write_paper

        files = write_paper(folder)
        typer.echo(f"For the paper: {', '.join(path.name for path in files)} in {files[0].parent.resolve()}")
