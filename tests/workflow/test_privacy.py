"""Headers full of names: whatever a command writes or says, none of them is in it, and no path of this machine in its files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from pydicom.dataset import Dataset

from identified import (
    TOLD,
    WORD,
    write_nifti,
    write_nrrd,
    write_picture,
    write_radiograph,
    write_rtstruct,
    write_seg,
    write_series,
)
from radiobone.testing.dxa_cohort import INTERCEPT_G_PER_CM2, SLOPE_G_PER_CM2, write_dxa_cohort
from seen_in import seen_in, seen_in_bytes
from small_cohort import bone, two_labels
from tiny_onnx import write_pooling

HOME = "zqhome"  # a folder of the path: whose machine it is
RUN = """
import json, sys
from radiobone.cli.app import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["radiobone", *words]
    print("$", *words[:1], flush=True)
    try:
        main()
    except SystemExit as stopped:
        print("exit", stopped.code, flush=True)
"""
SETTINGS = "imageType:\n  Original: {}\nfeatureClass:\n  firstorder:\nsetting:\n  binWidth: 25\n"
DENSITY = {
    "forest": {"n_estimators": 12, "pixels_per_class": 150},
    "n_folds": 3,
    "calibration": {
        "kind": "line", "slope_g_per_cm2": SLOPE_G_PER_CM2, "intercept_g_per_cm2": INTERCEPT_G_PER_CM2, "source": "made",
    },
}  # fmt: skip
PIPELINE = "outer: {folds: 3}\ninner: {folds: 2}\nsteps: [impute, scale]\nmodels:\n  - lr: {C: [1.0]}\n"


def spoiled(field: str, value: object) -> Callable[[Dataset, int], None]:
    def spoil(dataset: Dataset, number: int) -> None:
        if number == 3:
            tag = dataset[field].tag
            dataset.add_new(tag, "LO", value)  # whatever the standard says the field holds

    return spoil


def with_bad_uid(dataset: Dataset, _number: int) -> None:
    dataset.SeriesInstanceUID = f"{WORD}uid"
    dataset.PatientBirthDate = f"{WORD}date"
    dataset.KVP = None
    dataset.add_new(dataset["PatientAge"].tag, "AS", f"{WORD}age")


BROKEN = {
    "uid": with_bad_uid,
    "spacing": spoiled("PixelSpacing", f"{WORD}spacing"),
    "position": spoiled("ImagePositionPatient", f"{WORD}x\\{WORD}y\\{WORD}z"),
    "slope": spoiled("RescaleSlope", f"{WORD}slope"),
    "rows": spoiled("Rows", f"{WORD}rows"),
    "photometric": spoiled("PhotometricInterpretation", f"{WORD}photo"),
    "patient": spoiled("PatientID", f"{WORD}another"),
    "series": spoiled("SeriesInstanceUID", f"{WORD}another"),
    "type": spoiled("ImageType", f"{WORD}type"),
    "bits": spoiled("BitsAllocated", f"{WORD}bits"),
    "modality": spoiled("Modality", f"{WORD}mod"),
}


def without_complaints(make: Callable[..., Path]) -> Callable[..., Path]:
    @wraps(make)
    def quietly(*given: Any, **named: Any) -> Path:
        with warnings.catch_warnings(action="ignore"):  # the fields are meant to be bad
            return make(*given, **named)

    return quietly


@pytest.fixture(scope="module")
@without_complaints
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("machine") / HOME / "study"
    (folder / "x").mkdir(parents=True)
    mask = (two_labels() == 1).astype(np.uint8)
    rows = []

    def add(name: str, image: Path, outline: Path) -> None:
        paths = {"image": image.relative_to(folder), "mask": outline.relative_to(folder)}
        rows.append(
            {
                "patient_id": name,
                **paths,
                "roi": "vertebrae_L1" if outline.suffix == ".dcm" else "",
                "sick": ["no", "yes"][len(rows) % 2],
            }
        )

    for number in range(14):
        image = write_nifti(folder / "x" / f"{number}.nii", bone(number))
        add(f"K{number:02d}", image, write_nifti(folder / "x" / f"m{number}.nii", mask))
    add("K20", write_series(folder / "series", bone(20)), write_seg(folder / "seg.dcm", mask))
    add("K21", write_series(folder / "other", bone(21)), write_rtstruct(folder / "rs.dcm"))
    add("K22", write_nrrd(folder / "x" / "n.nrrd", bone(22)), write_nrrd(folder / "x" / "nm.nrrd", mask))
    for name, spoil in BROKEN.items():
        add(f"B-{name}", write_series(folder / f"broken_{name}", bone(3), spoil), folder / "rs.dcm")
    cut = write_series(folder / "cut", bone(4)) / "005.dcm"
    cut.write_bytes(cut.read_bytes()[:1500])
    add("B-cut", cut.parent, folder / "rs.dcm")
    torn = folder / "torn.dcm"
    torn.write_bytes((folder / "seg.dcm").read_bytes()[:-900])
    add("B-seg", write_series(folder / "whole", bone(5)), torn)
    nifti = folder / "x" / "bad.nii"
    nifti.write_bytes((folder / "x" / "1.nii").read_bytes()[:2000])
    add("B-nifti", nifti, folder / "x" / "m1.nii")
    add("B-none", folder / "not_there.nii", folder / "x" / "m1.nii")
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)
    pd.DataFrame(rows[13:]).to_csv(folder / "few.csv", index=False)
    (folder / "settings.yaml").write_text(SETTINGS)
    (folder / "pipeline.yaml").write_text(PIPELINE)
    _write_pictures(folder)
    return folder


def _write_pictures(folder: Path) -> None:
    pixels = np.random.default_rng(0).integers(40, 200, (48, 40)).astype(np.uint8)
    mask = np.zeros((48, 40), np.uint8)
    mask[8:40, 8:32] = 1
    rows = []
    (folder / "knees").mkdir()
    for number, suffix in enumerate((".png", ".tif", ".jpg", ".dcm")):
        image = folder / "knees" / f"{number}{suffix}"
        (write_radiograph if suffix == ".dcm" else write_picture)(image, np.roll(pixels, number * 7))
        write_picture(folder / "knees" / f"m{number}.png", mask)
        rows.append(
            {
                "patient_id": f"X{number}",
                "image": f"knees/{image.name}",
                "mask": f"knees/m{number}.png",
                "sick": number % 2,
            }
        )
    write_radiograph(folder / "knees" / "text.dcm", np.roll(pixels, 3), burned_in="YES")
    rows.append({"patient_id": "X9", "image": "knees/text.dcm", "mask": "knees/m0.png", "sick": 1})
    pd.DataFrame(rows).to_csv(folder / "knees.csv", index=False)


def run(commands: Sequence[Sequence[object]], home: Path) -> str:
    """Run commands as a user does, in one process of its own, and return all that it said."""
    words = json.dumps([[str(word) for word in command] for command in commands])
    environment = {
        **os.environ,
        "HOME": str(home),
        "USER": "zqhomeuser",
        "PYTHONWARNINGS": "default",
        "COLUMNS": "300",
    }
    told = subprocess.run(
        [sys.executable, "-c", RUN, words],
        env=environment,
        capture_output=True,
        timeout=280,
        check=False,
        text=True,
        errors="replace",
    )
    return told.stdout + told.stderr


@pytest.fixture(scope="module")
def said_and_left(data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    out = tmp_path_factory.mktemp("out")
    one = (data / "series", data / "seg.dcm")
    roles = ("--target", "sick", "--positive", "yes", "-p", data / "pipeline.yaml")
    spoiled_one = (data / "broken_spacing", data / "rs.dcm")
    said = run(
        [
            ["extract", data / "manifest.csv", "-o", out / "features", "-s", data / "settings.yaml", "-j", 1],
            ["evaluate", out / "features", *roles, "--no-shap", "-o", out / "result", "-j", 1],
            ["report", out / "result"],
            [
                "extract",
                data / "knees.csv",
                "-o",
                out / "knees",
                "-s",
                data / "settings.yaml",
                "-m",
                "xr",
                "-j",
                1,
            ],
            ["bone", *one, "-o", out / "bone", "--level", "L1", "-M", "volume", "-j", 1],
            ["bone", data / "few.csv", "-o", out / "bones", "--level", "L1", "-M", "volume", "-j", 2],
            ["map", *one, "-o", out / "maps", "-f", "firstorder_Mean", "-j", 1],
            ["map", *spoiled_one, "-o", out / "maps_bad", "-f", "firstorder_Mean", "-j", 1],
            ["cards", "new", data / "few.csv", "--target", "sick", "-o", out / "card", "-j", 1],
            ["fit", out / "features", *roles, "-o", out / "m.rbm"],
            ["score", out / "m.rbm", *one, "--json"],
            ["score", out / "m.rbm", data / "few.csv", "-o", out / "scores.csv", "-j", 1],
        ],
        data.parent,
    )
    (out.parent / "said.txt").write_text(said)
    return said, out


@pytest.mark.slow
def test_no_word_of_a_header_is_in_what_is_left_or_said(said_and_left: tuple[str, Path]) -> None:
    said, out = said_and_left
    assert seen_in(out, TOLD) == []
    assert [line for line in said.splitlines() if seen_in_bytes("terminal", line.encode(), TOLD)] == []


@pytest.mark.slow
def test_no_word_of_a_header_is_in_densities_or_what_is_said_of_them(tmp_path: Path) -> None:
    folder, out = tmp_path / HOME / "study", tmp_path / "out"
    folder.mkdir(parents=True)
    write_dxa_cohort(folder, n_patients=12, with_masks=0.5, shape=(72, 54))
    manifest = pd.read_csv(folder / "manifest.csv")
    for name in manifest["image"]:
        pixels = np.asarray(Image.open(folder / name))
        with warnings.catch_warnings(action="ignore"):
            write_radiograph(folder / f"{name}.dcm", pixels)
    manifest.assign(image=manifest["image"] + ".dcm").to_csv(folder / "dcm.csv", index=False)
    (folder / "settings.yaml").write_text(json.dumps(DENSITY))
    said = run(
        [
            [
                "dxa",
                folder / "dcm.csv",
                "-o",
                out / "dxa",
                "--settings",
                folder / "settings.yaml",
                "--target",
                "osteoporosis",
                "-j",
                1,
            ]
        ],
        folder.parent,
    )
    assert "exit 0" in said
    assert set(pd.read_csv(out / "dxa" / "cases.csv")["status"]) == {"done"}
    assert seen_in(out, [*TOLD, HOME]) == []
    assert [line for line in said.splitlines() if seen_in_bytes("terminal", line.encode(), TOLD)] == []


@pytest.mark.slow
@pytest.mark.skipif(find_spec("onnxruntime") is None, reason="onnxruntime is not installed")
def test_no_word_of_a_header_is_in_vectors_or_what_is_said_of_them(data: Path, tmp_path: Path) -> None:
    network = write_pooling(data / "tiny.onnx", ["n", 1, 48, 40])
    (data / "input.yaml").write_text("mean: 0.0\nsd: 1.0\n")
    asked = [
        "embed",
        data / "knees.csv",
        "--encoder",
        network,
        "--normalisation",
        data / "input.yaml",
        "-o",
        tmp_path / "v",
    ]
    said = run([[*asked, "-j", 1]], data.parent)
    assert "exit 0" in said
    assert len(pd.read_parquet(tmp_path / "v" / "vectors.parquet")) == 5
    assert seen_in(tmp_path / "v", [*TOLD, HOME]) == []
    assert [line for line in said.splitlines() if seen_in_bytes("terminal", line.encode(), TOLD)] == []


@pytest.mark.slow
def test_no_path_of_this_machine_is_in_what_is_left(said_and_left: tuple[str, Path]) -> None:
    _, out = said_and_left
    assert seen_in(out, [HOME, str(out)]) == []


@pytest.mark.slow
def test_the_commands_did_their_work(said_and_left: tuple[str, Path]) -> None:
    said, out = said_and_left
    cases = pd.read_csv(out / "features" / "cases.csv").set_index("patient_id")
    assert set(cases.index[cases["status"] == "done"]) >= {"K00", "K20", "K21", "K22"}
    assert set(cases.index[cases["status"] == "failed"]) >= {
        "B-cut",
        "B-seg",
        "B-nifti",
        "B-none",
        "B-spacing",
        "B-position",
    }
    for made in (
        "result/report.html",
        "bone/levels.csv",
        "maps/maps.csv",
        "card",
        "m.rbm",
        "scores.csv",
        "knees/features.parquet",
    ):
        assert (out / made).exists(), (made, said)
    assert (cases["code"] != "UnexpectedError").all(), cases["message"].tolist()
    assert "Traceback" not in said
    assert (
        "BurnedInText" in pd.read_csv(out / "knees" / "cases.csv").set_index("patient_id")["warnings"]["X9"]
    )


def test_the_search_finds_what_is_there(data: Path) -> None:
    found = " ".join(seen_in(data, TOLD))
    assert all(f"{word} in" in found for word in TOLD if "-" not in word and "1942." not in word)
    for name in (
        "series/000.dcm",
        "seg.dcm",
        "rs.dcm",
        "x/0.nii",
        "x/n.nrrd",
        "knees/0.png!tEXt",
        "knees/0.png!zTXt unpacked",
        "knees/1.tif",
    ):
        assert f"{WORD} in {name}" in found
