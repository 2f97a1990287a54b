"""``radiobone embed``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import ALL_CORES, EXIT_SOME_FAILED, Jobs, Output, Quiet, Root
from radiobone.cli.pseudonyms import pseudonymisable
from radiobone.cli.shown import show_failures

EPILOG = """Examples:

[bold]radiobone embed manifest.csv --encoder resnet.onnx --normalisation imagenet -o vectors[/bold]

[bold]radiobone embed manifest.csv --encoder own.onnx --normalisation "{mean: 0.2, sd: 0.1, n_rows: 256, n_columns: 256, n_channels: 1}" -o vectors[/bold]

[bold]radiobone embed manifest.csv --encoder resnet.onnx --normalisation imagenet --crop -o vectors[/bold]  (the box round each mask)

Then: [bold]radiobone evaluate table.csv --target osteoporosis --block deep=vectors/vectors.parquet -o result[/bold]; several views or bones of a patient are pooled with deep=vectors/vectors.parquet@mean (or max, views).

Manifest: patient_id, image; where a patient has several images, view, bone or roi. Nothing is downloaded: export the network yourself, as one file, without its last layer. Needs radiobone\\[onnx]: [bold]pip install 'radiobone\\[onnx]'[/bold]"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(pseudonymisable(embed))


def embed(
    manifest: Annotated[
        Path,
        typer.Argument(help="CSV or Excel with a row for each image: patient_id, image; view, bone or roi."),
    ],
    output: Output,
    encoder: Annotated[
        Path,
        typer.Option("--encoder", "-e", help="The network: one ONNX file that turns an image into a vector."),
    ],
    normalisation: Annotated[
        str | None,
        typer.Option(
            "--normalisation",
            "-n",
            help="How the network's images were normalised, which its file does not tell: unit (0 to 1), symmetric (-1 to 1), imagenet; "
            "or written out, or a YAML file. Needed.",
        ),
    ] = None,
    crop: Annotated[
        bool, typer.Option("--crop", help="Encode the box round each mask instead of the whole image.")
    ] = False,
    name: Annotated[
        str | None,
        typer.Option("--name", help="What the columns are called. Default: the network's file name."),
    ] = None,
    root: Root = None,
    jobs: Jobs = ALL_CORES,
    quiet: Quiet = False,
) -> None:
    """Turn images into vectors by a trained network, which join features as a block.

    The network stays as it is: nothing is trained, so no label can leak. Its digest and input are kept in provenance.json.
    """
    from radiobone.workflow.embedding.run import embed as encode

    found = encode(
        manifest, encoder, output, normalisation=normalisation, crop=crop, name=name, root=root, jobs=jobs,
        show_progress=not quiet,
    )  # fmt: skip
    own = found.encoder["input"]
    typer.echo(
        f"{len(found.table)} of {len(found.cases)} images encoded, {found.encoder['n_columns']} numbers each: "
        f"{output / 'vectors.parquet'}"
    )
    typer.echo(
        f"  input {own['n_channels']} x {own['n_rows']} x {own['n_columns']}; grey levels from the {own['low_percentile']:g}th to the "
        f"{own['high_percentile']:g}th percentile of each image become 0 to 1, less {own['mean']}, through {own['sd']}"
    )
    typer.echo(f"  network {found.encoder['file']}, SHA-256 {found.encoder['sha256']}")
    typer.echo(
        f"Next: radiobone evaluate TABLE --target COLUMN --block deep={output / 'vectors.parquet'} -o result"
    )
    if found.n_failed:
        show_failures(found.cases)
        raise typer.Exit(EXIT_SOME_FAILED)
