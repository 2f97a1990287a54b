"""``radiobone validate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli import options
from radiobone.cli.pseudonyms import pseudonymisable

EPILOG = """Examples:

[bold]radiobone validate model.rbm other_hospital.csv --target osteoporosis -o validation[/bold]

[bold]radiobone validate model.rbm features_b --site scanner -o validation[/bold]  (a folder made by `extract`)

[bold]radiobone validate new.rbm cohort.csv --against old.rbm -o compared[/bold]  (two frozen models on the same rows)

Then: [bold]radiobone report validation[/bold]"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(pseudonymisable(validate))


def validate(
    model: Annotated[Path, typer.Argument(help="A model file made by `fit`. Nothing of it changes.")],
    source: Annotated[
        Path,
        typer.Argument(help="Another cohort, with labels: a folder made by `extract`, or a table."),
    ],
    output: options.Output,
    target: Annotated[
        str | None,
        typer.Option("--target", "-t", help="Column that holds the class or number. Default: the model's."),
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", help="Another model file of the same task, to compare MODEL with on the same rows."
        ),
    ] = None,
    cuts: Annotated[
        str | None,
        typer.Option(
            "--cuts",
            help="Two classes: probabilities between the categories of the NRI, such as 0.1,0.3. Default: the threshold of --against.",
        ),
    ] = None,
    positive: options.Positive = None,
    id_column: options.IdColumn = None,
    groups: options.Groups = None,
    site: options.Site = None,
    unit: options.Unit = "patient",
    duplicates: options.Duplicates = "group",
    subgroups: options.Subgroups = None,
    min_patients: options.MinPatients = 20,
    min_events: options.MinEvents = 5,
    seed: options.Seed = 0,
) -> None:
    """Judge a frozen model on another cohort, as it is, with recalibration beside it."""
    from radiobone.workflow.validating import validate_table
    from radiobone.workflow.validation_words import told, validation_lines

    found = validate_table(
        model,
        source,
        output,
        target=target,
        positive=positive,
        against=against,
        cuts=told(cuts),
        subgroups=options.subgroup_request(subgroups, min_patients, min_events),
        seed=seed,
        command=options.command_line(),
        say=typer.echo,
        id=id_column,
        groups=groups,
        site=site,
        unit=unit,
        duplicates=duplicates,
    )
    for line in validation_lines(found.summary):
        typer.echo(line)
    typer.echo(f"Results: {output}. Next: radiobone report {output}")
