"""The benchmark: what it measures of a process, how it compares, and what it says."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from radiobone.core.errors import BadSetting, BenchFailed, FileMissing
from radiobone.core.volume import Volume
from radiobone.io.write import write_volume
from radiobone.testing import workloads
from radiobone.workflow.bench.extraction import compare, extraction_table
from radiobone.workflow.bench.fresh_process import run_fresh
from radiobone.workflow.bench.plan import Plan, own_image
from radiobone.workflow.bench.run import run_bench
from radiobone.workflow.bench.sides import RADIOBONE, Side, Work, find_pyradiomics

SLEEPS = """
held = bytearray(int(arguments[0] * 2**20))
for k in range(0, len(held), 4096):
    held[k] = 1
first_ended = time.time()
start = time.perf_counter()
time.sleep(arguments[1])
finish(first_ended, time.perf_counter() - start, {"1:a": 2.0})
"""
LATE = "time.sleep(arguments[-1])\nfinish(time.time(), arguments[-1], {'1:a': 2.0, '1:b': arguments[-2]})"
NOWHERE = Work(Path("image"), Path("mask"), (1,), Path("settings"))


def test_a_process_tells_its_time_and_memory():
    held = bytearray(300 * 2**20)  # what the launcher holds is not the process's
    small, large = (run_fresh(sys.executable, SLEEPS, [megabytes, 0.2]) for megabytes in (1, 120))
    assert len(held) > 0
    assert small.seconds == pytest.approx(0.2, abs=0.15)
    assert small.values == {"1:a": 2.0}
    assert small.first_s > 0
    if sys.platform.startswith("linux"):
        assert small.peak_mb is not None
        assert large.peak_mb is not None
        assert 100 < large.peak_mb - small.peak_mb < 140
        assert large.peak_mb < 250


def test_a_process_has_one_thread():
    found = run_fresh(
        sys.executable,
        "import os\nfinish(time.time(), 0.0, {n: float(os.environ[n]) for n in ('OMP_NUM_THREADS', 'NUMBA_NUM_THREADS', "
        "'ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS')})",
        [],
    )
    assert set(found.values.values()) == {1.0}


def test_a_process_that_fails_is_named():
    with pytest.raises(BenchFailed, match=r"code 1: ValueError: no such voxel"):
        run_fresh(sys.executable, "raise ValueError('no such voxel')", [])
    with pytest.raises(BenchFailed, match="cannot be run"):
        run_fresh("/nowhere/python", "", [])
    with pytest.raises(BenchFailed, match="pyradiomics cannot be imported"):
        find_pyradiomics("/nowhere/python")


def test_sides_are_compared_by_medians_and_values():
    ours = Side(RADIOBONE.name, sys.executable, LATE, (1.0, 0.05))
    theirs = Side("other", sys.executable, LATE, (1.5, 0.4))
    found = compare("work", NOWHERE, [ours, theirs], rounds=3)
    assert found.times_faster["other"] == pytest.approx(
        found.seconds["other"] / found.seconds[RADIOBONE.name]
    )
    assert found.times_faster["other"] == pytest.approx(8)
    assert found.largest_difference == pytest.approx(0.5 / 1.5)
    text = "\n".join(extraction_table([found], "title").lines())
    assert "DIFFER" in text
    assert " 8.0 " in text


def test_other_features_are_no_agreement():
    ours = Side(RADIOBONE.name, sys.executable, "finish(time.time(), 1.0, {'1:a': 1.0})")
    theirs = Side("other", sys.executable, "finish(time.time(), 1.0, {'1:b': 1.0})")
    table = extraction_table([compare("work", NOWHERE, [ours, theirs], rounds=1)], "title")
    assert table.figures["work"]["same_features"] is False
    assert "DIFFER" in table.notes[-1]


def test_own_image_needs_both_files(tmp_path):
    assert own_image(None, None, [1]) is None
    with pytest.raises(BadSetting, match="Give both --image and --mask"):
        own_image(tmp_path, None, [1])
    with pytest.raises(FileMissing, match=r"no file .*none\.nii"):
        own_image(tmp_path, tmp_path / "none.nii", [1])
    with pytest.raises(BadSetting, match="no table 'nonsense'"):
        run_bench(Plan(only=("nonsense",)), tmp_path / "bench.json")


@pytest.mark.slow
def test_own_image_is_timed(tmp_path, capsys):
    rng = np.random.default_rng(0)
    image = Volume(rng.normal(100, 60, (20, 30, 30)).astype(np.int16), (2.0, 1.0, 1.0))
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[5:15, 8:20, 8:20], inside[5:9, 22:28, 22:28] = 1, 2
    write_volume(tmp_path / "image.nii.gz", image)
    write_volume(tmp_path / "mask.nii.gz", image.with_array(inside))
    own = own_image(tmp_path / "image.nii.gz", tmp_path / "mask.nii.gz", [1, 2])
    said: list[str] = []
    target = tmp_path / "bench.json"
    run_bench(Plan(own=own, only=("extraction",)), target, show_progress=False, say=said.append)
    figures = json.loads(target.read_text())["tables"]["extraction"]["image.nii.gz"]
    assert figures["n_values"] == 2 * 851
    assert figures["seconds"]["radiobone"] > 0
    assert "image.nii.gz" in "\n".join(said)


def test_thick_slices_hold_a_vertebra():
    made = workloads.one_vertebra_in_thick_slices()
    assert made.image.spacing_mm == (3.0, 0.9, 0.9)
    assert (made.labels.array == made.values[0]).sum() > 2000


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "shape", "n_regions", "volume_ml"),
    [
        (workloads.one_vertebra_in_a_ct, (200, 512, 512), 1, 33.1),
        (workloads.psoas_pair_in_a_ct, (200, 512, 512), 1, 221.2),
        (workloads.twelve_vertebrae_in_a_ct, (290, 512, 512), 12, 290.1),
    ],
)
def test_whole_cts_hold_bodies_of_known_volume(make, shape, n_regions, volume_ml):
    made = make()
    assert made.image.shape == shape
    assert made.image.array.dtype == np.int16
    assert made.values == tuple(range(1, n_regions + 1))
    found_ml = (made.labels.array > 0).sum() * made.image.voxel_volume_mm3 / 1000
    assert found_ml == pytest.approx(volume_ml, rel=0.01)
    bone_hu = made.image.array[made.labels.array == 1].astype(float)
    assert 50 < bone_hu.std() < 250 or make is workloads.psoas_pair_in_a_ct
