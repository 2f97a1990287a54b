"""``radiobone recipes``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import ALL_CORES, Jobs, Quiet, Seed

EPILOG = """Examples:

[bold]radiobone recipes[/bold]

[bold]radiobone recipes default > mine.yaml[/bold]  (a pipeline to start from)

[bold]radiobone recipes ct > settings.yaml[/bold]  (settings of extraction to start from)

[bold]radiobone recipes light > repeats.yaml[/bold]  (perturbed repeats to start from)

[bold]radiobone recipes xie2022_nomogram --run[/bold]  (the analysis of a published study, on a synthetic cohort of its shape)

[bold]radiobone recipes --steps --models --settings[/bold]  (what can go into them)"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(recipes)


def recipes(
    name: Annotated[
        str | None,
        typer.Argument(
            help="Show this pipeline (NAME:ARM for an analysis of a study), published study, preset of extraction or preset of perturbed repeats in full, as a YAML file "
            "to start from."
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
    run: Annotated[
        bool,
        typer.Option(
            "--run",
            help="Run the recipe of a published study on a synthetic cohort of its shape: honestly, and as it probably leaked.",
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Keep the tables and results of --run in this folder."),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = ALL_CORES,
    quiet: Quiet = False,
) -> None:
    """List the pipelines and presets that come with radiobone and their parts, or show one."""
    from radiobone.workflow import catalogue

    if run:
        _run(name, output, seed=seed, jobs=jobs, quiet=quiet)
        return
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


def _run(name: str | None, output: Path | None, *, seed: int, jobs: int, quiet: bool) -> None:
    """Run the recipe of a study, in a folder that is kept if one is named."""
    from radiobone.workflow.recipes.words import told_run

    if name is None:
        raise typer.BadParameter("--run needs the name of a published study: radiobone recipes NAME --run")
    for line in told_run(name, output, seed=seed, jobs=jobs, show_progress=not quiet, say=typer.echo):
        typer.echo(line)
