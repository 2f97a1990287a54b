"""Time of all bone measurements of five vertebrae in one abdominal CT.

The CT of the shared data folder (3 mm) is resampled to the voxels of a routine abdominal CT and written as NIfTI, so that
reading counts too.

    python benchmarks/bone_speed.py [FOLDER] [--spacing 0.8 0.8 1.0]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

import SimpleITK as sitk

import radiobone as rb

HERE = Path(__file__).parent
LEVELS = ("L1", "L2", "L3", "L4", "L5")


def resampled(path: Path, spacing_mm: tuple[float, float, float], interpolator: int) -> sitk.Image:
    """Read an image on other voxels; spacing is (x, y, z)."""
    image = sitk.ReadImage(str(path))
    size = [
        round(n * old / new)
        for n, old, new in zip(image.GetSize(), image.GetSpacing(), spacing_mm, strict=True)
    ]
    return sitk.Resample(
        image,
        size,
        sitk.Transform(),
        interpolator,
        image.GetOrigin(),
        spacing_mm,
        image.GetDirection(),
        0,
        image.GetPixelID(),
    )


def main() -> None:
    """Measure and write the result."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=HERE.parent.parent / "shared/data/totalseg")
    parser.add_argument("--spacing", type=float, nargs=3, default=(0.8, 0.8, 1.0))
    arguments = parser.parse_args()
    names = {f"vertebrae_L{number}": 32 - number for number in range(1, 6)}
    names |= {"vertebrae_T12": 32, "iliopsoas_left": 88, "iliopsoas_right": 89}
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("ct.nii.gz", "mask.nii.gz")]
        for path, source, how in zip(
            paths, ("ct_3mm", "ct_3mm_total"), (sitk.sitkLinear, sitk.sitkNearestNeighbor), strict=True
        ):
            image = resampled(arguments.folder / f"{source}.nii.gz", tuple(arguments.spacing), how)
            sitk.WriteImage(
                sitk.Cast(image, sitk.sitkInt16 if source == "ct_3mm" else sitk.sitkUInt8), str(path)
            )
            size = image.GetSize()
        seconds, cpu = [], []
        for _ in range(3):
            start, busy = time.perf_counter(), time.process_time()
            found = rb.measure_bone(*paths, levels=LEVELS, names=names)
            seconds.append(time.perf_counter() - start)
            cpu.append(time.process_time() - busy)
    result = {
        "size_xyz": size,
        "spacing_mm_xyz": arguments.spacing,
        "n_levels": len(found.levels),
        "seconds_first_with_loading_of_kernels": round(seconds[0], 2),
        "seconds": round(min(seconds), 2),
        "cpu_seconds": round(min(cpu), 2),
        "left_out": sorted(
            {why.split(":")[0] for row in found.levels["left_out"] for why in row.split(" | ") if why}
        ),
    }
    print(json.dumps(result, indent=2))
    name = "bone_speed_" + "x".join(f"{edge:g}" for edge in arguments.spacing)
    (HERE / "results" / f"{name}.json").write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
