"""How extraction grows with the cohort: rate, memory over time, files, and the same command again (Linux).

    python benchmarks/cohort_scale.py small --cases 100 1000 10000 --jobs 2
    python benchmarks/cohort_scale.py scans --cases 200 --source CT.nii.gz --labels LABELS.nii.gz --jobs 2
    python benchmarks/cohort_scale.py plot

``small`` makes cubes of 32 voxels with one region each; ``scans`` copies of a real CT on voxels of 1.5 mm, each with noise of
its own, of which all labels are measured. Images are written once and removed at the end (``--keep DIR`` keeps them). Each
cohort is measured by `radiobone extract` as a process of its own, which is then run again with nothing left to do.
Writes benchmarks/results/cohort_scale.json, docs/images/cohort_scale.svg and the table in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from scaling.cohorts import Row, small_cases, whole_scans, write_manifest  # noqa: E402
from scaling.figures import draw, figures_of, put_table, table  # noqa: E402
from scaling.watch import files_and_mb, watch  # noqa: E402

RESULT = HERE / "results" / "cohort_scale.json"
PLOT = HERE.parent / "docs" / "images" / "cohort_scale.svg"
PAGE = HERE.parent / "docs" / "benchmarks.md"
MOST_GB = 15
WARM = "from radiobone.workflow.compiling import compile_kernels; compile_kernels(show=False)"


@contextmanager
def folder_for_images(kept: Path | None) -> Iterator[Path]:
    """Yield a folder that is there, and removed at the end unless it is to be kept."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="cohort-scale-") as folder:
        yield Path(folder)


def measured(folder: Path, rows: list[Row], options: argparse.Namespace) -> dict[str, Any]:
    """Extract a cohort, then again, and say what it took."""
    manifest, output = write_manifest(folder / f"manifest_{len(rows)}.csv", rows), folder / f"out_{len(rows)}"
    shutil.rmtree(output, ignore_errors=True)
    command = [
        sys.executable, "-m", "radiobone", "extract", str(manifest), "-o", str(output), "--jobs", str(options.jobs),
        *options.extra,
    ]  # fmt: skip
    subprocess.run([sys.executable, "-c", WARM], check=True)  # kernels are compiled before the clock runs
    first = watch(command, log=folder / "first.log")
    if first.code:
        print((folder / "first.log").read_text()[-3000:], file=sys.stderr)
        raise SystemExit(f"extract ended with {first.code}")
    n_files, megabytes = files_and_mb(output)
    again = watch(command, log=folder / "again.log", every_s=0.1)
    shutil.rmtree(output)
    regions = first.told[-1][2] if first.told else len(rows)
    return {
        "cases": len(rows),
        "regions": regions,
        "jobs": options.jobs,
        "first": figures_of(first, regions),
        "again": {
            "seconds": round(again.seconds, 1),
            "cpu_seconds": round(again.cpu_s, 1),
            "parent_peak_mb": max(again.parent_mb),
        },
        "output_files": n_files,
        "output_mb": megabytes,
    }


def run(options: argparse.Namespace) -> None:
    """Measure every size that is asked for, and write each as soon as it is there."""
    with folder_for_images(options.keep) as folder:
        begun = time.monotonic()
        rows = _images(folder, options)
        n_bytes = sum(path.stat().st_size for path in folder.rglob("*.nii*"))
        print(
            f"images: {len(rows)} cases, {n_bytes / 2**30:.1f} GB, {time.monotonic() - begun:.0f} s",
            flush=True,
        )
        for n_cases in options.cases:
            found = measured(folder, rows[:n_cases], options) | {"machine": _machine()}
            results = json.loads(RESULT.read_text()) if RESULT.is_file() else {}
            results[f"{n_cases:,} {options.kind}"] = found
            RESULT.write_text(json.dumps(results, indent=1) + "\n")
            told = {key: value for key, value in found["first"].items() if key != "series"}
            print(json.dumps({**found, "first": told}, indent=1), flush=True)


def _images(folder: Path, options: argparse.Namespace) -> list[Row]:
    wanted = max(options.cases)
    if options.kind == "small":
        return small_cases(folder, wanted)
    one = whole_scans(folder, 1, options.source, options.labels, spacing_mm=options.spacing)[0][1]
    gigabytes = one.stat().st_size * wanted / 2**30
    if gigabytes > MOST_GB:
        raise SystemExit(f"{wanted} scans would take {gigabytes:.0f} GB, more than {MOST_GB}: ask for fewer")
    return whole_scans(folder, wanted, options.source, options.labels, spacing_mm=options.spacing)


def _machine() -> str:
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("kind", choices=["small", "scans", "plot"])
    parser.add_argument("--cases", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--source", type=Path, help="a CT")
    parser.add_argument("--labels", type=Path, help="its label map")
    parser.add_argument("--spacing", type=float, default=1.5, help="edge of the copies' voxels, mm")
    parser.add_argument("--keep", type=Path, help="folder for the images, which stay there")
    parser.add_argument("--extra", nargs="*", default=[], help="more options of extract, as 'settings=FILE'")
    options = parser.parse_args()
    options.extra = [
        part for one in options.extra for part in (f"--{one.partition('=')[0]}", one.partition("=")[2])
    ]
    if options.kind != "plot":
        run(options)
    results = json.loads(RESULT.read_text())
    draw(results, PLOT)
    put_table(table(results), PAGE)


if __name__ == "__main__":
    main()
