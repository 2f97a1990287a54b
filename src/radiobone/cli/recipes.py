"""``radiobone recipes``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import (
    ALL_CORES,
    EXIT_SOME_FAILED,
    Jobs,
    Quiet,
    Seed,
    command_line,
)
from radiobone.cli.shown import show_failures, show_metrics

EPILOG = """Examples:

[bold]radiobone recipes[/bold]

[bold]radiobone recipes default > mine.yaml[/bold]  (a pipeline to start from)

[bold]radiobone recipes ct > settings.yaml[/bold]  (settings of extraction to start from)

[bold]radiobone recipes light > repeats.yaml[/bold]  (perturbed repeats to start from)

[bold]radiobone recipes xie2022_nomogram --run[/bold]  (the analysis of a published study, on a synthetic cohort of its shape)

[bold]radiobone recipes sebro2022_wrist --run --table mine.csv -o wrist[/bold]  (all four targets on a table of your own)

[bold]radiobone recipes xie2022_nomogram --images -o xie --run[/bold]  (the same from images: made, measured, evaluated, reported)

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
    table: Annotated[
        Path | None,
        typer.Option(
            "--table",
            help="With --run: every analysis of the study on this table or extract folder of your own, whose columns are named as those "
            "of the synthetic cohort are.",
        ),
    ] = None,
    images: Annotated[
        bool,
        typer.Option(
            "--images",
            help="Make synthetic images for the recipe of a published study, with masks, manifest and study file, in the folder of "
            "-o; with --run also measure and evaluate them, into its folder 'result'.",
        ),
    ] = False,
    patients: Annotated[
        int, typer.Option("--patients", min=10, help="With --images: patients that have images.")
    ] = 40,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", help="Keep the tables and results of --run, or the images, in this folder."
        ),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = ALL_CORES,
    quiet: Quiet = False,
) -> None:
    """List the pipelines and presets that come with radiobone and their parts, or show one."""
    from radiobone.workflow import catalogue

    if images:
        if table is not None:
            raise typer.BadParameter("--images makes its own; for a table of yours leave --images out")
        _images(name, output, patients, run=run, seed=seed, jobs=jobs, quiet=quiet)
        return
    if run:
        _run(name, output, table, seed=seed, jobs=jobs, quiet=quiet)
        return
    if table is not None:
        raise typer.BadParameter("--table is for --run: radiobone recipes NAME --run --table TABLE -o FOLDER")
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


def _run(
    name: str | None, output: Path | None, table: Path | None, *, seed: int, jobs: int, quiet: bool
) -> None:
    """Run the recipe of a study, in a folder that is kept if one is named."""
    from radiobone.workflow.recipes.words import told_run

    if name is None:
        raise typer.BadParameter("--run needs the name of a published study: radiobone recipes NAME --run")
    for line in told_run(name, output, table, seed=seed, jobs=jobs, show_progress=not quiet, say=typer.echo):
        typer.echo(line)


def _images(
    name: str | None, output: Path | None, patients: int, *, run: bool, seed: int, jobs: int, quiet: bool
) -> None:
    """Make the images of a study, and run the recipe on them if that is asked for."""
    from radiobone.workflow.recipes.words import told_images

    if name is None or output is None:
        raise typer.BadParameter(
            "--images needs the name of a published study and a folder: radiobone recipes NAME --images -o FOLDER"
        )
    told = told_images(name, output, n_patients=patients, seed=seed, show_progress=not quiet, say=typer.echo)
    for line in told:
        typer.echo(line)
    if run:
        _run_images(output, seed=seed, jobs=jobs, quiet=quiet)


def _run_images(folder: Path, *, seed: int, jobs: int, quiet: bool) -> None:
    from radiobone.workflow.recipes.images import run_images

    extracted, evaluation = run_images(
        folder, seed=seed, jobs=jobs, show_progress=not quiet, command=command_line(), say=typer.echo
    )
    show_metrics(evaluation)
    typer.secho(f"Report: {(folder / 'result' / 'report.html').resolve()}", bold=True)
    if extracted is not None and extracted.n_failed:
        show_failures(extracted.cases)
        raise typer.Exit(EXIT_SOME_FAILED)
