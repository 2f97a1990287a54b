"""A few regions of a cohort, measured with a clock beside them, to say what all of them will take."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import SimpleITK as sitk
from threadpoolctl import threadpool_limits

from radiobone.core.errors import RadioboneError
from radiobone.core.warnings import collected
from radiobone.features.definitions import AnySettings, measure
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask
from radiobone.workflow.cache import input_digest
from radiobone.workflow.case_runner import Outcome, Task
from radiobone.workflow.case_store import Cache
from radiobone.workflow.modality import as_declared
from radiobone.workflow.process_pool import in_processes, is_alone

MOST_REGIONS = 16
BUDGET_S = 30.0
FEWEST = 4
MARGIN_MM = 5.0
KEY = "0" * 64


@dataclass(frozen=True)
class Size:
    """What decides how long a region takes: both in mm³ where the image is resampled, else in voxels.

    Attributes
    ----------
    box : float
        The box round the region, with a margin.
    region : float
        The region itself.
    """

    box: float
    region: float


@dataclass(frozen=True)
class Timed:
    """What one region of the sample took.

    Attributes
    ----------
    size : Size
    seconds : float
        Measuring it.
    keeping_s : float
        Keeping its results.
    kept_bytes : int
        Size of its entry in the store.
    peak_mb : float or None
        Most memory that the process had until then.
    digest_s : float
        Reading image and mask to tell whether they have changed.
    """

    size: Size
    seconds: float
    keeping_s: float
    kept_bytes: int
    peak_mb: float | None
    digest_s: float


def size_of(region: Outcome, settings: AnySettings) -> Size:
    """Return the size of a region that a dry run found in order."""
    facts = region.facts
    box_mm3 = float(np.prod([edge + 2 * MARGIN_MM for edge in facts["box_mm"]]))
    regridded = settings.interpolation if isinstance(settings, IbsiSettings) else settings.resampling
    if regridded is not None:
        return Size(box_mm3, facts["volume_mm3"])
    voxel_mm3 = facts["volume_mm3"] / facts["n_voxels"]
    return Size(box_mm3 / voxel_mm3, float(facts["n_voxels"]))


def chosen(sizes: Sequence[Size], most: int = MOST_REGIONS) -> list[int]:
    """Return the places of regions spread evenly over the sizes, the smallest and the largest among them.

    Parameters
    ----------
    sizes : sequence of Size
        Of all regions.
    most : int
        How many at most.
    """
    order = sorted(range(len(sizes)), key=lambda place: (sizes[place].box, place))
    steps = np.linspace(0, len(order) - 1, min(most, len(order)))
    return [order[round(step)] for step in steps]


def measure_sample(
    regions: Sequence[Outcome], task: Task, *, n_processes: int, beside: Path, budget_s: float = BUDGET_S
) -> list[Timed]:
    """Measure regions, the smallest first, until all are done or the time is up; side by side, as in a run.

    Parameters
    ----------
    regions : sequence of Outcome
        From the smallest to the largest.
    task : Task
        What a run would do.
    n_processes : int
        Worker processes.
    beside : Path
        Folder in which entries are written on trial, and removed.
    budget_s : float
        No region is waited for after this time, as long as there are a few.
    """
    by_image: dict[Path, list[Outcome]] = defaultdict(list)
    for region in regions:
        by_image[region.case.image].append(region)
    timed: list[Timed] = []
    begun = perf_counter()
    with TemporaryDirectory(dir=beside, prefix=".estimate-", ignore_cleanup_errors=True) as folder:
        work = partial(_time_image, task=task, folder=Path(folder))
        with closing(_each(work, list(by_image.values()), n_processes)) as found:
            for some in found:
                timed += some
                if perf_counter() - begun > budget_s and len(timed) >= FEWEST:
                    break
    return timed


def _each(
    work: partial[list[Timed]], pieces: Sequence[list[Outcome]], n_processes: int
) -> Generator[list[Timed], None, None]:
    if is_alone(n_processes, len(pieces)):
        yield from map(work, pieces)
    else:
        yield from in_processes(work, pieces, n_processes, _nothing)


def _nothing(_piece: list[Outcome]) -> list[Timed]:
    return []  # the run will name it


def _time_image(regions: list[Outcome], *, task: Task, folder: Path) -> list[Timed]:
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    timed: list[Timed] = []
    with threadpool_limits(1), collected():
        for region in regions:
            try:
                timed.append(_time_region(region, task, folder))
            except RadioboneError:
                continue  # the run will name it
    return timed


def _time_region(region: Outcome, task: Task, folder: Path) -> Timed:
    case = region.case
    begun = perf_counter()
    input_digest(case.image), input_digest(case.mask)
    digested = perf_counter()
    image = as_declared(read_image(case.image), case.image.name, task.modality)
    mask = open_mask(case.mask, image, task.settings.mask).region(roi=case.roi or None, label=case.label)
    read = perf_counter()
    features = measure(image, mask, task.settings)
    measured = perf_counter()
    store = Cache(folder / f"{case.patient_id!r}-{case.roi}".replace("/", "_"))
    store.store(KEY, [replace(region, status="done", features=features)])
    kept = perf_counter()
    n_bytes = sum(path.stat().st_size for path in store.entries.folder.rglob("*") if path.is_file())
    return Timed(
        size_of(region, task.settings), measured - read, kept - measured, n_bytes, _peak_mb(), digested - begun
    )  # fmt: skip


def _peak_mb() -> float | None:
    """Most memory that this process has had; None where the system does not tell."""
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(peak) / (2**20 if sys.platform == "darwin" else 2**10)
