"""``radiobone bone``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import (
    ALL_CORES,
    EXIT_SOME_FAILED,
    Jobs,
    Output,
    Quiet,
    Root,
    Scheduler,
    working_on,
)
from radiobone.cli.pseudonyms import pseudonymisable
from radiobone.cli.shown import show_failures

EPILOG = """Examples:

[bold]radiobone bone ct.nii.gz total.nii.gz -o bone[/bold]  (L1 to L4 of a TotalSegmentator label map)

[bold]radiobone bone ct/ segmentations/ -o bone --level "L*,T12"[/bold]  (a folder of DICOM, a folder of masks)

[bold]radiobone bone ct.nii.gz total.nii.gz -o bone --bodies bodies.nii.gz[/bold]  (vertebral bodies outlined on their own)

[bold]radiobone bone ct.nii.gz total.nii.gz -o hips --level "hip_*" --level "femur_*"[/bold]  (other bones, as they are)

[bold]radiobone bone manifest.csv -o bone --jobs 2[/bold]  (many scans; columns patient_id, image, mask, bodies, roi, kvp, contrast, height_m)

[bold]radiobone bone --list[/bold]  (every measurement: unit, definition, source, voxel size)"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="bone", epilog=EPILOG)(pseudonymisable(measure_bones))


def _show_list(wanted: bool) -> None:
    if wanted:
        from radiobone.workflow.bone.words import measurement_lines

        for line in measurement_lines():
            typer.echo(line)
        raise typer.Exit


def _split(given: list[str] | None) -> list[str]:
    """Names of all options, of which each may hold several with commas."""
    parts = (part.strip() for one in given or () for part in one.split(","))
    return list(dict.fromkeys(part for part in parts if part))


def measure_bones(
    image: Annotated[
        Path,
        typer.Argument(help="The CT: NIfTI, NRRD, MetaImage or a folder of DICOM; or a manifest of many."),
    ],
    output: Output,
    mask: Annotated[
        Path | None,
        typer.Argument(
            help="The mask: a TotalSegmentator label map or folder, RTSTRUCT, DICOM-SEG. Left out with a manifest."
        ),
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option(
            "--level",
            "-l",
            help="Vertebra (L1), or name of a structure in the mask (hip_left); * stands for any part (of bones alone). With commas or repeated. Default: L1 to L4.",
        ),
    ] = None,
    bodies: Annotated[
        Path | None,
        typer.Option(
            "--bodies",
            help="Mask of the vertebral bodies without posterior elements. Default: they are found.",
        ),
    ] = None,
    measurement: Annotated[
        list[str] | None,
        typer.Option(
            "--measurement",
            "-M",
            help="Measure this alone: volume,heights; with commas or repeated. Default: all. See --list.",
        ),
    ] = None,
    settings: Annotated[
        Path | None,
        typer.Option(
            "--settings", "-s", help="YAML of what differs from the defaults: 'trabecular: {erosion_mm: 3}'."
        ),
    ] = None,
    kvp: Annotated[
        float | None,
        typer.Option("--kvp", min=40, max=160, help="Tube voltage. Default: the DICOM header's."),
    ] = None,
    contrast: Annotated[
        str | None,
        typer.Option("--contrast", help="'no', or the agent or phase. Default: the DICOM header's agent."),
    ] = None,
    height: Annotated[
        float | None,
        typer.Option("--height", help="Body height in metres (1.70), for the psoas index."),
    ] = None,
    root: Root = None,
    pictures: Annotated[
        bool, typer.Option("--pictures/--no-pictures", help="Draw each bone with its contour.")
    ] = True,
    jobs: Jobs = ALL_CORES,
    scheduler: Scheduler = None,
    _list: Annotated[
        bool,
        typer.Option("--list", callback=_show_list, is_eager=True, help="Show every measurement."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Measure bones in a CT: one table per vertebra, one per patient.

    HU, cortex and core, volume, heights and Genant's grade, metal, and where the voxels are small enough the structure of
    trabecular bone. Levels that the image border cuts, that are fractured or contain metal are flagged, and left out of the
    patient's means; levels that are missing are named. A measurement that the voxels do not allow is left out, with the reason.
    """
    from radiobone.workflow.bone.files import bone_files
    from radiobone.workflow.bone.patient import ScanFacts
    from radiobone.workflow.bone.words import result_lines

    with working_on(scheduler, output, quiet=quiet):
        tables = bone_files(
            image,
            mask,
            output,
            bodies=bodies,
            levels=_split(level),
            measurements=_split(measurement),
            settings=settings,
            root=root,
            facts=ScanFacts(kvp, contrast, height),
            pictures=pictures,
            jobs=jobs,
            show_progress=not quiet,
        )
    for line in result_lines(tables, output):
        typer.echo(line)
    if tables.n_failed:
        show_failures(tables.cases)
        raise typer.Exit(EXIT_SOME_FAILED)
