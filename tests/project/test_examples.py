"""The examples run as a user runs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("RADIOBONE_SHARED_DATA", ROOT.parent / "shared" / "data"))


def run(name, *arguments):
    done = subprocess.run(
        [sys.executable, str(ROOT / "examples" / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_the_study_of_radiographs(tmp_path):
    told = run("radiograph_study.py", tmp_path, 24)
    assert "24 columns of 24 patients; {'LAT': 1}" in told
    assert (tmp_path / "result" / "report.html").is_file()


@pytest.mark.shared_data
@pytest.mark.skipif(not (SHARED / "pyradiomics").is_dir(), reason="the folder of real data is not there")
def test_mr_with_and_without_standard_scores():
    told = run("mr_regions.py", SHARED / "pyradiomics")
    assert "glcm" in told
