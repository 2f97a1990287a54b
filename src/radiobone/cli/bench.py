"""``radiobone bench``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import Quiet

EPILOG = """Examples:

[bold]radiobone bench[/bold]  (two CT volumes made on the spot; some minutes)

[bold]radiobone bench --pyradiomics ~/envs/pyradiomics/bin/python[/bold]  (beside pyradiomics in another environment)

[bold]radiobone bench --full -o full.json[/bold]  (all volumes, with LoG, three rounds; half an hour beside pyradiomics)

[bold]radiobone bench --image ct.nii.gz --mask spine.nii.gz --label 20 --label 21[/bold]  (your own images)"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(bench)


def bench(
    output: Annotated[Path, typer.Option("-o", "--output", help="JSON file for the figures.")] = Path(
        "bench.json"
    ),
    full: Annotated[
        bool, typer.Option("--full", help="All CT volumes, with LoG images too, medians of three rounds.")
    ] = False,
    pyradiomics: Annotated[
        str | None,
        typer.Option(
            "--pyradiomics",
            metavar="PYTHON",
            help="Interpreter that has pyradiomics. Default: this one, if pyradiomics is installed in it.",
        ),
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(
            "--image", help="Your own image instead of the CT volumes that are made on the spot; with --mask."
        ),
    ] = None,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="The mask of your own image; with --image.")
    ] = None,
    label: Annotated[
        list[int] | None,
        typer.Option(
            "--label",
            help="Value in the mask of a region; give it several times for several regions. Default: 1.",
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings",
            "-s",
            help="pyradiomics parameter file. Default: original and wavelet images, 1 mm voxels, bins of 25.",
        ),
    ] = None,
    rounds: Annotated[
        int | None, typer.Option("--rounds", min=1, help="Fresh processes of each side; the median counts.")
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Only this table: extraction, extraction_with_log or start. Repeatable."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Time extraction on this machine, beside pyradiomics where it is installed."""
    from radiobone.workflow.bench.plan import Plan, own_image
    from radiobone.workflow.bench.run import run_bench

    plan = Plan(
        full=full,
        rounds=rounds,
        only=tuple(only or ()),
        pyradiomics=pyradiomics,
        own=own_image(image, mask, label or [1]),
        settings=settings,
    )
    run_bench(plan, output, show_progress=not quiet, say=typer.echo)
    typer.echo(f"\nFigures: {output}")
