"""The files that measuring DXA images leaves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from radiobone.core.errors import FileUnreadable
from radiobone.core.files import read_json, write_csv, write_json
from radiobone.core.outputs import writing
from radiobone.core.provenance import made_now
from radiobone.core.pseudonymising import pseudonym_record, table_digest
from radiobone.imaging.held_out_labels import SplitAccuracy
from radiobone.imaging.outline import outlines
from radiobone.io.acquisition import acquisition_record
from radiobone.io.case import NO_PATH
from radiobone.io.manifest import Manifest
from radiobone.workflow.dxa.agreement import agreement_summary, agreement_table
from radiobone.workflow.dxa.images import BoolArray
from radiobone.workflow.dxa.measure import COLUMNS
from radiobone.workflow.dxa.outcome import DxaOutcome
from radiobone.workflow.dxa.tiles import write_sheets
from radiobone.workflow.feature_table import FeatureTable, assemble, save
from radiobone.workflow.png_files import write_png

if TYPE_CHECKING:
    from radiobone.workflow.dxa.labelling import DxaTask
    from radiobone.workflow.dxa.run import Work

MASKS, CONTOURS, SHEETS = "masks", "contours", "outlines"
PATIENTS, AGREEMENT, INDEX = "patients.csv", "agreement.csv", "index.json"


@dataclass(frozen=True, eq=False)
class DxaTables:
    """What was written.

    Attributes
    ----------
    features : FeatureTable
        A row per image that was measured; every case.
    patients : DataFrame
        A row per patient, the columns of each region side by side.
    agreement : list of dict
        Figures of each region: images with masks, Dice, accuracy.
    sheets : tuple of Path
        Pictures of all outlines.
    """

    features: FeatureTable
    patients: pd.DataFrame
    agreement: list[dict[str, Any]]
    sheets: tuple[Path, ...]

    @property
    def cases(self) -> pd.DataFrame:
        """Every image with its code and message."""
        return self.features.cases

    @property
    def n_failed(self) -> int:
        """Number of images that could not be measured."""
        return self.features.n_failed


def write_tables(
    listed: Manifest,
    outcomes: Sequence[DxaOutcome],
    splits: Mapping[str, SplitAccuracy],
    task: DxaTask,
    work: Work,
    folder: Path,
) -> DxaTables:
    """Write tables, masks, contours and pictures.

    Raises
    ------
    OutputNotWritable, DiskFull
    """
    figures = agreement_summary(outcomes, splits)
    provenance = _provenance(listed, task, work, outcomes) | {"agreement": figures}
    features = assemble([one.outcome for one in outcomes], listed, provenance)
    patients = patient_table(features)
    names = _names(outcomes)
    _write_regions(outcomes, names, folder)
    sheets = write_sheets(outcomes, folder / SHEETS)
    write_csv(folder / PATIENTS, patients)
    write_csv(folder / AGREEMENT, agreement_table(outcomes))
    save(features, [one.outcome for one in outcomes], folder, csv=False)
    return DxaTables(features, patients, figures, tuple(folder / SHEETS / name for name in sheets))


def patient_table(features: FeatureTable) -> pd.DataFrame:
    """Put the regions of each patient side by side: ``femur_bmd_g_per_cm2``; columns that its rows share stay."""
    table = features.table
    shared = [
        name
        for name in table.columns
        if name not in ("patient_id", "roi", *COLUMNS)
        and table.groupby("patient_id")[name].nunique(dropna=False).le(1).all()
    ]
    rows = []
    for patient, own in table.groupby("patient_id", sort=True):
        row = {"patient_id": patient, **{name: own[name].iloc[0] for name in shared}}
        for _, one in own.iterrows():
            start = f"{one['roi']}_" if one["roi"] else ""
            row |= {f"{start}{name}": one[name] for name in COLUMNS}
        rows.append(row)
    return pd.DataFrame(rows, columns=None if rows else ["patient_id"])


def _names(outcomes: Sequence[DxaOutcome]) -> list[str]:
    """Name the files of each image after patient and region; equal names are numbered."""
    plain = [
        "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in one.outcome.case.case_id)
        for one in outcomes
    ]
    counts, seen, names = Counter(name.casefold() for name in plain), Counter[str](), []
    for name in plain:
        seen[name.casefold()] += 1
        names.append(f"{name}_{seen[name.casefold()]}" if counts[name.casefold()] > 1 else name)
    return names


def _write_regions(outcomes: Sequence[DxaOutcome], names: Sequence[str], folder: Path) -> None:
    """Write mask and contour of each image that was measured; those of an earlier run go, files of others stay."""
    found = {name: one for one, name in zip(outcomes, names, strict=True) if one.mask is not None}
    for name, one in found.items():
        pixels = np.asarray(one.mask, dtype=np.uint8) * 255
        write_png(folder / MASKS / f"{name}.png", pixels)
        write_csv(folder / CONTOURS / f"{name}.csv", contour_table(pixels > 0, one.spacing_mm))
    for name in _listed(folder) - set(found):
        for stale in (folder / MASKS / f"{name}.png", folder / CONTOURS / f"{name}.csv"):
            with writing(stale):
                stale.unlink(missing_ok=True)
    write_json(folder / MASKS / INDEX, sorted(found))


def _listed(folder: Path) -> set[str]:
    """Names of the regions that the last run wrote."""
    try:
        return {Path(str(name)).name for name in read_json(folder / MASKS / INDEX)}
    except (FileUnreadable, TypeError):
        return set()


def contour_table(mask: BoolArray, spacing_mm: tuple[float, float]) -> pd.DataFrame:
    """Corners of the outlines of a region, one after another.

    Returns
    -------
    DataFrame
        ``part`` from 1, the longest first; ``row_px``, ``column_px`` from the image's upper left corner; the same in mm.
    """
    found = outlines(mask)
    corners = np.concatenate(found) if found else np.empty((0, 2))
    part = np.repeat(np.arange(1, len(found) + 1), [len(one) for one in found])
    mm = corners * np.array(spacing_mm)
    return pd.DataFrame(
        {
            "part": part,
            "row_px": corners[:, 0],
            "column_px": corners[:, 1],
            "row_mm": mm[:, 0].round(4),
            "column_mm": mm[:, 1].round(4),
        }
    )


def _provenance(
    listed: Manifest, task: DxaTask, work: Work, outcomes: Sequence[DxaOutcome]
) -> dict[str, Any]:
    return {
        **made_now(),
        **pseudonym_record(),
        "modality": "dxa",
        "dxa": task.settings.model_dump(mode="json"),
        "density_line": task.calibration.model_dump(mode="json"),
        "seed": task.seed,
        "manifest": {
            "name": listed.path.name,
            "sha256": table_digest(listed.path),
            "n_cases": len(listed.cases),
        },
        "inputs": {
            work.cases[place].case_id: {"image_sha256": one.image, "mask_sha256": one.mask}
            for place, one in work.digests.items()
        },
        "acquisition": acquisition_record(
            replace(one.outcome.case, mask=NO_PATH) for one in outcomes if one.outcome.status == "done"
        ),
    }
