"""``radiobone manifest``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EPILOG = """Examples:

[bold]radiobone manifest images masks labels.xlsx -o manifest.csv[/bold]

[bold]radiobone manifest ct totalsegmentator labels.xlsx --roi 'vertebrae_L*'[/bold]  (all lumbar vertebrae)"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(manifest)


def manifest(
    images: Annotated[
        Path, typer.Argument(help="Folder of images (files, or one DICOM folder per patient).")
    ],
    masks: Annotated[
        Path, typer.Argument(help="Folder of masks (files, RTSTRUCT, DICOM-SEG, TotalSegmentator folders).")
    ],
    labels: Annotated[
        Path | None, typer.Argument(help="CSV or Excel sheet with one row per patient.")
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The manifest to write.")] = Path(
        "manifest.csv"
    ),
    roi: Annotated[
        str | None,
        typer.Option("--roi", help="Region of every mask: a name, or a pattern such as 'vertebrae_L*'."),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a manifest that is there.")] = False,
) -> None:
    """Pair images, masks and a sheet of labels into a manifest, and show what does not match."""
    from radiobone.workflow.pair import pair

    outcome = pair(images, masks, labels, output, roi, overwrite=overwrite)
    for line in outcome.lines:
        typer.echo(line)
    if not outcome.complete:
        raise typer.Exit(3)
