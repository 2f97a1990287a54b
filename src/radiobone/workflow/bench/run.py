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
from radiobone.workflow.bench.sides import RADIOBONE, Side, Work, find_pyradiomics, pyradiomics_sides
from radiobone.workflow.bench.starting import start_table

LEAST_STARTS = 3


@dataclass(frozen=True)
class Bench:
    """The work that lies ready, who does it, and whom to tell of each process."""

    work: Mapping[str, Work]
    with_log: Mapping[str, Work]
    sides: tuple[Side, ...]
    rounds: int
    tell: Callable[[str], None]


def _extraction(bench: Bench) -> BenchTable | None:
    return _compared(bench, bench.work, "Extraction, original and wavelet images")


def _extraction_with_log(bench: Bench) -> BenchTable | None:
    return _compared(bench, bench.with_log, "Extraction, original, wavelet and LoG images")


def _compared(bench: Bench, work: Mapping[str, Work], title: str) -> BenchTable | None:
    how = "one fresh process" if bench.rounds == 1 else f"medians of {bench.rounds} fresh processes by turns"
    found = [
        compare(name, one, bench.sides, rounds=bench.rounds, tell=bench.tell) for name, one in work.items()
    ]
    return extraction_table(found, f"{title}: one thread, warm, reading included, {how}") if found else None


def _start(bench: Bench) -> BenchTable | None:
    smallest = bench.work.get(SMALLEST) or next(iter(bench.work.values()))
    return start_table(smallest, rounds=max(LEAST_STARTS, bench.rounds), tell=bench.tell)


TABLES: Mapping[str, Callable[[Bench], BenchTable | None]] = MappingProxyType(
    {"extraction": _extraction, "extraction_with_log": _extraction_with_log, "start": _start}
)


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
    other = find_pyradiomics(plan.pyradiomics)
    sides = (RADIOBONE, *(pyradiomics_sides(other[0]) if other else ()))
    say(f"Timing {_who(other)}. Leave the machine alone meanwhile.")
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        work, with_log = lay_out(plan, Path(folder), tables=names)
        total = _n_processes(
            names, plan.n_rounds, len(sides), {"extraction": work, "extraction_with_log": with_log}
        )
        with progress("Timing", total, show=show_progress) as tell:
            bench = Bench(work, with_log, sides, plan.n_rounds, tell)
            for name in names:
                table = TABLES[name](bench)
                if table is not None:
                    figures[name] = table.figures
                    say("\n".join(["", *table.lines()]))
    content = {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": versions(),
        "machine": machine(),
        "pyradiomics": other[1] if other else None,
        "tables": figures,
    }
    write_json(target, content)
    return content


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
    names: Sequence[str], rounds: int, n_sides: int, work: Mapping[str, Mapping[str, Work]]
) -> int:
    compared = sum(len(work.get(name, {})) for name in names) * n_sides * rounds
    return compared + ("start" in names) * (max(LEAST_STARTS, rounds) + 1)
