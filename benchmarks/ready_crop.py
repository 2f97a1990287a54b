"""Matrices and formulas alone: the original image on a ready crop, beside pictologics, mirp, nyxus and z-rad.

    python benchmarks/ready_crop.py --workloads DIR [--data ../shared/data] [--rounds 5] [--only L1_3mm,psoas]
        [--pictologics PYTHON] [--mirp PYTHON] [--nyxus PYTHON] [--zrad PYTHON]

Each PYTHON is an interpreter in which that library is installed; one that is left out is not timed. The crops are made by
radiobone: the region's box after resampling to 1 mm, whole numbers, bins of 25 HU. What lies ready in memory is the
crop and its mask (nyxus takes files alone: an uncompressed NIfTI each). Timed are grey levels, matrices and formulas of
first-order, co-occurrence, run length, size zone, dependence and tone difference features; with ``--shape`` those of
shape too. Fresh processes by turns, one thread; in each the work is done once unseen, and the quickest of five more passes
counts (of fewer where they take more than two seconds): a pass takes milliseconds, and other programs disturb many of them.

The libraries do not compute the same: see WHAT. Writes benchmarks/results/ready_crop.json (ready_crop_shape.json).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median

import numpy as np
import SimpleITK as sitk

from radiobone.features.engine import prepare
from radiobone.features.presets import load_settings
from radiobone.io.images import read_image
from radiobone.io.masks import open_mask
from radiobone.workflow.bench.fresh_process import run_fresh

HERE = Path(__file__).resolve().parent
WHAT = {
    "radiobone": "93 features as pyradiomics: GLCM and GLRLM of 13 directions each, averaged; maximal correlation coefficient",
    "pictologics": "IBSI: GLCM and GLRLM merged over 13 directions; intensity statistics and histogram; size and distance zones",
    "mirp": "IBSI: GLCM and GLRLM averaged over 13 directions; intensity statistics and histogram",
    "nyxus": "GLCM and GLRLM of 13 directions; 3D intensity; reads the crop from files",
    "z-rad": "IBSI: GLCM and GLRLM averaged over 13 directions; intensity statistics and histogram",
}
TIMED = """
work()
first_ended = time.time()
seconds = []
while not seconds or len(seconds) < 5 and sum(seconds) < 2:
    start = time.perf_counter()
    found = work()
    seconds.append(time.perf_counter() - start)
finish(first_ended, min(seconds), {"n_features": float(count(found))})
"""
LOAD = """
import numpy as np
crop = np.load(arguments[0] + ".npz")
image, mask = crop["image"], crop["mask"]
"""
SCRIPTS = {
    "radiobone": LOAD + """
from radiobone.core.volume import Volume
from radiobone.features.engine import extract_features
from radiobone.features.settings import ALL_FAMILIES, ExtractionSettings
families = tuple(one for one in ALL_FAMILIES if arguments[1] or not one.name.startswith("shape"))
settings = ExtractionSettings(families=families)
volume = Volume(image)
region = volume.with_array(mask)
work, count = lambda: extract_features(volume, region, settings), len
""",
    "pictologics": LOAD + """
from pictologics import RadiomicsPipeline
from pictologics.loader import Image
volume, region = (Image(array=a, spacing=(1.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0))
                  for a in (image.astype(np.float64), mask))
lowest = float(image[mask > 0].min()) // 25 * 25
families = ["intensity", "histogram", "texture"] + (["morphology"] if arguments[1] else [])
pipeline = RadiomicsPipeline()
pipeline.add_config("crop", [
    {"step": "discretise", "params": {"method": "FBS", "bin_width": 25.0, "min_val": lowest}},
    {"step": "extract_features", "params": {"families": families}},
])
work, count = lambda: pipeline.run(volume, region, config_names=["crop"]), lambda found: len(found["crop"])
""",
    "mirp": LOAD + """
import logging
from mirp import extract_features
logging.disable(logging.CRITICAL)
families = ["statistics", "intensity_histogram", "glcm", "glrlm", "glszm", "ngtdm", "ngldm"]
families += ["morphology"] if arguments[1] else []
def work():
    return extract_features(
        image=image.astype(np.float64), mask=mask, image_modality="ct", base_discretisation_method="fixed_bin_size",
        base_discretisation_bin_width=25.0, resegmentation_intensity_range=[float(image[mask > 0].min()) // 25 * 25, np.nan],
        base_feature_families=families, glcm_spatial_method="3d_average", glrlm_spatial_method="3d_average",
    )
count = lambda found: found[0].shape[1]
""",
    "nyxus": """
import nyxus
names = ["*3D_ALL_INTENSITY*", "*3D_GLCM*", "*3D_GLRLM*", "*3D_GLSZM*", "*3D_GLDM*", "*3D_NGTDM*"]
names += ["*3D_ALL_MORPHOLOGY*"] if arguments[1] else []
nyx = nyxus.Nyxus3D(names, n_feature_calc_threads=1, coarse_gray_depth=arguments[2], ibsi=False)
def work():
    return nyx.featurize_files([arguments[0] + "_image.nii"], [arguments[0] + "_mask.nii"], False)
count = lambda found: found.shape[1]
""",
    "z-rad": LOAD + """
from zrad.image import Image
from zrad.preprocessing import IntensityMaskBuilder, RoiData, TextureDiscretizer
from zrad.radiomics import Radiomics
whole = dict(origin=(0.0, 0.0, 0.0), spacing=np.ones(3), direction=(1.0, 0, 0, 0, 1, 0, 0, 0, 1), shape=image.shape[::-1])
lowest = float(image[mask > 0].min()) // 25 * 25
families = ["intensity_statistics", "intensity_histogram", "glcm", "glrlm", "glszm", "ngtdm", "ngldm"]
families += ["morphology"] if arguments[1] else []
def work():
    roi = RoiData(image=Image(array=image.astype(np.float64), **whole),
                  morphological_mask=Image(array=mask.astype(np.float64), **whole))
    roi = IntensityMaskBuilder().apply(roi)
    roi.intensity_range = (lowest, np.inf)  # the bins begin there
    roi = TextureDiscretizer(bin_size=25.0).apply(roi)
    return Radiomics(aggr_dim="3D", aggr_method="AVER").extract_features(roi, families=families)
count = len
""",
}  # fmt: skip
PACKAGES = {"pictologics": "pictologics", "mirp": "mirp", "nyxus": "nyxus", "z-rad": "z-rad"}
VERSION = "from importlib.metadata import version\nfinish(time.time(), 0.0, {version(arguments[0]): 0.0})"


def write_crop(folder: Path, name: str, image: Path, mask: Path, label: int) -> tuple[str, int]:
    """Write a region's box as arrays and as NIfTI; return the path without ending, and the number of grey levels."""
    volume = read_image(image)
    prepared = prepare(volume, open_mask(mask, volume).region(label=label, roi=None), load_settings("ct"))
    box = prepared.box.slices
    array, inside = prepared.image.array[box].astype(np.int16), prepared.mask[box].astype(np.uint8)
    stem = folder / name
    np.savez(f"{stem}.npz", image=array, mask=inside)
    found = array[inside > 0].astype(float)
    for what, content in (("image", np.maximum(array - found.min(), 0).astype(np.uint16)), ("mask", inside)):
        sitk.WriteImage(sitk.GetImageFromArray(content), f"{stem}_{what}.nii")
    return str(stem), int(found.max() // 25 - found.min() // 25) + 1


def cases(data: Path, workloads: Path) -> dict[str, tuple[Path, Path, int]]:
    """Image, mask and label of each crop."""
    ct = workloads / "ct.nii.gz"
    return {
        "L1_3mm": (data / "totalseg/ct_3mm.nii.gz", data / "totalseg/ct_3mm_vertebrae.nii.gz", 31),
        "vertebra": (ct, workloads / "vertebra.nii.gz", 1),
        "psoas": (ct, workloads / "psoas.nii.gz", 1),
    }


def main() -> None:
    """Time every library on every crop, by turns."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--workloads", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    for name in PACKAGES:
        parser.add_argument(f"--{name.replace('-', '')}", dest=name, metavar="PYTHON")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--shape", action="store_true")
    options = parser.parse_args()
    pythons = {"radiobone": sys.executable}
    pythons |= {name: vars(options)[name] for name in PACKAGES if vars(options)[name]}
    versions = {
        name: next(iter(run_fresh(python, VERSION, [PACKAGES[name]]).values))
        for name, python in pythons.items()
        if name in PACKAGES
    }
    target = HERE / "results" / ("ready_crop_shape.json" if options.shape else "ready_crop.json")
    results = json.loads(target.read_text()) if target.is_file() else {"crops": {}}
    results |= {
        "versions": results.get("versions", {}) | versions,
        "what": WHAT,
        "rounds": options.rounds,
    }
    wanted = [name for name in options.only.split(",") if name]
    with tempfile.TemporaryDirectory() as folder:
        for name, case in cases(options.data, options.workloads).items():
            if wanted and name not in wanted:
                continue
            stem, n_levels = write_crop(Path(folder), name, *case)
            runs: dict[str, list[float]] = {library: [] for library in pythons}
            n_features = {}
            for _ in range(options.rounds):
                for library, python in pythons.items():
                    run = run_fresh(python, SCRIPTS[library] + TIMED, [stem, options.shape, n_levels])
                    runs[library].append(1000 * run.seconds)
                    n_features[library] = int(run.values["n_features"])
                    print(f"  {name}, {library}: {runs[library][-1]:.1f} ms", flush=True)
            times = {library: median(found) for library, found in runs.items()}
            best = min((library for library in times if library != "radiobone"), key=times.get, default=None)
            results["crops"][name] = {
                "milliseconds": times,
                "n_features": n_features,
                "best_other": best,
                "ours_over_best": times["radiobone"] / times[best] if best else None,
            }
            print(
                name,
                {library: round(ms, 1) for library, ms in times.items()},
                results["crops"][name]["ours_over_best"],
            )
            target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
