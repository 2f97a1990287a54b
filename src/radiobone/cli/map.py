"""``radiobone map``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from radiobone.cli.options import ALL_CORES, Modality, Output, Quiet
from radiobone.core.counting import counted

EPILOG = """Examples:

[bold]radiobone map ct.nii.gz mask.nii.gz -o maps --feature glcm_JointEntropy --feature firstorder_Mean[/bold]

[bold]radiobone map ct.nii.gz labels.nii.gz --label 31 -o maps --feature glcm --radius 2[/bold]  (a whole family, 5 × 5 × 5 voxels)

[bold]radiobone map ct.nii.gz mask.nii.gz -o maps --feature "wavelet-*_glcm_Contrast"[/bold]  (of every wavelet image)

[bold]radiobone map ct.nii.gz mask.nii.gz -o maps --settings exampleVoxel.yaml[/bold]  (a pyradiomics parameter file, with its voxelSetting)"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="map", epilog=EPILOG)(make_maps)


def make_maps(
    image: Annotated[
        Path, typer.Argument(help="The image: NIfTI, NRRD, MetaImage, a folder of DICOM, a radiograph.")
    ],
    mask: Annotated[
        Path, typer.Argument(help="The mask: a label map, a TotalSegmentator folder, RTSTRUCT, DICOM-SEG.")
    ],
    output: Output,
    feature: Annotated[
        list[str] | None,
        typer.Option(
            "--feature",
            "-f",
            help="What to map: one feature (glcm_JointEntropy), a family (glcm), or one of a filtered image "
            "(wavelet-LLH_glcm_Contrast); * stands for any part. Repeatable. Default: what the settings name; without --settings every "
            "feature of the original image.",
        ),
    ] = None,
    label: Annotated[
        str | None,
        typer.Option(
            "--label",
            "-l",
            help="Value in the mask, or name of a structure such as vertebrae_L1, if it has several.",
        ),
    ] = None,
    radius: Annotated[
        int | None,
        typer.Option(
            "--radius",
            "-r",
            min=1,
            max=10,
            help="Size of the neighbourhood: 1 takes 3 × 3 × 3 voxels. Default: that of the settings, or 1.",
        ),
    ] = None,
    settings: Annotated[
        str | None,
        typer.Option(
            "--settings",
            "-s",
            help="Preset (ct, mr, radiograph) or settings file, also a pyradiomics parameter file. Default: the preset of "
            "the modality.",
        ),
    ] = None,
    modality: Annotated[
        Modality | None,
        typer.Option(
            "--modality",
            "-m",
            help="What the image is: ct, mr, xr (radiograph) or dxa. Chooses the preset. Default: xr for a single 2D "
            "image, else ct.",
        ),
    ] = None,
    jobs: Annotated[
        int, typer.Option("--jobs", "-j", min=1, help="Threads. The values do not depend on it.")
    ] = ALL_CORES,
    quiet: Quiet = False,
) -> None:
    """Map features: their values in a neighbourhood of every voxel of a region, as NIfTI and pictures.

    Maps have the voxels that features are computed on (1 mm in the preset ct), and lie over the image in any viewer.
    """
    from radiobone.workflow.map_files import map_files

    table = map_files(
        image,
        mask,
        output,
        features=feature,
        settings=settings,
        modality=modality,
        radius=radius,
        label=int(label) if label is not None and label.isdecimal() else label,
        jobs=jobs,
        show_progress=not quiet,
    )
    n_voxels = int(table["n_voxels"].iloc[0])
    typer.echo(f"{counted(len(table), 'map')} of {n_voxels} voxels, with a picture of each: {output}")
