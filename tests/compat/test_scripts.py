"""Scripts written for pyradiomics, in which one import is swapped, run as they are.

They follow pyradiomics' examples: hello, settings from a file, feature classes, batches in one and several processes.
Where pyradiomics can be imported, the same scripts are run with its own import, and print the same.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent / "scripts"
CASES = Path(__file__).parents[1] / "reference" / "pyradiomics"
PARAMETERS = """
setting:
  binWidth: 25
  label: 1
  interpolator: 'sitkBSpline'
  resampledPixelSpacing:
  weightingNorm:
imageType:
  Original: {}
featureClass:
  shape:
  firstorder: []
  glcm:
    - 'Autocorrelation'
    - 'JointAverage'
    - 'Contrast'
  glrlm:
  glszm:
  gldm:
"""
VOXEL_PARAMETERS = """
imageType:
  Original: {}
featureClass:
  glcm:
    - JointEntropy
setting:
  binWidth: 25
  force2D: true
  label: 1
voxelSetting:
  kernelRadius: 2
  maskedKernel: true
  initValue: nan
  voxelBatch: 10000
"""
HAS_PYRADIOMICS = importlib.util.find_spec("radiomics") is not None


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder as the scripts expect it: test cases, a parameter file, a CSV of three cases, one of them missing."""
    (tmp_path / "data").mkdir()
    for case in ("brain1", "brain2"):
        shutil.copy(CASES / f"{case}_image.nrrd", tmp_path / "data" / f"{case}_image.nrrd")
        shutil.copy(CASES / f"{case}_mask.nrrd", tmp_path / "data" / f"{case}_label.nrrd")
    (tmp_path / "exampleSettings").mkdir()
    (tmp_path / "exampleSettings" / "Params.yaml").write_text(PARAMETERS, encoding="utf-8")
    (tmp_path / "exampleSettings" / "exampleVoxel.yaml").write_text(VOXEL_PARAMETERS, encoding="utf-8")
    rows = [
        (f"data/{case}_image.nrrd", f"data/{case}_label.nrrd", 1) for case in ("brain1", "gone", "brain2")
    ]
    with (tmp_path / "testCases.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([("Image", "Mask", "Label"), *rows])
    return tmp_path


def run(name: str, place: Path, *, original: bool = False) -> subprocess.CompletedProcess[str]:
    text = (SCRIPTS / name).read_text(encoding="utf-8")
    if original:
        text = text.replace("import radiobone.compat as radiomics", "import radiomics").replace(
            "radiobone.compat", "radiomics"
        )
    script = place / name
    script.write_text(text, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-W", "ignore", str(script), str(place / "data")],
        cwd=place, env=dict(os.environ), capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip


def numbers(printed: str) -> dict[str, str]:
    """What was computed, by name, without versions and configuration."""
    pairs = re.findall(r"^(?:Computed|Calculated) (\S+?) ?: (.*)$", printed, flags=re.MULTILINE)
    return {name: value for name, value in pairs if "Versions" not in name and "Configuration" not in name}


@pytest.mark.parametrize(
    ("name", "n_values"),
    [("hello.py", 16), ("hello_settings.py", 96), ("hello_classes.py", 250), ("hello_voxel.py", 14)],
)
def test_examples_run(place, name, n_values):
    done = run(name, place)
    assert done.returncode == 0, done.stderr
    assert len(numbers(done.stdout)) >= n_values


@pytest.mark.parametrize("name", ["batch.py", "batch_parallel.py"])
def test_batches_log_what_fails_and_go_on(place, name):
    done = run(name, place)
    assert done.returncode == 0, done.stderr
    assert "Traceback" in done.stderr
    assert "FileMissing" in done.stderr
    with (place / "radiomics_features.csv").open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    measured = [row for row in rows if row.get("original_firstorder_Mean")]
    assert [Path(row["Image"]).name for row in measured] == ["brain1_image.nrrd", "brain2_image.nrrd"]
    assert all(row["diagnostics_Mask-original_VoxelNum"] for row in measured)


@pytest.mark.oracle
@pytest.mark.skipif(not HAS_PYRADIOMICS, reason="pyradiomics cannot be imported here")
@pytest.mark.parametrize("name", ["hello.py", "hello_settings.py", "hello_classes.py", "hello_voxel.py"])
def test_examples_print_what_pyradiomics_prints(place, name):
    ours, theirs = numbers(run(name, place).stdout), numbers(run(name, place, original=True).stdout)
    assert list(ours) == list(theirs)
    for key, value in theirs.items():
        if re.fullmatch(r"-?[\d.]+(e-?\d+)?", value):
            assert float(ours[key]) == pytest.approx(float(value), rel=1e-9, abs=1e-9)
        else:
            assert ours[key] == value
