"""``radiobone run``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from radiobone.cli.optional_value import OptionalNumbers
from radiobone.cli.options import (
    ALL_CORES,
    EXIT_SOME_FAILED,
    Jobs,
    NoShap,
    NullControl,
    OptimismMeter,
    Output,
    Quiet,
    Scheduler,
    command_line,
    working_on,
)
from radiobone.cli.pseudonyms import pseudonymisable
from radiobone.cli.shown import show_failures, show_metrics

EPILOG = """Examples:

[bold]radiobone run study.yaml -o result --dry-run[/bold]  (is all in order, and how long will the images take?)

[bold]radiobone run study.yaml -o result[/bold]

A study file for images:

  manifest: manifest.csv
  modality: ct
  target: osteoporosis
  positive: "yes"

or for a table of features:

  table: features.xlsx
  target: Target
  id: ID

All keys:
"""


class WithKeys(OptionalNumbers):
    """The command, whose help lists the keys of a study file as the program knows them."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        from rich.markup import escape

        from radiobone.workflow.catalogue import study_lines

        self.epilog = "\n\n".join([EPILOG, *map(escape, study_lines())])
        super().format_help(ctx, formatter)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=WithKeys, epilog=EPILOG)(pseudonymisable(run))


def run(
    study: Annotated[Path, typer.Argument(help="The study file (YAML).")],
    output: Output,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Instead of the study file's seed.")
    ] = None,
    null_control: NullControl = None,
    optimism_meter: OptimismMeter = False,
    no_shap: NoShap = False,
    only_check: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Check the study file, and its images as `extract --dry-run` does (with the time and space they would take) or "
            "its table; nothing is evaluated.",
        ),
    ] = False,
    jobs: Jobs = ALL_CORES,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> None:
    """Extract, evaluate and report one study."""
    if only_check:
        with working_on(scheduler, output, quiet=quiet):
            _check(study, output, jobs, show=not quiet)
        return
    from radiobone.workflow.study_file import run_study

    with working_on(scheduler, output, quiet=quiet):
        extracted, evaluation = run_study(
            study, output, seed=seed, jobs=jobs, show_progress=not quiet, command=command_line(), say=typer.echo,
            null_control=null_control, optimism_meter=optimism_meter, explain=not no_shap,
        )  # fmt: skip
    show_metrics(evaluation)
    typer.secho(f"Report: {(output / 'report.html').resolve()}", bold=True)
    if extracted is not None and extracted.n_failed:
        show_failures(extracted.cases)
        raise typer.Exit(EXIT_SOME_FAILED)


def _check(study: Path, output: Path, jobs: int, *, show: bool) -> None:
    from radiobone.workflow.study_dry_run import dry_run_study

    checked = dry_run_study(study, output, jobs=jobs, show_progress=show, say=typer.echo)
    if checked is not None and checked.n_failed:
        show_failures(checked.cases)
        raise typer.Exit(EXIT_SOME_FAILED)
