"""Time of one new study's score: by a service that has loaded its model, and by the whole command.

    python benchmarks/score_speed.py [--data ../shared/data] [--rounds 15] [--commands 5]

The model learns from copies of one first lumbar vertebra with seeded noise, by the preset `ct` (851 features) and the
default pipeline; how well it does means nothing. Scored are real images: a crop round L1 from a CT of 3 mm,
the whole CT, a DICOM series of 20 slices of 512 × 512 with a label map, and the same slices over and over, as a series of 300 with a
label map as large, compressed as they are (JPEG 2000), uncompressed, and, where DCMTK is installed, as JPEG lossless and JPEG-LS; each call reads its files anew. Medians of wall and of
processor time, the first call apart; what is not said to be otherwise, in one thread. The command is a fresh process each time, kernels compiled before. Writes
benchmarks/results/score_speed.json.
"""

from __future__ import annotations

import argparse
import copy
import gc
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd
import pydicom
import SimpleITK as sitk

import radiobone as rb
from radiobone.workflow.score import fit_table

HERE = Path(__file__).resolve().parent
L1 = 31
OF_SERIES = 33  # a vertebra that the 20 slices hold
N_SLICES = 300
PACKERS = {"JPEG lossless": ("dcmcjpeg", "+e1"), "JPEG-LS": ("dcmcjpls",)}  # of DCMTK
ELSEWHERE = 100  # added to the labels of the slices' other copies
MARGIN = 8
N_COPIES = 40
Files = tuple[Path, Path, int | str]


def crop(image: sitk.Image, mask: sitk.Image, label: int) -> tuple[sitk.Image, sitk.Image]:
    """Return the box of a label with a margin."""
    z, y, x = np.nonzero(sitk.GetArrayFromImage(mask) == label)
    size = np.array(image.GetSize())
    low = np.maximum([x.min() - MARGIN, y.min() - MARGIN, z.min() - MARGIN], 0)
    high = np.minimum(np.array([x.max(), y.max(), z.max()]) + MARGIN + 1, size)
    box = tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return image[box], mask[box]


def long_series(folder: Path, spine: Path) -> dict[str, Files]:
    """Write 300 slices, compressed and not, and their label map, in which the vertebra is in the middle alone."""
    found = [pydicom.dcmread(path) for path in sorted((spine / "dicom" / "ct").iterdir()) if path.is_file()]
    slices = sorted(found, key=lambda one: float(one.ImagePositionPatient[2]))
    places = np.array([one.ImagePositionPatient for one in slices], dtype=float)
    step = (places[-1] - places[0]) / (len(slices) - 1)
    drawn = sitk.ReadImage(str(spine / "dicom" / "total.nii.gz"))
    labels = sitk.GetArrayFromImage(drawn)
    n_copies = N_SLICES // len(slices)
    copies = [labels + ELSEWHERE * (labels > 0) * (n != n_copies // 2) for n in range(n_copies)]
    mask = sitk.GetImageFromArray(np.concatenate(copies).astype(np.uint8))
    mask.SetSpacing(drawn.GetSpacing())
    mask.SetOrigin(drawn.GetOrigin())
    mask.SetDirection(drawn.GetDirection())
    sitk.WriteImage(mask, str(folder / "long.nii.gz"))
    for kind in ("JPEG 2000", "uncompressed"):
        (folder / kind).mkdir()
        if kind == "uncompressed":
            for one in slices:
                one.decompress()
        for number in range(N_SLICES):
            one = copy.deepcopy(slices[number % len(slices)])
            one.ImagePositionPatient = [float(value) for value in places[0] + number * step]
            one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
            one.save_as(folder / kind / f"{number:04d}.dcm")
    for kind, command in PACKERS.items():
        if shutil.which(command[0]) is None:
            continue
        (folder / kind).mkdir()
        for path in (folder / "uncompressed").iterdir():
            subprocess.run([*command, str(path), str(folder / kind / path.name)], check=True)
    return {
        f"DICOM series of {N_SLICES}, {kind}": (folder / kind, folder / "long.nii.gz", OF_SERIES)
        for kind in ("uncompressed", *PACKERS, "JPEG 2000")
        if (folder / kind).is_dir()
    }


def make_model(folder: Path, image: sitk.Image, mask: sitk.Image) -> Path:
    """Learn from noisy copies of the crop, of which half are brighter."""
    rng = np.random.default_rng(0)
    rows = []
    sitk.WriteImage(mask, str(folder / "mask.nii.gz"))
    for number in range(N_COPIES):
        sick = number % 2
        noise = sitk.GetImageFromArray(
            (rng.normal(0, 20, image.GetSize()[::-1]) + 15 * sick + rng.normal(0, 10)).astype(np.int16)
        )
        noise.CopyInformation(image)
        sitk.WriteImage(sitk.Cast(image, sitk.sitkInt16) + noise, str(folder / f"p{number}.nii.gz"))
        rows.append(
            {
                "patient_id": f"p{number}",
                "image": f"p{number}.nii.gz",
                "mask": "mask.nii.gz",
                "mask_label": L1,
                "sick": sick,
            }
        )
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)
    rb.extract(
        folder / "manifest.csv", settings="ct", modality="ct", output=folder / "f", show_progress=False
    )
    model = fit_table(folder / "f", pipeline="default", seed=0, jobs=1, target="sick")
    model.save(folder / "model.rbm")
    return folder / "model.rbm"


def timed(call: Callable[[], Any], rounds: int) -> dict[str, float]:
    """Return the first call's seconds and the medians of the others."""
    walls, works = [], []
    for _ in range(rounds + 1):
        wall, work = time.perf_counter(), time.process_time()
        call()
        walls.append(time.perf_counter() - wall)
        works.append(time.process_time() - work)
    return {"first_s": walls[0], "median_s": median(walls[1:]), "median_cpu_s": median(works[1:])}


def in_service(service: rb.ScoringService, files: Files, rounds: int) -> dict[str, float]:
    """Time fresh calls of a service."""

    def score() -> None:
        outcome = service.score(files[0], files[1], label=files[2])
        assert outcome.ok, outcome.message

    return timed(score, rounds)


def as_command(model: Path, files: Files, rounds: int) -> dict[str, float]:
    """Time whole processes."""
    command = [
        sys.executable,
        "-m",
        "radiobone",
        "score",
        str(model),
        *map(str, files[:2]),
        "--label",
        str(files[2]),
        "--json",
    ]

    def used() -> float:
        own = resource.getrusage(resource.RUSAGE_CHILDREN)
        return own.ru_utime + own.ru_stime

    works: list[float] = []

    def run() -> None:
        before = used()
        subprocess.run(command, check=True, capture_output=True)
        works.append(used() - before)

    found = timed(run, rounds)
    return {**found, "median_cpu_s": median(works[1:])}


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--commands", type=int, default=5)
    options = parser.parse_args()
    spine = options.data / "totalseg"
    whole = (spine / "ct_3mm.nii.gz", spine / "ct_3mm_vertebrae.nii.gz", L1)
    results: dict[str, Any] = {"load_average": os.getloadavg()[0], "rounds": options.rounds}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image, mask = crop(*(sitk.ReadImage(str(one)) for one in whole[:2]), L1)
        model = make_model(folder, image, mask)
        start = time.perf_counter()
        with rb.ScoringService(model) as service:
            results["load_s"] = time.perf_counter() - start
            cases: dict[str, Files] = {
                "crop of L1, NIfTI": (folder / "p0.nii.gz", folder / "mask.nii.gz", L1),
                "whole CT, NIfTI": whole,
                "DICOM series": (spine / "dicom" / "ct", spine / "dicom" / "total.nii.gz", OF_SERIES),
                **long_series(folder, spine),
            }
            frozen = f"DICOM series of {N_SLICES}, uncompressed"
            cases[f"{frozen}, gc.freeze()"] = cases[frozen]
            for case, files in cases.items():
                if case.endswith("gc.freeze()"):
                    gc.freeze()
                results[case] = in_service(service, files, options.rounds)
                print(case, {key: round(value, 3) for key, value in results[case].items()}, flush=True)
        for case in ("crop of L1, NIfTI", "DICOM series"):
            results[f"command, {case}"] = as_command(model, cases[case], options.commands)
            print(
                "command,", case, {k: round(v, 3) for k, v in results[f"command, {case}"].items()}, flush=True
            )
    (HERE / "results" / "score_speed.json").write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
