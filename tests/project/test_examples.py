"""The examples run as a user runs them."""

import os
import re
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


@pytest.mark.slow
def test_opportunistic_screening(tmp_path, monkeypatch):
    monkeypatch.setenv("RADIOBONE_SHARED_DATA", str(tmp_path / "none"))  # the real scan is measured elsewhere
    told = run("opportunistic_screening.py", tmp_path, 20)
    assert "P005 vertebrae_L1  empty EmptyMask" in told
    assert "P001 vertebrae_L2 fractured" in told
    assert "P002 vertebrae_L1       cut" in told
    assert "CAUTION: contrast (portal venous)" in told
    assert "No drift seen" not in told
    assert re.search(r"moved in 2025-04: original_", told)
    assert re.search(r"2025-03: \d+ cases, (too few|fine)", told)
    for file in ("result/report.html", "scores.csv", "monitoring/monitor.html"):
        assert (tmp_path / file).is_file()
