"""One scan: checked, measured, drawn. Runs inside a worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import SimpleITK as sitk
from threadpoolctl import threadpool_limits

from radiobone.core.errors import RadioboneError, UnexpectedError
from radiobone.core.warnings import RadioboneWarning, collected
from radiobone.imaging.planes import Picture
from radiobone.workflow.bone.measure import LUMBAR, BoneResult, measure_bone
from radiobone.workflow.bone.scans import Scan


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


@dataclass(frozen=True, eq=False)
class ScanOutcome:
    """What became of one scan; without a code it was measured.

    Attributes
    ----------
    scan : Scan
        What was measured.
    code, message : str
        Of the error; empty if there was none.
    warnings : tuple of str
        Each as ``Code: message``.
    levels : tuple of dict
        A row for each structure.
    patient : dict
        What is said of the patient.
    pictures : dict
        By structure.
    """

    scan: Scan
    code: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()
    levels: tuple[dict[str, Any], ...] = ()
    patient: dict[str, Any] = field(default_factory=dict)
    pictures: dict[str, Picture] = field(default_factory=dict)


def run_scan(scan: Scan, task: BoneTask, *, show_progress: bool = False) -> ScanOutcome:
    """Measure one scan; errors are recorded, never raised, so that the rest of a cohort goes on.

    Parameters
    ----------
    scan : Scan
        What is measured.
    task : BoneTask
        How.
    show_progress : bool
        Whether to tell the time left, bone by bone.
    """
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)  # one thread per worker, and one order of sums
    with collected() as told:
        try:
            scan.check_files()
            with threadpool_limits(1):  # the sums of linear algebra too
                found = _measured(scan.with_header(), task, show_progress)
        except RadioboneError as error:
            return _failed(scan, error)
        except Exception as error:  # noqa: BLE001 - a defect in one scan must not cost the cohort
            return _failed(scan, UnexpectedError.of(error))
    rows = tuple(_filled(row) for row in found.levels.to_dict("records"))
    return ScanOutcome(scan, "", "", _as_text(scan, told), rows, found.patient, found.pictures)


def _measured(scan: Scan, task: BoneTask, show_progress: bool) -> BoneResult:
    return measure_bone(
        scan.case.image,
        scan.case.mask,
        levels=scan.levels or task.levels,
        bodies=scan.bodies,
        measurements=task.measurements,
        settings=task.settings,
        pictures=task.pictures,
        show_progress=show_progress,
        **asdict(scan.facts),
    )


def _filled(row: dict[Any, Any]) -> dict[str, Any]:
    """Leave out what is empty: the table has a NaN there, and a file of JSON cannot."""
    return {str(name): value for name, value in row.items() if value is not None and value == value}


def _failed(scan: Scan, error: RadioboneError) -> ScanOutcome:
    return ScanOutcome(scan, error.code, scan.case.shown_text(str(error)))


def _as_text(scan: Scan, told: Sequence[RadioboneWarning]) -> tuple[str, ...]:
    return tuple(f"{one.code}: {scan.case.shown_text(str(one))}" for one in told)
