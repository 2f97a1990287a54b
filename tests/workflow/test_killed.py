"""Killed without a word at any moment, and run again: the files of an undisturbed run, and next to nothing computed twice."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from radiobone.workflow.extract import extract_files
from run_content import content
from small_cohort import SmallCohort, write_image

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills groups of processes")
WATCHED = Path(__file__).resolve().parents[1] / "helpers" / "watched"
SETTINGS = "imageType: {Original: {}}\nfeatureClass: {firstorder: [Mean, Median]}\n"
JOBS = 2


def cohort_of(n_cases: int, folder: Path) -> Path:
    """Write tiny images, one mask for all, and a manifest; one case in fifty cannot be measured."""
    rng = np.random.default_rng(0)
    (folder / "images").mkdir(parents=True)
    mask = np.zeros((4, 6, 6), np.uint8)
    mask[1:3, 1:5, 1:5] = 1
    write_image(folder / "mask.nii", mask)
    rows = []
    for number in range(n_cases):
        image = folder / "images" / f"p{number:04d}.nii"
        if number % 50 == 7:
            image.write_bytes(b"no image")
        else:
            write_image(image, rng.normal(300, 60, mask.shape).astype(np.int16))
        rows.append({"patient_id": f"p{number:04d}", "image": f"images/{image.name}", "mask": "mask.nii"})
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)
    (folder / "s.yaml").write_text(SETTINGS)
    return folder


def started(folder: Path, out: Path, log: Path) -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(WATCHED), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", "radiobone", "extract", "manifest.csv", "-o", str(out), "-s", "s.yaml", "-q", "-j", str(JOBS)],
        cwd=folder, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path, "WATCHED_LOG": str(log)},
    )  # fmt: skip


def finished(folder: Path, out: Path, log: Path) -> None:
    process = started(folder, out, log)
    assert process.wait(timeout=540) == 3  # some cases cannot be measured


def killed(folder: Path, out: Path, log: Path, after_s: float) -> bool:
    """Start a run and kill all its processes after a time; tell whether it was still running."""
    process = started(folder, out, log)
    time.sleep(after_s)
    running = process.poll() is None
    os.killpg(process.pid, signal.SIGKILL) if running else None
    process.wait()
    return running


def entries(out: Path) -> dict[str, tuple[int, int]]:
    paths = [path for path in out.glob("cache/??/*.json") if not path.name.startswith(".")]
    return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in paths}


def opened(log: Path) -> set[str]:
    return set(log.read_text().split()) if log.exists() else set()


def sound(n_cases: int) -> set[str]:
    return {f"p{number:04d}.nii" for number in range(n_cases) if number % 50 != 7}


def check_one_kill(
    folder: Path, work: Path, expected: dict[str, Any], after_s: float, n_cases: int
) -> tuple[int, int]:
    """Kill once, run again, compare; return how many cases were kept and how many computed twice."""
    out = work / "out"
    killed(folder, out, work / "first.log", after_s)
    before = entries(out)
    finished(folder, out, work / "second.log")
    after = entries(out)
    assert content(out) == expected
    assert {
        name: state for name, state in after.items() if name in before
    } == before  # none was written again
    first, second = opened(work / "first.log") & sound(n_cases), opened(work / "second.log") & sound(n_cases)
    assert len(second) == len(sound(n_cases)) - len(before)
    twice = first & second
    assert len(twice) <= JOBS, sorted(twice)
    cases = pd.read_csv(out / "cases.csv")
    assert cases["patient_id"].is_unique
    assert len(cases) == n_cases
    return len(before), len(twice)


def undisturbed(folder: Path, work: Path) -> tuple[dict[str, Any], float]:
    begun = time.monotonic()
    finished(folder, work / "undisturbed", work / "undisturbed.log")
    return content(work / "undisturbed"), time.monotonic() - begun


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(3600)
def test_twenty_runs_of_a_thousand_cases_killed_at_random_moments(tmp_path: Path) -> None:
    folder = cohort_of(1000, tmp_path / "cohort")
    expected, whole_s = undisturbed(folder, tmp_path)
    moments = random.Random(7)
    for trial in range(20):
        (tmp_path / str(trial)).mkdir()
        after_s = moments.uniform(0, whole_s)
        kept, twice = check_one_kill(folder, tmp_path / str(trial), expected, after_s, 1000)
        print(
            f"killed after {after_s:.1f} of {whole_s:.1f} s: {kept} kept, {twice} computed twice", flush=True
        )


@pytest.mark.slow
def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = cohort_of(60, tmp_path / "cohort")
    asked = {"settings": folder / "s.yaml", "show_progress": False}
    extract_files(folder / "manifest.csv", output=tmp_path / "undisturbed", **asked)
    out, logs = tmp_path / "out", (tmp_path / "first.log", tmp_path / "second.log")
    process = started(folder, out, logs[0])
    deadline = time.monotonic() + 120
    while len(entries(out)) < 20 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = entries(out)
    assert 20 <= len(before) < 58
    finished(folder, out, logs[1])
    assert content(out) == content(tmp_path / "undisturbed")
    first, second = (opened(log) & sound(60) for log in logs)
    assert len(second) == 58 - len(before)
    assert len(first & second) <= JOBS


EVENTS = {"os.rename", "os.remove", "os.mkdir", "open"}


def run_and_die(manifest: Path, out: Path, at: int) -> bool:
    """Extract in a child that ends at its ``at``-th change of a file; tell whether it came to its end before."""
    child = os.fork()
    if child == 0:
        left = [at]

        def hook(event: str, arguments: tuple[Any, ...]) -> None:
            if event in EVENTS and (
                event != "open"
                or (isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR))
            ):
                left[0] -= 1
                if left[0] == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        code = 1
        try:
            extract_files(manifest, settings=json.loads(QUICK), output=out, show_progress=False)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0
        return True
    return False


QUICK = '{"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean"]}}'


@pytest.mark.slow
@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.long)])
@pytest.mark.skipif(sys.platform != "linux", reason="forks with libraries loaded")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_killed_at_every_change_of_a_file(tmp_path: Path, step: int) -> None:
    cohort = SmallCohort(tmp_path / "cohort")
    cohort.add("p1")
    manifest, settings = cohort.manifest, json.loads(QUICK)
    extract_files(manifest, settings=settings, output=tmp_path / "whole", show_progress=False)
    expected = content(tmp_path / "whole")
    at, ended = 0, False
    while not ended:
        at += step
        out = tmp_path / f"out{at}"
        ended = run_and_die(manifest, out, at)
        extract_files(manifest, settings=settings, output=out, show_progress=False)
        assert content(out) == expected, at
    assert at > 20
