"""``radiobone extract``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from radiobone.cli.options import (
    ALL_CORES,
    EXIT_SOME_FAILED,
    Jobs,
    Modality,
    Output,
    Quiet,
    Root,
    Scheduler,
    working_on,
)
from radiobone.cli.pseudonyms import pseudonymisable
from radiobone.cli.shown import show_failures

EPILOG = """Examples:

[bold]radiobone extract manifest.csv -o check --dry-run[/bold]  (are all files and masks in order, and how long will it take?)

[bold]radiobone extract manifest.csv -o features[/bold]

[bold]radiobone extract manifest.csv -o features --settings Params.yaml[/bold]  (a pyradiomics parameter file, as it is)

[bold]radiobone extract knees.csv -o features --modality xr[/bold]

[bold]radiobone extract manifest.csv -o features --perturb 10[/bold]  (how robust are the features?)

[bold]radiobone extract manifest.csv -o features --scheduler tcp://host:8786[/bold]  (on a dask cluster)

[bold]radiobone extract manifest.csv -o features --pseudonymise ~/keys/study.key[/bold]  (pseudonyms in place of ids; give the key to `evaluate` too)

Run the same command again after an interruption or a correction: only what is missing or changed is computed. In the folder are features.parquet (a row for each region), cases.csv (every region, with the reason if it failed), a picture of each region, and provenance.json. Exit code: 0 if all regions were measured, 3 if some failed.

"""

PERTURB = (
    "[bold]--perturb[/bold] measures every region again after small changes: noise as strong as the image's own, rotation, "
    "a shift below one voxel, growth or shrinkage, and a contour redrawn along supervoxels. A number N makes N repeats with "
    "all five by chance; [bold]light[/bold] is 5 of them; [bold]zwanenburg[/bold] is 30 with noise, shift, growth and "
    "contour (the order of steps of Sci Rep 2019;9:614, with ranges of our own); a YAML file says exactly what (`radiobone recipes light` prints one "
    "to start from). The repeats are seeded: the same numbers every time.\n\n"
    "Repeats lie in repeats.parquet (repeat 0 is the original), never in features.parquet, which stays as it is without "
    "them; evaluate and fit refuse repeats as rows. icc.csv has each feature's intraclass correlation ICC(1,1) over the "
    "repeats, repeat_pictures/ the contours of a few regions."
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG + PERTURB)(pseudonymisable(extract))


def extract(
    manifest: Annotated[
        Path,
        typer.Argument(
            help="CSV or Excel with a row for each region: patient_id, image, mask; if needed mask_label (the value in the "
            "mask) or roi (a name, such as vertebrae_L1, or L1 for short); any other columns. `radiobone manifest` makes one."
        ),
    ],
    output: Output,
    settings: Annotated[
        str | None,
        typer.Option(
            "--settings",
            "-s",
            help="Preset (ct, mr, radiograph, ibsi; see `radiobone recipes --settings`) or settings file. Default: the "
            "preset of the modality.",
        ),
    ] = None,
    modality: Annotated[
        Modality | None,
        typer.Option(
            "--modality",
            "-m",
            help="What the images are: ct, mr, xr (radiographs) or dxa. Chooses the preset (xr and dxa: radiograph), "
            "and a DICOM header that says otherwise is refused. Default: xr if all images are radiographs, else ct.",
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
    only_check: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help="Read, check and draw every region, without a table; say what a run would give, and from a few regions how "
            "much time, memory and space it would take.",
        ),
    ] = False,
    perturb: Annotated[
        str | None,
        typer.Option(
            "--perturb",
            help="Also measure perturbed repeats of every region, into repeats.parquet: a number of repeats, light, "
            "zwanenburg, or a YAML file. See below.",
        ),
    ] = None,
    engine: Annotated[
        Literal["radiobone", "pyradiomics"] | None,
        typer.Option(
            "--engine",
            help="Who computes; for pyradiomics it must be installed. The columns are the same. Default: what the "
            "settings say, else radiobone.",
        ),
    ] = None,
    case_minutes: Annotated[
        float | None,
        typer.Option(
            "--case-minutes",
            help="Most minutes for one region; beyond, it fails with ResourceLimit and the others go on. Default: 60 with several "
            "--jobs, no limit with one; on a cluster none.",
        ),
    ] = None,
    case_memory: Annotated[
        float | None,
        typer.Option(
            "--case-memory",
            help="Most memory for one region, in GB; likewise. Default: 80 % of the machine's with several --jobs, no limit with one.",
        ),
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Write features.csv instead of Parquet.")] = False,
    jobs: Jobs = ALL_CORES,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> None:
    """Extract the features of every region in a manifest."""
    from radiobone.workflow.case_report import extraction_lines
    from radiobone.workflow.dry_run import dry_run
    from radiobone.workflow.extract import extract_files

    if scheduler is not None and (case_minutes, case_memory) != (None, None):
        raise typer.BadParameter(
            "On a cluster memory is limited by its workers (dask worker --memory-limit): leave --case-minutes and --case-memory out."
        )
    asked: dict[str, Any] = {
        "output": output, "settings": settings, "modality": modality, "root": root, "target": target, "jobs": jobs,
        "perturb": perturb, "engine": engine, "show_progress": not quiet,
    }  # fmt: skip
    with working_on(scheduler, output, quiet=quiet):
        result = (
            dry_run(manifest, **asked)
            if only_check
            else extract_files(
                manifest, csv=csv, case_minutes=case_minutes, case_memory_gb=case_memory, **asked
            )
        )
    for line in extraction_lines(result, output, measured=not only_check):
        typer.echo(line)
    if result.n_failed:
        show_failures(result.cases)
    if result.n_failed or result.n_of_shared_images:
        raise typer.Exit(EXIT_SOME_FAILED)
