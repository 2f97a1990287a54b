"""Feature maps of one region as files: NIfTI, a picture of each, a table and the provenance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiobone.core.files import file_digest, write_csv, write_json
from radiobone.core.folder_kinds import MAP_TABLE, MAPS, PROVENANCE_FILE
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.core.progress import progress
from radiobone.core.provenance import made_now
from radiobone.core.run_record import begin, finish
from radiobone.features.maps.result import FeatureMaps
from radiobone.io.write import write_volume
from radiobone.workflow.feature_maps import feature_maps
from radiobone.workflow.png_files import write_png


@holds_outputs
def map_files(
    image: Path,
    mask: Path,
    output: Path,
    *,
    features: Sequence[str] | None = None,
    settings: str | None = None,
    modality: str | None = None,
    radius: int | None = None,
    label: int | str | None = None,
    jobs: int = 1,
    show_progress: bool = True,
) -> pd.DataFrame:
    """Make feature maps of one region and write them; parameters are those of ``feature_maps``.

    Parameters
    ----------
    image, mask : Path
        Files, or folders of DICOM or of structures.
    output : Path
        Folder for NAME.nii.gz and NAME.png of each map, ``maps.csv`` and ``provenance.json``.

    Returns
    -------
    DataFrame
        What ``maps.csv`` holds: one row per map with its file, range, mean and number of undefined voxels.

    Raises
    ------
    OutputTaken, OutputNotWritable, DiskFull
        If the folder is another's or cannot be written; the others are those of ``feature_maps``.
    """
    folder = prepare_folder_of(MAPS, output, inputs=[image, mask])
    maps = feature_maps(
        image,
        mask,
        features,
        settings,
        radius=radius,
        label=label,
        jobs=jobs,
        modality=modality,
        show_progress=show_progress,
    )
    begin(folder, MAPS)
    _remove_earlier(folder, keep={image, mask})
    with progress("Files", len(maps), show=show_progress) as advance:
        for name, volume in maps.items():
            write_volume(folder / f"{name}.nii.gz", volume)
            write_png(folder / f"{name}.png", maps.picture(name))
            advance(name)
    table = _summary(maps)
    write_csv(folder / MAP_TABLE, table)
    write_json(folder / PROVENANCE_FILE, _provenance(maps, image, mask, label))
    finish(folder, MAPS)
    return table


def _remove_earlier(folder: Path, keep: set[Path]) -> None:
    """Remove the maps that an earlier run listed: they may be another region's."""
    if not (folder / MAP_TABLE).is_file():
        return
    for name in pd.read_csv(folder / MAP_TABLE, dtype=str).get("map", pd.Series(dtype=str)).dropna():
        for path in (folder / f"{name}.nii.gz", folder / f"{name}.png"):
            if path.parent == folder and path.resolve() not in {kept.resolve() for kept in keep}:
                path.unlink(missing_ok=True)


def _summary(maps: FeatureMaps) -> pd.DataFrame:
    rows = []
    for name, values in maps.inside_values.items():
        finite = values[np.isfinite(values)]
        low, mean, high = (finite.min(), finite.mean(), finite.max()) if finite.size else (np.nan,) * 3
        rows.append(
            {
                "map": name,
                "file": f"{name}.nii.gz",
                "minimum": low,
                "mean": mean,
                "maximum": high,
                "n_voxels": values.size,
                "n_undefined": values.size - finite.size,
            }
        )
    return pd.DataFrame(rows)


def _provenance(maps: FeatureMaps, image: Path, mask: Path, label: int | str | None) -> dict[str, Any]:
    return {
        **made_now(),
        "settings": maps.settings.model_dump(mode="json"),
        "label": label,
        "inputs": {
            kind: {"name": path.name, "sha256": file_digest(path) if path.is_file() else None}
            for kind, path in (("image", image), ("mask", mask))
        },
    }
