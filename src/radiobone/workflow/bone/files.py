"""Measurements of bones in one scan or in all of a manifest, as tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from joblib import Parallel, delayed

from radiobone import __version__
from radiobone.core.errors import BadSetting, NotNumeric, RadioboneError, UnexpectedError
from radiobone.core.files import file_digest, write_csv, write_json
from radiobone.core.folders import (
    BONE,
    BONE_LEVELS,
    BONE_PATIENTS,
    PROVENANCE_FILE,
    begin,
    finish,
    prepare_bone_folder,
)
from radiobone.core.progress import progress
from radiobone.core.provenance import machine, versions
from radiobone.core.settings import read_yaml
from radiobone.core.warnings import collected
from radiobone.imaging.planes import Picture
from radiobone.io.acquisition import acquisition_record
from radiobone.io.case import Case, check_case_files
from radiobone.io.manifest import read_manifest
from radiobone.workflow.bone.levels import plan_of
from radiobone.workflow.bone.measure import LUMBAR, measure_bone
from radiobone.workflow.bone.patient import ScanFacts
from radiobone.workflow.cache import write_png

CASES, PICTURES = "cases.csv", "pictures"
BODIES_COLUMN = "bodies"


@dataclass(frozen=True)
class BoneTask:
    """What is done with every scan.

    Attributes
    ----------
    levels : tuple of str
        What is measured where a manifest names no regions.
    measurements : tuple of str or None
        None measures all.
    settings : mapping
        What differs from the defaults.
    pictures : bool
        Whether to draw what was measured.
    """

    levels: tuple[str, ...] = LUMBAR
    measurements: tuple[str, ...] | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    pictures: bool = True


@dataclass(frozen=True)
class Scan:
    """One image with its masks.

    Attributes
    ----------
    case : Case
        Patient, image and mask.
    bodies : Path or None
        Mask of the vertebral bodies.
    levels : tuple of str
        Regions that a manifest names; empty if it names none.
    facts : ScanFacts
        What is said of the scan; tube voltage and contrast of DICOM come from its header where nothing is said.
    """

    case: Case
    bodies: Path | None = None
    levels: tuple[str, ...] = ()
    facts: ScanFacts = field(default_factory=ScanFacts)


@dataclass(frozen=True, eq=False)
class ScanOutcome:
    """What became of one scan; without a code it was measured."""

    scan: Scan
    code: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()
    levels: tuple[dict[str, Any], ...] = ()
    patient: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class BoneTables:
    """What was written.

    Attributes
    ----------
    levels, patients, cases : DataFrame
        A row per structure, per scan that was measured, and per scan.
    """

    levels: pd.DataFrame
    patients: pd.DataFrame
    cases: pd.DataFrame

    @property
    def n_failed(self) -> int:
        """Number of scans that could not be measured."""
        return int((self.cases["status"] == "failed").sum())


def bone_files(
    image: Path,
    mask: Path | None,
    output: Path,
    *,
    bodies: Path | None = None,
    levels: Sequence[str] = (),
    measurements: Sequence[str] = (),
    settings: Path | None = None,
    root: Path | None = None,
    facts: ScanFacts = ScanFacts(),  # noqa: B008 - frozen
    pictures: bool = True,
    jobs: int = 1,
    show_progress: bool = True,
) -> BoneTables:
    """Measure bones and write the tables.

    Parameters
    ----------
    image : Path
        A CT; or, without ``mask``, a manifest whose columns ``image``, ``mask`` and optionally ``roi`` and ``bodies`` say
        what is measured.
    mask : Path or None
        A TotalSegmentator label map or folder, RTSTRUCT, DICOM-SEG, or any mask.
    output : Path
        Folder for ``levels.csv``, ``patients.csv``, ``cases.csv``, ``provenance.json`` and pictures.
    bodies : Path, optional
        Mask of the vertebral bodies.
    levels, measurements : sequence of str
        What is measured; empty for the defaults of ``measure_bone``.
    settings : Path, optional
        YAML of what differs from the defaults, by measurement.
    root : Path, optional
        Folder that the manifest's paths are relative to.
    facts : ScanFacts
        Of the one scan, or of all that the manifest says nothing of in columns ``kvp``, ``contrast`` and ``height_m``.
    pictures : bool
        Whether to draw what was measured.
    jobs : int
        Worker processes; the numbers do not depend on it.
    show_progress : bool
        Whether to tell the time left.

    Returns
    -------
    BoneTables
        A scan that failed is in ``cases`` with its code, and the others go on.

    Raises
    ------
    RadioboneError
        If the request, or a single scan, cannot be measured at all.
    """
    own = {} if settings is None else read_yaml(settings)
    plan = plan_of(measurements or None, own)  # what is asked for wrongly is told before any work
    task = BoneTask(tuple(levels) or LUMBAR, tuple(measurements) or None, own, pictures)
    scans = _scans(image, mask, bodies, root, facts)
    folder = prepare_bone_folder(output, inputs=[image, *([mask] if mask else [])])
    begin(folder, BONE)
    outcomes = list(_outcomes(scans, task, jobs, show_progress))
    tables = _tables(outcomes)
    _write(folder, tables, outcomes)
    used = {name: plan.settings[name].model_dump(mode="json") for name in plan.measurements}
    write_json(folder / PROVENANCE_FILE, _provenance(scans, used))
    finish(folder, BONE)
    return tables


def _scans(
    image: Path, mask: Path | None, bodies: Path | None, root: Path | None, facts: ScanFacts
) -> list[Scan]:
    if mask is not None:
        name = image.name.split(".")[0] or image.name
        return [Scan(Case(name, "", Path(image), Path(mask)), bodies, (), facts)]
    if bodies is not None:
        raise BadSetting(
            "--bodies goes with one image and its mask. In a manifest, name them in a column 'bodies'."
        )
    manifest = read_manifest(image, root=root)
    grouped: dict[tuple[str, Path, Path], list[Case]] = defaultdict(list)
    for case in manifest.cases:
        grouped[(case.patient_id, case.image, case.mask)].append(case)
    return [_of_rows(cases, facts) for cases in grouped.values()]


def _of_rows(cases: Sequence[Case], facts: ScanFacts) -> Scan:
    cells = {key.casefold(): cell for key, cell in cases[0].row.items() if cell}
    given, root = cells.get(BODIES_COLUMN), cases[0].root
    bodies = None if not given else Path(given) if root is None else root / given
    own = ScanFacts(
        _number(cells, "kvp", cases[0]) or facts.kvp,
        cells.get("contrast") or facts.contrast,
        _number(cells, "height_m", cases[0]) or facts.height_m,
    )
    return Scan(cases[0], bodies, tuple(case.roi for case in cases if case.roi), own)


def _number(cells: Mapping[str, str], column: str, case: Case) -> float | None:
    text = cells.get(column)
    try:
        return None if text is None else float(text.replace(",", "."))
    except ValueError as error:
        raise NotNumeric(
            f"Patient {case.patient_id}: '{column}' is '{text}', not a number. Correct the cell, or empty it."
        ) from error


def _with_header(scan: Scan) -> ScanFacts:
    """Fill tube voltage and contrast in from a DICOM header; one without an agent does not say that there was none."""
    told = acquisition_record([scan.case]).get("parameters", {})
    kvp = next((float(one) for one in told.get("KVP", {}) if one.replace(".", "", 1).isdecimal()), None)
    agent = next(iter(told.get("ContrastBolusAgent", {})), None)
    return replace(scan.facts, kvp=scan.facts.kvp or kvp, contrast=scan.facts.contrast or agent)


def _outcomes(scans: Sequence[Scan], task: BoneTask, jobs: int, show: bool) -> Iterator[ScanOutcome]:
    if len(scans) == 1:  # progress is that of its levels
        yield _measured(scans[0], task, show=show)
        return
    work = partial(_measured, task=task)
    with progress("Measuring scans", len(scans), show=show) as tell:
        pool = Parallel(n_jobs=min(jobs, len(scans)), return_as="generator")
        for outcome in pool(delayed(work)(scan) for scan in scans):
            tell(outcome.scan.case.patient_id)
            yield outcome


def _measured(scan: Scan, task: BoneTask, *, show: bool = False) -> ScanOutcome:
    """Measure one scan; errors are recorded, never raised, so that the rest of a cohort goes on."""
    with collected() as told:
        try:
            check_case_files(scan.case)
            found = measure_bone(
                scan.case.image,
                scan.case.mask,
                levels=scan.levels or task.levels,
                bodies=scan.bodies,
                measurements=task.measurements,
                settings=task.settings,
                pictures=task.pictures,
                show_progress=show,
                **asdict(_with_header(scan)),
            )
        except RadioboneError as error:
            return ScanOutcome(scan, error.code, str(error))
        except Exception as error:  # noqa: BLE001 - a defect in one scan must not cost the cohort
            unexpected = UnexpectedError.of(error)
            return ScanOutcome(scan, unexpected.code, str(unexpected))
    rows: list[dict[str, Any]] = found.levels.to_dict("records")  # type: ignore[assignment]
    warnings = tuple(f"{one.code}: {one}" for one in told)
    return ScanOutcome(scan, "", "", warnings, tuple(rows), found.patient, found.pictures)


def _tables(outcomes: Sequence[ScanOutcome]) -> BoneTables:
    levels = [{"patient_id": one.scan.case.patient_id, **row} for one in outcomes for row in one.levels]
    patients = [{"patient_id": one.scan.case.patient_id, **one.patient} for one in outcomes if not one.code]
    cases = [
        {
            "patient_id": one.scan.case.patient_id,
            "roi": "",
            "image": str(one.scan.case.image),
            "mask": str(one.scan.case.mask),
            "status": "failed" if one.code else "done",
            "code": one.code,
            "message": one.message,
            "warnings": " | ".join(one.warnings),
        }
        for one in outcomes
    ]
    return BoneTables(*(_last(pd.DataFrame(rows)) for rows in (levels, patients, cases)))


def _last(table: pd.DataFrame) -> pd.DataFrame:
    """Put long texts behind the numbers, whichever row brought a column first."""
    texts = [name for name in ("left_out", "warnings") if name in table]
    return table[[name for name in table if name not in texts] + texts]


def _write(folder: Path, tables: BoneTables, outcomes: Sequence[ScanOutcome]) -> None:
    for name, table in (
        (BONE_LEVELS, tables.levels),
        (BONE_PATIENTS, tables.patients),
        (CASES, tables.cases),
    ):
        write_csv(folder / name, table)
    for one in outcomes:
        for structure, picture in one.pictures.items():
            path = folder / PICTURES / f"{_file_name(one.scan.case.patient_id)}_{_file_name(structure)}.png"
            path.parent.mkdir(exist_ok=True)
            write_png(path, picture)


def _file_name(text: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in text)


def _provenance(scans: Sequence[Scan], settings: dict[str, Any]) -> dict[str, Any]:
    inputs = [
        {
            "patient_id": scan.case.patient_id,
            **{
                kind: {"name": path.name, "sha256": file_digest(path) if path.is_file() else None}
                for kind, path in (
                    ("image", scan.case.image),
                    ("mask", scan.case.mask),
                    ("bodies", scan.bodies),
                )
                if path is not None
            },
        }
        for scan in scans
    ]
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "radiobone": __version__,
        "versions": versions(),
        "machine": machine(),
        "settings": settings,
        "inputs": inputs,
        "acquisition": acquisition_record(scan.case for scan in scans),
    }
