"""Time of feature maps beside pyradiomics' voxel-based mode: fresh processes by turns, warm, reading included.

    python benchmarks/maps.py --pyradiomics PYTHON [--data ../shared/data] [--rounds 3] [--only glcm_r1,...]

PYTHON is an interpreter with pyradiomics 3.0.1. The region is a whole vertebra (TotalSegmentator, label 31) at 1 mm,
58,000 voxels, bins of 25 HU. pyradiomics uses one thread; this library is measured with one and with two. The slow
families are measured by pyradiomics once where a round takes minutes (`rounds` says how often). Each process makes the
maps of a tiny region first, unseen, so that nothing is compiled or loaded in the time. Writes
benchmarks/results/maps.json: medians of seconds, their ratio, and by how much the maps differ where both have a value.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
IMAGE, MASK, LABEL = "totalseg/ct_3mm.nii.gz", "totalseg/ct_3mm_vertebrae.nii.gz", 31
SIDES = ("radiobone, 1 thread", "radiobone, 2 threads", "pyradiomics")
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS": "1",
}
FAMILIES = ("firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm")

# name: features by family (none named: all), radius, voxels that pyradiomics does at once, its rounds
CASES: dict[str, tuple[dict[str, list[str]], int, int, int]] = {
    "firstorder_r1": ({"firstorder": []}, 1, 1000, 3),
    "glcm_JointEntropy_r1": ({"glcm": ["JointEntropy"]}, 1, 250, 1),
    "gldm_r1": ({"gldm": []}, 1, 1000, 3),
    "glrlm_r1": ({"glrlm": []}, 1, 250, 1),
    "glszm_r1": ({"glszm": []}, 1, 250, 3),
    "ngtdm_r1": ({"ngtdm": []}, 1, 1000, 3),
    "glcm_JointEntropy_r2": ({"glcm": ["JointEntropy"]}, 2, 250, 1),
    "all_but_MCC_r1": ({family: [] for family in FAMILIES}, 1, 250, 1),
}

OURS = """
import json, sys, time
import numpy as np
import SimpleITK as sitk
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
import radiobone as rb
image, mask, label, parameters, jobs, target = sys.argv[1:7]
settings = json.loads(parameters)
noise = np.random.default_rng(0).normal(0, 300, (12, 12, 12)).astype(np.int16)
rb.feature_maps(noise, (noise > -9999).astype(np.uint8), settings=settings, jobs=int(jobs), spacing_mm=(2.0, 2.0, 2.0))
start = time.perf_counter()
maps = rb.feature_maps(image, mask, settings=settings, label=int(label), jobs=int(jobs))
seconds = time.perf_counter() - start
np.savez(target, **{name: volume.array for name, volume in maps.items()})
print(json.dumps(seconds))
"""
THEIRS = """
import json, logging, sys, time, warnings
warnings.simplefilter("ignore")
import numpy as np
import SimpleITK as sitk
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
from radiomics import featureextractor
logging.getLogger("radiomics").setLevel(logging.CRITICAL)
image, mask, label, parameters, _, target = sys.argv[1:7]
extractor = featureextractor.RadiomicsFeatureExtractor(json.loads(parameters))
start = time.perf_counter()
maps = extractor.execute(image, mask, label=int(label), voxelBased=True)
seconds = time.perf_counter() - start
volumes = {k: sitk.GetArrayFromImage(v) for k, v in maps.items() if isinstance(v, sitk.Image)}
np.savez(target, **volumes)
print(json.dumps(seconds))
"""


def parameters(features: dict[str, list[str]], radius: int, batch: int) -> dict[str, Any]:
    """Return settings that both sides read."""
    if (
        "glcm" in features and not features["glcm"]
    ):  # pyradiomics leaves MCC out where a direction has no pairs
        names = subprocess.run(
            [
                sys.executable,
                "-c",
                "from radiobone.features.registry import default_names as d; print(*d('glcm'))",
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        features = {**features, "glcm": [name for name in names if name != "MCC"]}
    return {
        "setting": {"binWidth": 25, "resampledPixelSpacing": [1, 1, 1], "interpolator": "sitkBSpline"},
        "imageType": {"Original": {}},
        "featureClass": features,
        "voxelSetting": {"kernelRadius": radius, "voxelBatch": batch},
    }


def measured(side: str, python: str, data: Path, settings: dict[str, Any], target: Path) -> float:
    """Seconds of one fresh process, whose maps go to ``target``."""
    ours = side != "pyradiomics"
    jobs = "2" if side.endswith("2 threads") else "1"
    arguments = [str(data / IMAGE), str(data / MASK), str(LABEL), json.dumps(settings), jobs, str(target)]
    run = subprocess.run(
        [sys.executable if ours else python, "-c", OURS if ours else THEIRS, *arguments],
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(json.loads(run.stdout.splitlines()[-1]))


def differences(ours: Path, theirs: Path) -> dict[str, Any]:
    """How far apart the maps are, and where pyradiomics has no value and this library does."""
    compared, apart, only_ours, worst = 0, 0, 0, 0.0
    with np.load(ours) as mine, np.load(theirs) as other:
        for name in mine.files:
            a, b = mine[name], other[name]
            both = np.isfinite(a) & np.isfinite(b)
            compared += int(both.sum())
            only_ours += int((np.isfinite(a) & ~np.isfinite(b)).sum())
            gap = np.abs(a[both] - b[both])
            beyond = gap > 1e-9 * np.abs(b[both]) + 1e-9
            if not name.endswith(
                "Imc2"
            ):  # pyradiomics leaves directions out where rounding makes a root of -1e-16
                apart += int(beyond.sum())
                worst = max(worst, float((gap / np.maximum(np.abs(b[both]), 1.0)).max()))
    return {
        "voxels_compared": compared,
        "beyond_1e-9": apart,
        "largest_relative_difference": worst,
        "undefined_in_pyradiomics_alone": only_ours,
    }


def main() -> None:
    """Run every case on all sides by turns."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pyradiomics", required=True)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    wanted = [name for name in options.only.split(",") if name]
    target = HERE / "results" / "maps.json"
    results = json.loads(target.read_text()) if target.is_file() else {}
    for name, (features, radius, batch, most_rounds) in CASES.items():
        if wanted and name not in wanted:
            continue
        settings = parameters(features, radius, batch)
        seconds: dict[str, list[float]] = {side: [] for side in SIDES}
        with tempfile.TemporaryDirectory() as folder:
            files = {side: Path(folder) / f"{number}.npz" for number, side in enumerate(SIDES)}
            for turn in range(options.rounds):
                for side in SIDES:
                    if side != "pyradiomics" or turn < most_rounds:
                        seconds[side].append(
                            measured(side, options.pyradiomics, options.data, settings, files[side])
                        )
            same = differences(files[SIDES[0]], files["pyradiomics"])
        medians = {side: statistics.median(times) for side, times in seconds.items()}
        results[name] = {
            "seconds": medians,
            "rounds": {side: len(times) for side, times in seconds.items()},
            "times_faster": {side: medians["pyradiomics"] / medians[side] for side in SIDES[:2]},
            "radius": radius,
            "pyradiomics_voxelBatch": batch,
            **same,
        }
        print(
            name,
            {side: round(value, 2) for side, value in medians.items()},
            results[name]["times_faster"],
            same,
        )
        target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
