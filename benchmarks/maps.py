"""Time of feature maps beside pyradiomics' voxel-based mode: fresh processes by turns, warm, reading included.

    python benchmarks/maps.py --pyradiomics PYTHON [--data ../shared/data] [--rounds 3] [--only glcm_r1,...]

PYTHON is an interpreter with pyradiomics 3.0.1. The region is a whole vertebra (TotalSegmentator, label 31) at 1 mm,
58,000 voxels, or at 2 mm, 7,200 voxels, where pyradiomics takes many minutes; bins of 25 HU. pyradiomics uses one thread;
this library is measured with one and with two. pyradiomics measures slow cases once (`rounds` says how often). Each process,
of either side, reads a tiny image and makes its maps first, unseen, so that nothing is compiled or loaded in the time. Writes
benchmarks/results/maps.json: medians of wall and processor seconds, ratios of wall seconds, and by how much the maps differ
where both have a value. On a busy machine the processor seconds of one thread tell more.
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

# name: features by family (none named: all), radius, spacing in mm, voxels that pyradiomics does at once, its rounds
CASES: dict[str, tuple[dict[str, list[str]], int, int, int, int]] = {
    "firstorder_r1": ({"firstorder": []}, 1, 1, 1000, 1),
    "glcm_JointEntropy_r1": ({"glcm": ["JointEntropy"]}, 1, 1, 250, 1),
    "gldm_r1": ({"gldm": []}, 1, 1, 1000, 3),
    "glrlm_r1": ({"glrlm": []}, 1, 1, 250, 1),
    "glszm_r1": ({"glszm": []}, 1, 1, 250, 3),
    "ngtdm_r1": ({"ngtdm": []}, 1, 1, 1000, 3),
    "all_but_MCC_r1_2mm": ({family: [] for family in FAMILIES}, 1, 2, 250, 1),
    "all_but_MCC_r2_2mm": ({family: [] for family in FAMILIES}, 2, 2, 250, 1),
}

BEGINNING = """
import json, logging, sys, tempfile, time, warnings
from pathlib import Path
warnings.simplefilter("ignore")
import numpy as np
import SimpleITK as sitk
sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
image, mask, label, parameters, jobs, target = sys.argv[1:7]
settings, label, jobs = json.loads(parameters), int(label), int(jobs)
folder = tempfile.TemporaryDirectory()
noise = np.random.default_rng(0).normal(0, 300, (12, 12, 12))
region = np.full(noise.shape, label, dtype=np.uint8)
region[0] = 0
tiny = [str(Path(folder.name) / name) for name in ("image.nii.gz", "mask.nii.gz")]
for array, path in zip((noise.astype(np.int32), region), tiny):
    volume = sitk.GetImageFromArray(array)
    volume.SetSpacing((2.0, 2.0, 2.0))
    sitk.WriteImage(volume, path)
"""
OURS = """
import radiobone as rb
def made(image, mask):
    return rb.feature_maps(image, mask, settings=settings, label=label, jobs=jobs)
def arrays(maps):
    return {name: volume.array for name, volume in maps.items()}
"""
THEIRS = """
from radiomics import featureextractor
logging.getLogger("radiomics").setLevel(logging.CRITICAL)
extractor = featureextractor.RadiomicsFeatureExtractor(settings)
def made(image, mask):
    return extractor.execute(image, mask, label=label, voxelBased=True)
def arrays(maps):
    return {k: sitk.GetArrayFromImage(v) for k, v in maps.items() if isinstance(v, sitk.Image)}
"""
END = """
made(*tiny)
start, used = time.perf_counter(), time.process_time()
maps = made(image, mask)
seconds = [time.perf_counter() - start, time.process_time() - used]
np.savez(target, **arrays(maps))
print(json.dumps(seconds))
"""


def parameters(features: dict[str, list[str]], radius: int, spacing: int, batch: int) -> dict[str, Any]:
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
        "setting": {"binWidth": 25, "resampledPixelSpacing": [spacing] * 3, "interpolator": "sitkBSpline"},
        "imageType": {"Original": {}},
        "featureClass": features,
        "voxelSetting": {"kernelRadius": radius, "voxelBatch": batch, "initValue": float("nan")},
    }


def measured(side: str, python: str, data: Path, settings: dict[str, Any], target: Path) -> list[float]:
    """Wall and processor seconds of one fresh process, whose maps go to ``target``."""
    ours = side != "pyradiomics"
    jobs = "2" if side.endswith("2 threads") else "1"
    arguments = [str(data / IMAGE), str(data / MASK), str(LABEL), json.dumps(settings), jobs, str(target)]
    run = subprocess.run(
        [sys.executable if ours else python, "-c", BEGINNING + (OURS if ours else THEIRS) + END, *arguments],
        env={**os.environ, **ONE_THREAD},
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(run.stdout.splitlines()[-1]))


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
            if not name.endswith("Imc2"):  # rounding makes pyradiomics leave directions out
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
    for name, case in CASES.items():
        if not wanted or name in wanted:
            results[name] = compared(case, options)
            print(name, results[name])
            target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


def compared(
    case: tuple[dict[str, list[str]], int, int, int, int], options: argparse.Namespace
) -> dict[str, Any]:
    """Measure one case on all sides by turns."""
    features, radius, spacing, batch, most_rounds = case
    settings = parameters(features, radius, spacing, batch)
    runs: dict[str, list[list[float]]] = {side: [] for side in SIDES}
    with tempfile.TemporaryDirectory() as folder:
        files = {side: Path(folder) / f"{number}.npz" for number, side in enumerate(SIDES)}
        for turn in range(options.rounds):
            for side in SIDES:
                if side != "pyradiomics" or turn < most_rounds:
                    runs[side].append(
                        measured(side, options.pyradiomics, options.data, settings, files[side])
                    )
        same = differences(files[SIDES[0]], files["pyradiomics"])
    wall, processor = ({s: statistics.median(run[k] for run in runs[s]) for s in SIDES} for k in (0, 1))
    return {
        "seconds": wall,
        "processor_seconds": processor,
        "rounds": {side: len(run) for side, run in runs.items()},
        "times_faster": {side: wall["pyradiomics"] / wall[side] for side in SIDES[:2]},
        "times_less_processor": processor["pyradiomics"] / processor[SIDES[0]],
        "radius": radius,
        "spacing_mm": spacing,
        "pyradiomics_voxelBatch": batch,
        **same,
    }


if __name__ == "__main__":
    main()
