"""``radiobone score``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import ALL_CORES, EXIT_SOME_FAILED, Jobs, Quiet, Root
from radiobone.cli.pseudonyms import pseudonymisable

EPILOG = """Examples:

[bold]radiobone score model.rbm ct.nii.gz mask.nii.gz[/bold]

[bold]radiobone score model.rbm new_patients.csv -o scores.csv[/bold]  (a manifest, or a table of features)

[bold]radiobone score model.rbm ct.nii.gz mask.nii.gz --json[/bold]  (for other programs)

[bold]radiobone score model.rbm DICOM_FOLDER seg.dcm --label L1 --sr report.dcm --fhir report.json[/bold]  (for PACS and EHR)

[bold]radiobone score model.rbm ct.nii.gz mask.nii.gz --grey-zone 0.4 0.6[/bold]  (no class between these probabilities)"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(pseudonymisable(score))


def score(
    model: Annotated[Path, typer.Argument(help="A model file made by `fit`.")],
    source: Annotated[Path, typer.Argument(help="An image, a manifest, a table or an extract folder.")],
    mask: Annotated[Path | None, typer.Argument(help="The mask, if the source is an image.")] = None,
    label: Annotated[str | None, typer.Option("--label", help="Label or structure in the mask.")] = None,
    clinical: Annotated[
        list[str] | None,
        typer.Option("--clinical", help="A clinical variable of a single image: age=71. Repeatable."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the scores as CSV, in full.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores as JSON, in full.")] = False,
    site: Annotated[
        str | None,
        typer.Option(
            "--site",
            help="Column of hospitals or scanners, for a model that corrects by them. Default: its name in training.",
        ),
    ] = None,
    sr: Annotated[
        Path | None,
        typer.Option("--sr", help="Write a DICOM structured report (TID 1500); the image must be DICOM."),
    ] = None,
    fhir: Annotated[
        Path | None, typer.Option("--fhir", help="Write FHIR resources (a bundle as JSON); for one image.")
    ] = None,
    patient_id: Annotated[
        str | None,
        typer.Option("--patient-id", help="Patient of the FHIR resources. Default: that of the DICOM image."),
    ] = None,
    grey_zone: Annotated[
        tuple[float, float] | None,
        typer.Option(
            "--grey-zone",
            metavar="LOW HIGH",
            help="Probabilities between which the answer is to be 'uncertain': 0.4 0.6.",
        ),
    ] = None,
    root: Root = None,
    jobs: Jobs = ALL_CORES,
    quiet: Quiet = False,
) -> None:
    """Score new images or rows with a saved model."""
    from radiobone.core.output_lock import hold_file
    from radiobone.core.outputs import prepare_file
    from radiobone.workflow.hospital.reports import Reports
    from radiobone.workflow.score import score_source

    inputs = [model, source, mask]
    if output is not None:
        hold_file(
            prepare_file(output, example="scores.csv", suffix=".csv", inputs=inputs, column="model_digest")
        )
    for file, suffix in ((sr, ".dcm"), (fhir, ".json")):
        if file is not None:
            hold_file(prepare_file(file, example=f"scores{suffix}", suffix=suffix, inputs=inputs))
    scored = score_source(
        model,
        source,
        mask,
        label=label,
        clinical=clinical or [],
        root=root,
        jobs=jobs,
        site=site,
        show_progress=not quiet,
        grey_zone=grey_zone,
        reports=Reports(sr, fhir, patient_id),
    )
    if output is not None:
        from radiobone.core.files import write_csv

        write_csv(output, scored.table)
    if as_json:
        typer.echo(scored.as_json())
    elif output is not None:
        typer.echo(f"{len(scored.table)} rows: {output}")
    else:
        for line in scored.lines:
            typer.echo(line)
    if scored.n_failed:
        raise typer.Exit(EXIT_SOME_FAILED)
