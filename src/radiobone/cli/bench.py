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

[bold]radiobone bench --image ct.nii.gz --mask spine.nii.gz --label 20 --label 21[/bold]  (your own images)

[bold]radiobone bench --only nested_cv[/bold]  (nested cross-validation alone, beside scikit-learn; about a minute)

[bold]radiobone bench --only nested_cv --pairs mrmr:lr,lasso:svm --rows 500 --columns 851 --jobs 2[/bold]  (a larger table)"""


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
        int | None,
        typer.Option(
            "--rounds",
            min=1,
            help="Fresh processes of each side, whose median counts. Default: 1, with --full 3, for nested cross-validation 3.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", help="Only this table: extraction, extraction_with_log, nested_cv or start. Repeatable."
        ),
    ] = None,
    pairs: Annotated[
        str | None,
        typer.Option(
            "--pairs",
            metavar="SELECTOR:MODEL,…",
            help="What nested cross-validation searches: mannwhitney, lasso or mrmr with lr, svm, rf or xgboost. "
            "Default: mannwhitney:lr.",
        ),
    ] = None,
    rows: Annotated[
        int | None, typer.Option("--rows", min=1, help="Rows of its table, 60 at least. Default: 200.")
    ] = None,
    columns: Annotated[
        int | None, typer.Option("--columns", min=1, help="Columns of its table, 12 at least. Default: 400.")
    ] = None,
    folds: Annotated[
        int | None, typer.Option("--folds", min=2, help="Its outer folds; the inner are three. Default: 3.")
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            help="Worker processes of nested cross-validation, on both sides. Default: 1.",
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Time extraction (beside pyradiomics where installed) and nested cross-validation (beside scikit-learn) on this machine."""
    from radiobone.workflow.bench.plan import Plan, own_image, searches_of
    from radiobone.workflow.bench.run import run_bench

    plan = Plan(
        full=full,
        rounds=rounds,
        only=tuple(only or ()),
        pyradiomics=pyradiomics,
        own=own_image(image, mask, label or [1]),
        settings=settings,
        searches=searches_of(pairs, {"rows": rows, "columns": columns, "outer_folds": folds, "jobs": jobs}),
    )
    run_bench(plan, output, show_progress=not quiet, say=typer.echo)
    typer.echo(f"\nFigures: {output}")
