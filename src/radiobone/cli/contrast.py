"""``radiobone contrast``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EPILOG = """Example: two pipelines on the same folds, and whether they differ.

[bold]radiobone evaluate table.csv --target dead --pipeline default -o a[/bold]

[bold]radiobone evaluate table.csv --target dead --pipeline mrmr_svm --splits a/splits.json -o b[/bold]

[bold]radiobone contrast a b[/bold]"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(contrast)


def contrast(
    results: Annotated[
        list[Path], typer.Argument(help="Result folders of `evaluate`, all of the same rows and folds.")
    ],
    metric: Annotated[
        str | None,
        typer.Option(
            "--metric",
            help="What is compared: auc, brier, mae, …; default the first score of the task (auc, quadratic_kappa, r2).",
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="JSON file to write the comparison into.")
    ] = None,
) -> None:
    """Compare pipelines that were judged on the same folds, corrected for overlap and for the number of pairs."""
    from radiobone.workflow.contrasting import contrast_folders, contrast_lines

    for line in contrast_lines(contrast_folders(results, metric=metric, output=output)):
        typer.echo(line)
