"""``radiobone recipes``."""

from __future__ import annotations

from typing import Annotated

import typer

EPILOG = "Examples: [bold]radiobone recipes[/bold], [bold]radiobone recipes default > mine.yaml[/bold]"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(recipes)


def recipes(
    name: Annotated[
        str | None, typer.Argument(help="Show this one in full, as a YAML file to start from.")
    ] = None,
) -> None:
    """List the pipelines that come with radiobone, or show one."""
    from radiobone.evaluation.spec import list_pipelines, pipeline_text

    if name is not None:
        typer.echo(pipeline_text(name))
        return
    for key, pipeline in list_pipelines().items():
        typer.echo(f"{key:<24} {pipeline.title}")
