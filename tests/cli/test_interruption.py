"""Ctrl-C as a terminal sends it, to the program and its workers: one sentence, code 130, nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from small_cohort import SmallCohort

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
PIPELINE = """
steps: [impute, constant, scale, {mannwhitney: {max_features: [5, 10]}}]
models: [{rf: {n_estimators: [150], min_samples_leaf: [1, 3]}}]
outer: {folds: 5, repeats: 5}
"""


def members(group: int) -> list[str]:
    """List the living processes of a process group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, its_group = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # gone meanwhile
            continue
        if int(its_group) == group and state not in "ZX":
            found.append(path.parent.name)
    return found


def stopped(folder: Path, ready: Callable[[], bool], *command: str) -> tuple[subprocess.Popen[str], str]:
    """Start a command, send Ctrl-C to all its processes once ``ready``, and return it with what it said."""
    process = subprocess.Popen(
        [sys.executable, "-m", "radiobone", *command],
        cwd=folder, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 240
        while not ready() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=20)
        patience = time.monotonic() + 5
        while members(process.pid) and time.monotonic() < patience:
            time.sleep(0.1)
        assert members(process.pid) == []
        return process, said
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def entries(folder: Path) -> int:
    return len(
        [path for path in folder.glob("??/*.json") if not path.name.startswith(".")]
    )  # not half-written


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_evaluation_is_stopped_and_goes_on(tmp_path: Path, jobs: str) -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(80, 30)), columns=[f"F{i}" for i in range(30)])
    table.insert(0, "y", np.arange(80) % 2)
    table.insert(0, "ID", [f"p{i}" for i in range(80)])
    table.to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "p.yaml").write_text(PIPELINE)
    command = ("evaluate", "t.csv", "--target", "y", "--id", "ID", "-p", "p.yaml", "-o", "out", "-j", jobs)
    cache = tmp_path / "out" / "fold_cache"
    process, said = stopped(tmp_path, lambda: entries(cache) >= 2, *command)
    kept = entries(cache)
    assert process.returncode == 130, said
    assert f"Interrupted. {kept} of 25 folds kept; run the same command again to go on." in said
    assert "Traceback" not in said
    assert 2 <= kept < 25
    process, said = stopped(tmp_path, lambda: entries(cache) >= kept + 1, *command)
    assert f"{kept} of 25 folds are unchanged" in said
    assert entries(cache) > kept


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_an_extraction_is_stopped_and_goes_on(tmp_path: Path, jobs: str) -> None:
    folder = tmp_path / "cohort"
    folder.mkdir()
    cohort = SmallCohort(folder)
    for number in range(60):
        cohort.add(f"p{number:02d}")
    command = ("extract", str(cohort.manifest), "-o", "out", "-j", jobs)
    cache = tmp_path / "out" / "cache"
    process, said = stopped(tmp_path, lambda: entries(cache) >= 2, *command)
    kept = entries(cache)
    assert process.returncode == 130, said
    assert f"Interrupted. {kept} of 60 cases kept; run the same command again to go on." in said
    assert "Traceback" not in said
    assert 2 <= kept < 60
    assert not (tmp_path / "out" / "features.parquet").exists()
    process, said = stopped(tmp_path, lambda: entries(cache) >= kept + 1, *command)
    assert f"{kept} of 60 cases are unchanged" in said


def test_every_command_says_that_it_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("radiobone.evaluation.spec.list_pipelines", stop)
    answer = CliRunner().invoke(app, ["recipes"])
    assert answer.exit_code == 130
    assert answer.output.strip() == "Interrupted. No file is half-written. Run the same command again."
