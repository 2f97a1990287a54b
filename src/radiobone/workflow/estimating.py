"""How long an extraction will take, and how much memory and space, from a dry run and a measured sample."""

from __future__ import annotations

import math
import shutil
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import nnls

from radiobone.workflow.case_runner import Outcome, Task
from radiobone.workflow.compiling import compile_kernels
from radiobone.workflow.estimate import Estimate
from radiobone.workflow.estimate_sample import Size, Timed, chosen, measure_sample, size_of
from radiobone.workflow.feature_rows import Whole, held

START_S = 3.0
"""Starting the program, importing, and ending."""
CELL_BYTES = 8.2
"""A number in a Parquet table of features, which hardly compress."""
COLUMN_BYTES = 900
"""What Parquet says of each column."""
CASE_BYTES = 500
"""A case in cases.csv and provenance.json."""
LEAST_DOUBT = 1.25
FloatArray = npt.NDArray[np.float64]


def estimate(
    regions: Sequence[Outcome],
    task: Task,
    folder: Path,
    *,
    n_features: int,
    n_processes: int,
    checked_s: float,
    n_repeats: int = 0,
    show_progress: bool = True,
    whole: Whole = held,
) -> Estimate | None:
    """Measure a sample of the regions, and say what all of them will take.

    Parameters
    ----------
    regions : sequence of Outcome
        What a dry run found in order.
    task : Task
        What a run would do.
    folder : Path
        The output of the dry run, with its pictures.
    n_features : int
        Columns of features.
    n_processes : int
        Worker processes of the run.
    checked_s : float
        What reading, checking and drawing everything took, with as many processes.
    n_repeats : int
        Perturbed repeats of each region.
    show_progress : bool
        Whether to announce the wait for kernels to compile.
    whole : callable
        Gives a region with its picture, which is kept with its numbers.

    Returns
    -------
    Estimate or None
        None if no region of the sample could be measured.
    """
    sizes = [size_of(region, task.settings) for region in regions]
    compile_kernels(show=show_progress)
    sample = [whole(regions[place]) for place in chosen(sizes)]
    timed = measure_sample(sample, task, n_processes=n_processes, beside=folder)
    if not timed:
        return None
    each = predicted(timed, sizes) * (1 + n_repeats) + fmean(one.keeping_s for one in timed)
    files = _files_per_image(regions)
    digest_s = fmean(one.digest_s for one in timed) * len(files)
    seconds = START_S + checked_s + (digest_s / n_processes) + _side_by_side(each, regions, n_processes)
    doubt = LEAST_DOUBT + misses(timed) / 2
    peaks = [one.peak_mb for one in timed if one.peak_mb is not None]
    n_rows = len(regions) * (1 + n_repeats)
    return Estimate(
        seconds, seconds / doubt, seconds * doubt, max(peaks, default=None),
        int(n_features * (n_rows * CELL_BYTES + COLUMN_BYTES) + len(regions) * CASE_BYTES), _size(folder / "pictures"),
        int(fmean(one.kept_bytes for one in timed) * n_rows), shutil.disk_usage(folder).free,
        len(timed), len(regions), n_processes,
    )  # fmt: skip


def predicted(timed: Sequence[Timed], sizes: Sequence[Size]) -> FloatArray:
    """Return the seconds that regions of these sizes take, by a sum of parts for box, region and each region as such.

    The parts are fitted to the sample with errors in proportion, and are never negative.

    Parameters
    ----------
    timed : sequence of Timed
        The sample, not empty.
    sizes : sequence of Size
        Of all regions.
    """
    seconds = np.array([one.seconds for one in timed])
    known = _columns([one.size for one in timed])
    scale = known.max(axis=0)
    parts, _ = nnls(known / scale / seconds[:, None], np.ones(len(seconds)))
    found: FloatArray = (_columns(sizes) / scale) @ parts
    share = seconds.sum() / ((known / scale) @ parts).sum()
    return np.asarray(found * share)


def misses(timed: Sequence[Timed]) -> float:
    """Return by how much regions of the sample are missed when the others are all that is known: the median of log ratios."""
    if len(timed) < 3:
        return 1.0
    logs = []
    for place, one in enumerate(timed):
        others = [*timed[:place], *timed[place + 1 :]]
        guess = max(float(predicted(others, [one.size])[0]), 1e-6)
        logs.append(abs(math.log(one.seconds / guess)))
    return median(logs)


def _columns(sizes: Sequence[Size]) -> FloatArray:
    return np.array([[1.0, size.box, size.region] for size in sizes])


def _side_by_side(each: FloatArray, regions: Sequence[Outcome], n_processes: int) -> float:
    """Seconds for all images when processes share them: none is divided."""
    by_image: dict[Any, float] = defaultdict(float)
    for seconds, region in zip(each, regions, strict=True):
        by_image[region.case.image] += float(seconds)
    return max(sum(by_image.values()) / n_processes, max(by_image.values()))


def _files_per_image(regions: Sequence[Outcome]) -> set[tuple[Path, Path]]:
    return {(region.case.image, region.case.mask) for region in regions}


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.glob("*") if path.is_file())
