"""``radiobone ibsi``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

FAILURES_SHOWN = 20
EPILOG = """Examples:

[bold]radiobone ibsi[/bold]  (the digital phantom, which is built in)

[bold]radiobone ibsi --image ct/image.nii.gz --mask ct/mask.nii.gz -o ibsi[/bold]  (the CT phantom too, which IBSI shares at \
https://github.com/theibsi/data_sets; every value in ibsi/ibsi_values.csv)

Exit code: 0 if all values agree, 1 if not."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(ibsi)


def ibsi(
    image: Annotated[
        Path | None, typer.Option("--image", help="Image of IBSI's CT phantom; with --mask.")
    ] = None,
    mask: Annotated[
        Path | None, typer.Option("--mask", help="Mask of its region (GTV-1); with --image.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder for ibsi.md and ibsi_values.csv.")
    ] = None,
) -> None:
    """Compare all features by IBSI's definitions with all of IBSI's reference values."""
    from radiobone.core.errors import BadSetting
    from radiobone.core.outputs import prepare_folder
    from radiobone.workflow.ibsi import ct_phantom_rows, digital_phantom_rows
    from radiobone.workflow.ibsi_document import failed_lines, save_comparison, summary_lines

    if (image is None) != (mask is None):
        raise BadSetting(
            "The CT phantom is an image and its mask, and only one of the two is given. Give both --image and --mask."
        )
    folder = None if output is None else prepare_folder(output)
    rows = digital_phantom_rows()
    if image is not None and mask is not None:
        rows += ct_phantom_rows(image, mask)
    failed = failed_lines(rows)
    for line in (*summary_lines(rows), *failed[:FAILURES_SHOWN]):
        typer.echo(line)
    if len(failed) > FAILURES_SHOWN:
        typer.echo(f"… and {len(failed) - FAILURES_SHOWN} more: -o DIR writes them all.")
    if folder is not None:
        save_comparison(rows, folder)
        typer.echo(f"Written: {folder / 'ibsi.md'}, {folder / 'ibsi_values.csv'}")
    if not all(row.passed for row in rows):
        raise typer.Exit(1)
