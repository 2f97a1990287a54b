"""``radiobone monitor``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from radiobone.cli import options
from radiobone.cli.pseudonyms import pseudonymisable

EPILOG = """Examples:

[bold]radiobone monitor model.rbm features_march -o march[/bold]  (a folder made by `extract`; then open march/monitor.html)

[bold]radiobone monitor model.rbm since_january.csv --time scan_date -o drift[/bold]  (month by month, the last one on its own)

[bold]radiobone monitor model.rbm since_january.csv --time scan_date --target osteoporosis --subgroups sex,age:65 -o drift[/bold]  (with the labels that are known so far)

[bold]radiobone monitor model.rbm week.csv --reference accepted.csv --fail-on act -o drift[/bold]  (against the cases with which the model was accepted here; for a scheduler)

Ends with 0 whatever the verdict, or with 3 where --fail-on says so; wrong usage is 2."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(pseudonymisable(monitor))


def monitor(
    model: Annotated[Path, typer.Argument(help="A model file made by `fit`. Nothing of it changes.")],
    source: Annotated[Path, typer.Argument(help="New cases: a folder made by `extract`, or a table.")],
    output: options.Output,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            "-t",
            help="Column of labels, as far as they are known; cells may be empty. Adds calibration.",
        ),
    ] = None,
    positive: Annotated[
        str | None,
        typer.Option(
            "--positive",
            help="The value of --target that stands for the model's positive class, if spelled otherwise.",
        ),
    ] = None,
    time: Annotated[
        str | None, typer.Option("--time", help="Column of dates (2025-03-31, 20250331): shown by --every.")
    ] = None,
    batch: Annotated[
        str | None, typer.Option("--batch", help="Column that names batches, in place of --time.")
    ] = None,
    every: Annotated[
        Literal["day", "week", "month", "quarter", "year"],
        typer.Option("--every", help="How long a window of --time is."),
    ] = "month",
    site: Annotated[
        str | None,
        typer.Option(
            "--site",
            help="Column of hospitals or scanners, for a model that corrects by them. Default: its name in training.",
        ),
    ] = None,
    subgroups: Annotated[
        str | None,
        typer.Option("--subgroups", help="Observed against expected in these groups too: sex,age:65."),
    ] = None,
    reference: Annotated[
        Path | None,
        typer.Option(
            "--reference",
            help="Cases to compare with in place of the training data, such as those with which the model was accepted here.",
        ),
    ] = None,
    fail_on: Annotated[
        Literal["watch", "act"] | None,
        typer.Option("--fail-on", help="End with exit code 3 if the verdict is this or worse."),
    ] = None,
    seed: options.Seed = 0,
) -> None:
    """Compare new cases with those that a model was trained on: no drift, look at these, or stop using.

    Distribution (PSI) of every feature and of the predictions, missing values, values outside the training range, failed cases and
    how images were made; with --target calibration; with --time or --batch every window and a control chart. Chance is allowed for:
    few cases give no alarm, and the page says how many would tell.
    """
    from radiobone.workflow.monitor import monitor_table
    from radiobone.workflow.monitor_words import monitor_lines

    found = monitor_table(
        model,
        source,
        output,
        target=target,
        positive=positive,
        time=time,
        batch=batch,
        every=every,
        site=site,
        subgroups=subgroups,
        reference=reference,
        seed=seed,
        command=options.command_line(),
        say=typer.echo,
    )
    first, *others = monitor_lines(found.summary)
    typer.secho(first, bold=True)
    for line in others:
        typer.echo(line)
    typer.echo(f"Page: {(output / 'monitor.html').resolve()}")
    if fail_on is not None and found.at_least(fail_on):
        raise typer.Exit(options.EXIT_SOME_FAILED)
