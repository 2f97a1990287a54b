"""``radiobone recipes``."""

from __future__ import annotations

from typing import Annotated

import typer

EPILOG = """Examples:

[bold]radiobone recipes[/bold]

[bold]radiobone recipes default > mine.yaml[/bold]  (a pipeline to start from)

[bold]radiobone recipes ct > settings.yaml[/bold]  (settings of extraction to start from)

[bold]radiobone recipes light > repeats.yaml[/bold]  (perturbed repeats to start from)

[bold]radiobone recipes --steps --models --settings[/bold]  (what can go into them)"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(recipes)


def recipes(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Show this pipeline, preset of extraction or preset of perturbed repeats in full, as a YAML file to start from."
        ),
    ] = None,
    steps: Annotated[bool, typer.Option("--steps", help="List the steps of pipelines.")] = False,
    models: Annotated[bool, typer.Option("--models", help="List the models of pipelines.")] = False,
    settings: Annotated[
        bool,
        typer.Option(
            "--settings", help="List the presets, keys and filters of extraction, and the perturbations."
        ),
    ] = False,
) -> None:
    """List the pipelines and presets that come with radiobone and their parts, or show one."""
    from radiobone.workflow import catalogue

    if name is not None:
        typer.echo(catalogue.text_of(name))
    asked = (
        (steps, catalogue.step_lines),
        (models, catalogue.model_lines),
        (settings, catalogue.setting_lines),
    )
    wanted = [lines for chosen, lines in asked if chosen]
    blocks = [lines() for lines in wanted or ([] if name is not None else [catalogue.recipe_lines])]
    typer.echo("\n\n".join("\n".join(lines) for lines in blocks), nl=bool(blocks))
