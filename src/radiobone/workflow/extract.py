"""The image half: a manifest of images and masks becomes a table of features."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from radiobone.core.folder_kinds import EXTRACTION
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.imaging.perturb.plan import PlanSource
from radiobone.workflow.case_limits import CaseLimits
from radiobone.workflow.choice import SettingsSource
from radiobone.workflow.extraction import ColumnsSeen, Extraction
from radiobone.workflow.feature_rows import Rows, in_chunks
from radiobone.workflow.feature_table import FeatureTable, assemble, case_table
from radiobone.workflow.measured import Asked, inputs_of, measure


@holds_outputs
def extract(
    manifest: str | Path,
    *,
    output: str | Path | None = None,
    settings: SettingsSource = None,
    modality: str | None = None,
    root: str | Path | None = None,
    target: str | None = None,
    jobs: int = 1,
    csv: bool = False,
    perturb: PlanSource | None = None,
    engine: str | None = None,
    case_minutes: float | None = None,
    case_memory_gb: float | None = None,
    show_progress: bool = True,
) -> FeatureTable:
    """Extract features of every region in a manifest.

    Parameters
    ----------
    manifest : path
        CSV or Excel with ``patient_id, image, mask`` and optionally ``mask_label, roi`` and others.
    output : path, optional
        Folder for ``features.parquet``, ``cases.csv``, ``provenance.json`` and pictures. A second
        run into the same folder computes only what is missing or changed.
    settings : path, preset name, mapping, ExtractionSettings or IbsiSettings, optional
        Ours, or a pyradiomics parameter file. Default: the preset of the modality.
    modality : {"ct", "mr", "xr", "dxa"}, optional
        Default: "xr" if every image is a picture file or a DICOM radiograph, else "ct".
    root : path, optional
        What the manifest's paths are relative to. Default: its folder.
    target : str, optional
        The class column, if it is called ``label``: then it is not the value in the mask.
    jobs : int
        Worker processes. The numbers do not depend on it.
    csv : bool
        Write ``features.csv`` instead of Parquet.
    perturb : int, preset name ("light", "zwanenburg"), path, mapping or Perturbations, optional
        Measure perturbed repeats of each region too: so many, or as planned. They are written to
        ``repeats.parquet``, never into the table of features, and compared in ``icc.csv``.
    engine : {"radiobone", "pyradiomics"}, optional
        Who computes; default: what the settings say, which is radiobone unless they say otherwise.
    case_minutes, case_memory_gb : float, optional
        Most time and memory for one region; beyond, it fails with ``ResourceLimit`` and the others go on. Default: an
        hour and 80 % of the machine's memory where there are several worker processes, and no limit where there is one.

    Returns
    -------
    FeatureTable
        Cases that failed are in ``.cases`` with their codes; they never become NaN.

    Raises
    ------
    SettingError, TableError, PathError
        If settings or manifest cannot be read at all, nearly all paths lead nowhere, or the output folder
        cannot be written or holds an evaluation.

    Warns
    -----
    ModalityAssumed, MixedPixelTypes, ImageCopied
    """
    limits = CaseLimits.of(case_minutes, case_memory_gb, jobs)
    asked = Asked(manifest, settings, modality, root, target, perturb, engine)
    folder = None if output is None else prepare_folder_of(EXTRACTION, output, inputs=inputs_of(asked))
    found = measure(asked, folder, jobs, limits, show_progress=show_progress)
    result = assemble(found.outcomes, found.listed, found.provenance, found.names, whole=found.whole)
    result = replace(result, repeats=found.repeats)
    if folder is not None:
        found.save(folder, in_chunks(result.table), result.cases, result.feature_columns, csv=csv)
    return result


@holds_outputs
def extract_files(
    manifest: str | Path,
    *,
    output: str | Path,
    settings: SettingsSource = None,
    modality: str | None = None,
    root: str | Path | None = None,
    target: str | None = None,
    jobs: int = 1,
    csv: bool = False,
    perturb: PlanSource | None = None,
    engine: str | None = None,
    case_minutes: float | None = None,
    case_memory_gb: float | None = None,
    show_progress: bool = True,
) -> Extraction:
    """Extract as ``extract`` does, without holding the table in memory, however long the manifest.

    Parameters, errors and warnings are those of ``extract``.

    Returns
    -------
    Extraction
        What became of every case; the table is in the folder.
    """
    limits = CaseLimits.of(case_minutes, case_memory_gb, jobs)
    asked = Asked(manifest, settings, modality, root, target, perturb, engine)
    folder = prepare_folder_of(EXTRACTION, output, inputs=inputs_of(asked))
    found = measure(asked, folder, jobs, limits, show_progress=show_progress)
    rows = Rows.of(found.outcomes, found.listed, found.names, found.whole)
    seen = ColumnsSeen(rows.features)
    cases = case_table(found.outcomes)
    found.save(folder, seen.watching(rows.chunks()), cases, rows.features, csv=csv)
    return Extraction(rows.features, cases, found.provenance, seen.empty, found.repeats)
