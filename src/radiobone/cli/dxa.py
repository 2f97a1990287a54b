"""``radiobone dxa``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import ALL_CORES, EXIT_SOME_FAILED, Jobs, Output, Quiet, Root, Seed
from radiobone.cli.pseudonyms import pseudonymisable
from radiobone.cli.shown import show_failures

EPILOG = """Examples:

[bold]radiobone dxa manifest.csv -o dxa --calibration phantom.yaml[/bold]  (masks of some patients; phantom.yaml as below)

[bold]radiobone dxa manifest.csv -o dxa --pixel-mm 0.6,0.5 --calibration "{kind: line, slope_g_per_cm2: 0.0005, source: phantom of 3 May}"[/bold]

[bold]radiobone dxa manifest.csv -o dxa --calibration "{kind: calibrated, source: export in g/cm2}" --settings hussain2019_dxa_plrf[/bold]

Calibration: {kind: line, slope_g_per_cm2, intercept_g_per_cm2, source}; {kind: steps, intensity: [900, 2100], density_g_per_cm2: [0.5, 1.0], source}; or {kind: calibrated, source}. It is never assumed.

Manifest: patient_id, image, mask (of bone; empty where there is none), roi (femur, spine, …), and any other columns such as the class. In the folder: features.parquet (areal BMD, mineral content and area of each image), patients.csv, agreement.csv, masks/, contours/, outlines/ (look at them), cases.csv, provenance.json.

Then: [bold]radiobone evaluate dxa --target osteoporosis --pipeline hussain2019_dxa_plrf -o result[/bold]

Run the same command again after an interruption or a correction: only what is missing or changed is computed. Exit code: 0 if all images were measured, 3 if some failed."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(pseudonymisable(dxa))


def dxa(
    manifest: Annotated[
        Path,
        typer.Argument(
            help="CSV or Excel with a row for each image: patient_id, image, mask (empty where nobody drew one), roi."
        ),
    ],
    output: Output,
    calibration: Annotated[
        str | None,
        typer.Option(
            "--calibration",
            "-c",
            help="From grey values to g/cm²: a YAML file, or written out. Needed, here or in the settings.",
        ),
    ] = None,
    pixel_mm: Annotated[
        str | None,
        typer.Option(
            "--pixel-mm",
            help="Size of a pixel, HEIGHT,WIDTH or one number for both, where the files do not tell it.",
        ),
    ] = None,
    settings: Annotated[
        str | None,
        typer.Option(
            "--settings",
            "-s",
            help="YAML file of what differs from the defaults (forest, folds, denoising, baseline), or hussain2019_dxa_plrf.",
        ),
    ] = None,
    root: Root = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            "-t",
            help="The class column, if it is called 'label', which else means the value in the mask.",
        ),
    ] = None,
    seed: Seed = 0,
    jobs: Jobs = ALL_CORES,
    quiet: Quiet = False,
) -> None:
    """Find the bone in DXA images by forests of pixels, and measure its areal density.

    The forests learn from the bone masks of some patients. Patients with masks are labelled by forests of the others, so that
    the agreement with their masks is honest; patients without by a forest of all masks.
    """
    from radiobone.workflow.dxa.run import measure_dxa
    from radiobone.workflow.dxa.words import dxa_lines

    tables = measure_dxa(
        manifest,
        output,
        settings=settings,
        calibration=calibration,
        pixel_mm=None if pixel_mm is None else _size(pixel_mm),
        root=root,
        target=target,
        seed=seed,
        jobs=jobs,
        show_progress=not quiet,
    )
    for line in dxa_lines(tables, output):
        typer.echo(line)
    if tables.n_failed:
        show_failures(tables.cases)
        raise typer.Exit(EXIT_SOME_FAILED)


def _size(text: str) -> tuple[float, float]:
    """Read one or two numbers."""
    try:
        sizes = [float(part) for part in text.split(",")]
    except ValueError:
        sizes = []
    if len(sizes) not in (1, 2) or min(sizes) <= 0:
        raise typer.BadParameter(
            f"--pixel-mm is '{text}'; write HEIGHT,WIDTH in mm, such as 0.6,0.5, or one number."
        )
    return sizes[0], sizes[-1]
