"""``radiobone report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import ALL_CORES

EPILOG = """Example: [bold]radiobone report result[/bold], then open result/report.html in a browser.

[bold]radiobone report result --maps 3 --root cohort[/bold]  (maps of the three leading features; cohort holds the manifest)"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(report)


def report(
    folder: Annotated[Path, typer.Argument(help="A result folder made by `evaluate`, `run` or `validate`.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The HTML file. Default: report.html inside.")
    ] = None,
    paper: Annotated[
        bool,
        typer.Option(
            "--paper",
            help="Also write the checklists (CSV, to complete and hand in), the methods text and its references (BibTeX) "
            "into the folder paper inside.",
        ),
    ] = False,
    beside: Annotated[
        list[Path] | None,
        typer.Option(
            "--with",
            metavar="DIR",
            help="A folder made by `validate`, shown beside the evaluation; may be repeated.",
        ),
    ] = None,
    maps: Annotated[
        int,
        typer.Option(
            "--maps",
            min=0,
            max=20,
            help="Map so many of the features that the models rely on most, voxel by voxel, in a few telling cases. The images "
            "must still be there; the maps stay in the folder voxel_maps inside, for later reports.",
        ),
    ] = 0,
    root: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help="For --maps: the folder that the manifest's paths begin at, which is its own unless extract was given another.",
        ),
    ] = Path(),
    journal: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Also write every figure (SVG, PNG of 300 dpi) and table (CSV, LaTeX) for a manuscript.",
        ),
    ] = None,
) -> None:
    """Write the HTML report of a result folder, with its model card and data card."""
    from radiobone.report.build import read_folder, write_report

    others = beside or []
    if maps:
        from radiobone.workflow.voxel_maps import make_voxel_maps

        for line in make_voxel_maps(folder, maps, root=root, jobs=ALL_CORES):
            typer.echo(line)
    typer.secho(f"Report: {write_report(folder, output, beside=others).resolve()}", bold=True)
    if paper:
        from radiobone.report.paper import write_paper

        files = write_paper(folder, beside=others)
        typer.echo(f"For the paper: {', '.join(path.name for path in files)} in {files[0].parent.resolve()}")
    if journal is not None:
        from radiobone.report.journal.export import write_journal

        captions = write_journal(read_folder(folder, others), journal)[0]
        typer.secho(f"Figures and tables: {captions.parent.resolve()}, listed in {captions.name}", bold=True)
