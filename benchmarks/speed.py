"""Time of extraction beside pyradiomics: fresh processes by turns, one thread each, warm, reading included.

    python benchmarks/speed.py --pyradiomics PYTHON [--workloads DIR] [--data ../shared/data] [--rounds 3] [--only a,b]

PYTHON is an interpreter with pyradiomics 3.0.1. DIR holds what `shared/tools/make_workloads.py` wrote. In every process
each side measures the case once unseen and once timed. Writes benchmarks/results/speed.json: medians and their ratio;
``without provenance`` is pyradiomics with ``additionalInfo`` off.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SIDES = ("radiobone", "pyradiomics", "pyradiomics without provenance")
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
}

OURS = """
import json, resource, sys, time
import SimpleITK as sitk
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
import radiobone as rb
image, mask, labels, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4]
for _ in range(2):
    start = time.perf_counter()
    rb.extract_features(image, mask, settings, label=labels if len(labels) > 1 else labels[0])
    seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""
THEIRS = """
import json, logging, resource, sys, time
import SimpleITK as sitk
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
from radiomics import featureextractor
logging.getLogger("radiomics").setLevel(logging.ERROR)
image, mask, labels, settings = sys.argv[1], sys.argv[2], json.loads(sys.argv[3]), sys.argv[4]
extractor = featureextractor.RadiomicsFeatureExtractor(settings)
extractor.settings["additionalInfo"] = sys.argv[5] == "provenance"
for _ in range(2):
    start = time.perf_counter()
    for label in labels:
        extractor.execute(image, mask, label=label)
    seconds = time.perf_counter() - start
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss]))
"""


def cases(data: Path, workloads: Path | None) -> dict[str, tuple[Path, Path, list[int]]]:
    """Image, mask and labels of every workload that is there."""
    found = {
        "brain1": (data / "pyradiomics/brain1_image.nrrd", data / "pyradiomics/brain1_label.nrrd", [1]),
        "ibsi_ct": (data / "ibsi1/ct_phantom/image.nii.gz", data / "ibsi1/ct_phantom/mask.nii.gz", [1]),
        "L1_3mm": (
            data / "totalseg/ct_3mm.nii.gz",
            data / "totalseg/ct_3mm_vertebrae.nii.gz",
            [31],
        ),
    }
    if workloads is not None:
        for name, one in json.loads((workloads / "workloads.json").read_text()).items():
            found[name] = (workloads / one["image"], workloads / one["mask"], one["labels"])
    return found


def measured(side: str, python: str, case: tuple[Path, Path, list[int]], settings: Path) -> list[float]:
    """Seconds and peak memory in kB of one fresh process."""
    image, mask, labels = case
    script = OURS if side == "radiobone" else THEIRS
    last = "plain" if "without" in side else "provenance"
    arguments = [str(image), str(mask), json.dumps(labels), str(settings), last]
    run = subprocess.run(
        [sys.executable if side == "radiobone" else python, "-c", script, *arguments],
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(run.stdout.splitlines()[-1]))


def main() -> None:
    """Run every case on both sides by turns."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pyradiomics", required=True)
    parser.add_argument("--workloads", type=Path)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    parser.add_argument("--table", default="bone851", help="bone851 or bone1316")
    options = parser.parse_args()
    settings = options.data / "oracle" / "settings" / f"{options.table}.yaml"
    wanted = [name for name in options.only.split(",") if name]
    target = HERE / "results" / f"speed_{options.table}.json"
    results = json.loads(target.read_text()) if target.is_file() else {}
    for name, case in cases(options.data, options.workloads).items():
        if wanted and name not in wanted:
            continue
        runs: dict[str, list[list[float]]] = {side: [] for side in SIDES}
        for _ in range(options.rounds):
            for side in SIDES:
                runs[side].append(measured(side, options.pyradiomics, case, settings))
        seconds = {side: statistics.median(run[0] for run in runs[side]) for side in SIDES}
        memory = {side: statistics.median(run[1] for run in runs[side]) / 1024 for side in SIDES}
        results[name] = {
            "seconds": seconds,
            "peak_MB": memory,
            "times_faster": {side: seconds[side] / seconds["radiobone"] for side in SIDES[1:]},
            "rounds": options.rounds,
        }
        print(name, {side: round(value, 3) for side, value in seconds.items()}, results[name]["times_faster"])
        target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
