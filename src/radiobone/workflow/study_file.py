"""A study in one file: what is asked, of which images or table, with which pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, model_validator

from radiobone.core.errors import BadConfig
from radiobone.core.folder_kinds import EVALUATION
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.core.settings import Settings, read_yaml, validate
from radiobone.report.build import write_report
from radiobone.workflow.case_report import warning_lines
from radiobone.workflow.dxa.run import measure_dxa
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.evaluated import Evaluation
from radiobone.workflow.extract import extract
from radiobone.workflow.feature_table import FeatureTable
from radiobone.workflow.study_kind import check_is_study
from radiobone.workflow.voxel_maps import MOST_MAPS, make_voxel_maps
from radiobone.workflow.wide import Wide, write_wide

Say = Callable[[str], None]


ROLES = ("target", "id", "groups", "site", "features", "unit", "time", "external", "parent", "duplicates")


class Study(Settings):
    """A study file. Paths are relative to it.

    Exactly one of ``manifest`` (images) and ``table`` (features from elsewhere) is given.
    """

    title: str = Field("", description="Heading of the report.")
    manifest: str | None = Field(None, description="Images and masks; either this or 'table'.")
    table: str | None = Field(
        None, description="Features from elsewhere (CSV, Excel, Parquet), or an extract folder."
    )
    root: str | None = Field(None, description="Folder that the manifest's paths begin at. Default: its own.")
    modality: Literal["ct", "mr", "xr", "dxa"] | None = Field(
        None,
        description="What the images are: ct, mr, xr (radiographs) or dxa; chooses the preset of settings.",
    )
    settings: str | dict[str, Any] | None = Field(
        None, description="Preset (ct, mr, radiograph), settings file, or settings written out here."
    )
    dxa: str | dict[str, Any] | None = Field(
        None,
        description="For DXA images with bone masks of some patients, in place of 'settings': how bone is found and calibrated, as "
        "`radiobone dxa` takes it: {calibration: {kind: line, …}, pixel_mm: [0.6, 0.5]}, or a file of it.",
    )
    wide: Wide | None = Field(
        None,
        description="Join regions in one row, a column each: {columns: 'hu_{part}'}; with split: _ the regions L1_upper and "
        "L1_lower become the row L1 (images only).",
    )
    perturb: str | int | dict[str, Any] | None = Field(
        None,
        description="Also measure perturbed repeats: so many, a preset, a file, or written out; a step 'unstable' without a table "
        "takes them (images only).",
    )
    target: str = Field(description="Column that holds the class, or the number.")
    positive: str | int | float | bool | None = Field(
        None, description='The value of the target that counts as positive; in quotes: "yes".'
    )
    task: str | dict[str, Any] | None = Field(
        None,
        description="What the target is: binary, ordinal (three or more ordered classes) or number; or written out: {kind: "
        "number, boundaries: ['< -1', '<= -2.5']}. Default: as the pipeline says, binary.",
    )
    order: str | tuple[str | int | float, ...] | None = Field(
        None,
        description="Ordered classes from the first to the last: [normal, osteopenia, osteoporosis], or who for these.",
    )
    id: str | None = Field(None, description="Column of row or patient ids. Default: patient_id.")
    groups: str | None = Field(
        None, description="Column of patients; their rows stay together. Default: the id."
    )
    site: str | None = Field(None, description="Column of hospitals or scanners.")
    clinical: tuple[str, ...] = Field((), description="Clinical columns that join the features: [age, sex].")
    features: str | None = Field(
        None, description="Which columns of a table are features: patterns such as 'original_*,wavelet-*'."
    )
    unit: Literal["patient", "roi"] = Field(
        "patient", description="'roi' allows one patient's regions to differ in the target."
    )
    time: str | None = Field(
        None, description="Column of dates or other values in order, for temporal folds."
    )
    external: str | None = Field(
        None, description="Column that marks the external cohort, or COLUMN=VALUE, for external folds."
    )
    parent: str | None = Field(
        None, description="Column with the id of the row that an augmented or synthetic row was made from."
    )
    duplicates: Literal["group", "refuse"] = Field(
        "group",
        description="Near-duplicate rows of different patients: kept together in every split, or refused.",
    )
    pipeline: str | dict[str, Any] = Field(
        "default", description="Name (see `radiobone recipes`), YAML file, or a pipeline written out here."
    )
    null_control: int | None = Field(
        None,
        ge=20,
        description="Run the pipeline on labels shuffled between patients, so many times: 20 or more.",
    )
    optimism_meter: bool = Field(
        False,
        description="Show beside the result what the wrong way (steps fitted on all rows, model or threshold chosen on test rows) would have reported.",
    )
    explain: bool = Field(
        True, description="Compute SHAP values of held-out rows; every figure is the same without."
    )
    maps: int = Field(
        0,
        ge=0,
        le=MOST_MAPS,
        description="Map so many of the leading features, voxel by voxel, in a few telling cases (images only).",
    )
    seed: int = Field(0, ge=0, description="Seed of the folds and models.")

    @model_validator(mode="after")
    def _one_source(self) -> Study:
        if (self.manifest is None) == (self.table is None):
            raise ValueError("give either 'manifest' (images) or 'table' (features from elsewhere)")
        if self.maps and self.manifest is None:
            raise ValueError("'maps' are made from images: give a 'manifest', or leave 'maps' out")
        if self.dxa is not None and (self.manifest is None or self.settings is not None or self.maps):
            raise ValueError(
                "'dxa' measures the images of a 'manifest', in place of 'settings', and makes no 'maps'"
            )
        if self.dxa is not None and self.modality not in (None, "dxa"):
            raise ValueError(f"'dxa' measures DXA images, and 'modality' says {self.modality}")
        for name in ("wide", "perturb"):
            if getattr(self, name) is not None and (self.manifest is None or self.dxa is not None):
                raise ValueError(
                    f"'{name}' is done on images that 'settings' measure: give a 'manifest' and no 'dxa', or leave '{name}' out"
                )
        if self.wide is not None and self.perturb is not None:
            raise ValueError("repeats of regions cannot be joined in one row: leave 'perturb' or 'wide' out")
        return self

    def roles(self) -> dict[str, Any]:
        """Return which column is what, as the cohort reader takes it."""
        plain = self.positive is None or isinstance(
            self.positive, bool
        )  # unquoted yes and no are truth values
        positive = self.positive if plain else str(self.positive)
        names = {name: getattr(self, name) for name in ROLES}
        return {**names, "positive": positive, "clinical": self.clinical}


def read_study(path: Path) -> Study:
    """Read and check a study file.

    Raises
    ------
    FileMissing, BadConfig, BadSetting
    """
    check_is_study(path)
    return validate(Study, read_yaml(path), source=path.name)


@holds_outputs
def run_study(
    path: Path,
    output: Path,
    *,
    seed: int | None = None,
    jobs: int = 1,
    show_progress: bool = True,
    command: str | None = None,
    say: Say = lambda _line: None,
    null_control: int | None = None,
    optimism_meter: bool = False,
    explain: bool = True,
) -> tuple[FeatureTable | None, Evaluation]:
    """Extract, evaluate and report one study.

    Parameters
    ----------
    path : path
        The study file.
    output : path
        ``output/features`` holds the feature table, ``output`` the result and ``report.html``.
    seed : int, optional
        Instead of the file's.
    say : callable
        Told what happens, line by line.
    null_control, optimism_meter
        As ``evaluate`` takes them; besides those that the file asks for.
    explain : bool
        False leaves SHAP values out, whatever the file says.

    Returns
    -------
    (FeatureTable or None, Evaluation)
        None where the study starts from a table.
    """
    study = read_study(path)
    prepare_folder_of(EVALUATION, output, inputs=[path])
    if study.manifest is None:
        extracted, source = None, path.parent / str(study.table)
    else:
        extracted, source = (
            _extract(study, path, output / "features", jobs, show_progress),
            output / "features",
        )
        say(f"{len(extracted.table)} regions measured, {extracted.n_failed} failed: {source / 'cases.csv'}")
        for line in warning_lines(extracted.cases, source / "cases.csv"):
            say(line)
        if study.wide is not None:
            source = write_wide(extracted, source, study.wide)
            say(f"Regions joined in rows, a column each: {source}")
    evaluation = evaluate_table(
        source,
        output,
        pipeline=pipeline_of(study, path),
        seed=study.seed if seed is None else seed,
        jobs=jobs,
        show_progress=show_progress,
        command=command,
        title=study.title or None,
        say=say,
        null_control=study.null_control if null_control is None else null_control,
        optimism_meter=study.optimism_meter or optimism_meter,
        explain=study.explain and explain,
        task=study.task,
        order=order_of(study),
        **study.roles(),
    )
    if study.maps:
        for line in make_voxel_maps(
            output, study.maps, root=_root(study, path), jobs=jobs, show_progress=show_progress
        ):
            say(line)
    write_report(output)
    return extracted, evaluation


def _root(study: Study, path: Path) -> Path:
    """Folder that the manifest's paths begin at."""
    return (path.parent / str(study.manifest)).parent if study.root is None else path.parent / study.root


def _extract(study: Study, path: Path, folder: Path, jobs: int, show_progress: bool) -> FeatureTable:
    shared: dict[str, Any] = {
        "output": folder,
        "settings": beside(study.settings if study.dxa is None else study.dxa, path),
        "root": None if study.root is None else path.parent / study.root,
        "target": study.target,
        "jobs": jobs,
        "show_progress": show_progress,
    }
    manifest = path.parent / str(study.manifest)
    if study.dxa is None:
        extracted = extract(manifest, modality=study.modality, perturb=beside(study.perturb, path), **shared)
    else:
        extracted = measure_dxa(manifest, seed=study.seed, **shared).features
    if extracted.table.empty:
        first = extracted.cases.iloc[0]
        raise BadConfig(
            f"No case of {study.manifest} could be measured, so there is nothing to evaluate. "
            f"The first: {first['code']}: {first['message']} All are in {folder / 'cases.csv'}."
        )
    return extracted


def beside(source: Any, path: Path) -> Any:
    """Return a file beside the study file by its path; a name or what is written out as it is."""
    if isinstance(source, str) and (path.parent / source).is_file():
        return str(path.parent / source)
    return source


def order_of(study: Study) -> str | list[str] | None:
    """Return the ordered classes as ``evaluate`` takes them."""
    return study.order if study.order is None or isinstance(study.order, str) else list(map(str, study.order))


def pipeline_of(study: Study, path: Path) -> str | Path | dict[str, Any]:
    """Return the pipeline: a file beside the study file, a name, or what is written out."""
    if isinstance(study.pipeline, str) and (path.parent / study.pipeline).is_file():
        return path.parent / study.pipeline
    return study.pipeline
