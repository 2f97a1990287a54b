"""``radiobone demo``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import ALL_CORES, Jobs, Quiet, Seed

EPILOG = "Example: [bold]radiobone demo -o demo[/bold], then open demo/report.html in a browser."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(demo)


def demo(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to make the demo in.")] = Path(
        "radiobone-demo"
    ),
    patients: Annotated[int, typer.Option("--patients", min=20, help="Number of synthetic patients.")] = 60,
    seed: Seed = 0,
    jobs: Jobs = ALL_CORES,
    quiet: Quiet = False,
) -> None:
    """Make a synthetic CT cohort and do the whole main job on it."""
    from radiobone.workflow.demo import run_demo

    outcome = run_demo(
        output, n_patients=patients, seed=seed, jobs=jobs, show_progress=not quiet, say=typer.echo
    )
    auc = outcome.auc
    typer.echo(
        f"\nAUC {auc.mean:.2f} (95 % interval {auc.low:.2f} to {auc.high:.2f}). The best that any reader of these "
        f"images could reach is {outcome.ceiling:.2f}: the label follows density only in part, as in life."
    )
    typer.secho(f"Report: {outcome.report.resolve()}", bold=True)
    typer.echo("Open it in a browser. The study file beside it is a template for your own data.")
