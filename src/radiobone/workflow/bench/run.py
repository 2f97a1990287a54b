"""The benchmark from end to end: time, show, write. To add a table: write its function, and its line in ``TABLES``."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from radiobone.core.errors import BadSetting
from radiobone.core.files import write_json
from radiobone.core.outputs import prepare_file
from radiobone.core.progress import progress
from radiobone.core.provenance import machine, versions
from radiobone.workflow.bench.extraction import compare, extraction_table
from radiobone.workflow.bench.plan import SMALLEST, Plan, lay_out
from radiobone.workflow.bench.results import BenchTable
from radiobone.workflow.bench.searching import SIDES, compare_search, search_table
from radiobone.workflow.bench.sides import RADIOBONE, Side, Work, find_pyradiomics, pyradiomics_sides
from radiobone.workflow.bench.starting import start_table

LEAST_STARTS = 3


@dataclass(frozen=True)
class Bench:
    """The plan, the images that lie ready, who measures them, and whom to tell of each process."""

    plan: Plan
    work: Mapping[str, Work]
    with_log: Mapping[str, Work]
    sides: tuple[Side, ...]
    tell: Callable[[str], None]


def _extraction(bench: Bench) -> BenchTable | None:
    return _compared(bench, bench.work, "Extraction, original and wavelet images")


def _extraction_with_log(bench: Bench) -> BenchTable | None:
    return _compared(bench, bench.with_log, "Extraction, original, wavelet and LoG images")


def _compared(bench: Bench, work: Mapping[str, Work], title: str) -> BenchTable | None:
    rounds = bench.plan.n_rounds
    how = "one fresh process" if rounds == 1 else f"medians of {rounds} fresh processes by turns"
    found = [compare(name, one, bench.sides, rounds=rounds, tell=bench.tell) for name, one in work.items()]
    return extraction_table(found, f"{title}: one thread, warm, reading included, {how}") if found else None


def _nested_cv(bench: Bench) -> BenchTable:
    rounds = bench.plan.n_search_rounds
    return search_table([compare_search(one, rounds=rounds, tell=bench.tell) for one in bench.plan.searches])


def _start(bench: Bench) -> BenchTable | None:
    smallest = bench.work.get(SMALLEST) or next(iter(bench.work.values()))
    return start_table(smallest, rounds=max(LEAST_STARTS, bench.plan.n_rounds), tell=bench.tell)


TABLES: Mapping[str, Callable[[Bench], BenchTable | None]] = MappingProxyType(
    {
        "extraction": _extraction,
        "extraction_with_log": _extraction_with_log,
        "nested_cv": _nested_cv,
        "start": _start,
    }
)
WITHOUT_IMAGES = frozenset({"nested_cv"})
PLAIN_SIDE = "nested cross-validation by radiobone and by scikit-learn"


def run_bench(
    plan: Plan,
    output: Path,
    *,
    show_progress: bool = True,
    say: Callable[[str], None] = lambda _line: None,
) -> dict[str, Any]:
    """Time what is planned, show every table when it is done, and write the figures.

    Parameters
    ----------
    plan : Plan
        What is measured.
    output : path
        JSON file for the figures.
    show_progress : bool
        Say what is being timed.
    say : callable
        Gets the lines of the tables.

    Returns
    -------
    dict
        What was written.

    Raises
    ------
    BadSetting
        If a table that is asked for does not exist.
    BenchFailed
        If a program cannot do the work.
    OutputNotWritable, DiskFull
    """
    target = prepare_file(output, example="bench.json", suffix=".json")
    names = _tables(plan.only)
    images = not WITHOUT_IMAGES.issuperset(names)
    other = find_pyradiomics(plan.pyradiomics) if images else None
    sides = (RADIOBONE, *(pyradiomics_sides(other[0]) if other else ()))
    say(f"Timing {_who(other) if images else PLAIN_SIDE}. Leave the machine alone meanwhile.")
    with tempfile.TemporaryDirectory() as folder:
        ready = lay_out(plan, Path(folder), tables=names) if images else ({}, {})
        total = _n_processes(names, plan, len(sides), *ready)
        with progress("Timing", total, show=show_progress) as tell:
            figures = _shown(names, Bench(plan, *ready, sides, tell), say)
    content = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "machine": machine(),
        "pyradiomics": other[1] if other else None,
        "tables": figures,
    }
    write_json(target, content)
    return content


def _shown(names: Sequence[str], bench: Bench, say: Callable[[str], None]) -> dict[str, Any]:
    """Make the tables one after the other, show each when it is done, and return their figures."""
    figures = {}
    for name in names:
        table = TABLES[name](bench)
        if table is not None:
            figures[name] = table.figures
            say("\n".join(["", *table.lines()]))
    return figures


def _tables(only: Sequence[str]) -> list[str]:
    unknown = [name for name in only if name not in TABLES]
    if unknown:
        raise BadSetting(f"The benchmark has no table {unknown[0]!r}. It has {', '.join(TABLES)}.")
    return [name for name in TABLES if not only or name in only]


def _who(other: tuple[str, dict[str, str]] | None) -> str:
    if other is None:
        return (
            "radiobone alone: pyradiomics was not found, and --pyradiomics names an interpreter that has it"
        )
    found = other[1]
    return f"radiobone and pyradiomics {found['pyradiomics']} (numpy {found['numpy']}, SimpleITK {found['SimpleITK']})"


def _n_processes(
    names: Sequence[str], plan: Plan, n_sides: int, work: Mapping[str, Work], with_log: Mapping[str, Work]
) -> int:
    images = {"extraction": work, "extraction_with_log": with_log}
    extracted = sum(len(images.get(name, {})) for name in names) * n_sides * plan.n_rounds
    searched = ("nested_cv" in names) * len(plan.searches) * len(SIDES) * plan.n_search_rounds
    return extracted + searched + ("start" in names) * (max(LEAST_STARTS, plan.n_rounds) + 1)
