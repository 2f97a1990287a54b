"""Stopped from outside: one sentence, code 130 (Ctrl-C) or 143 (SIGTERM), nobody left behind."""

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
models: [{rf: {n_estimators: [20], min_samples_leaf: [1, 3]}}]
outer: {folds: 5, repeats: 5}
inner: {folds: 3}
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


def ctrl_c(process: int) -> None:
    """Stop the program and its workers as a terminal does."""
    os.killpg(process, signal.SIGINT)


def terminate(process: int) -> None:
    """Stop the program alone, as ``kill``, a scheduler or a container does."""
    os.kill(process, signal.SIGTERM)


def kill(process: int) -> None:
    """End the program alone, without a word of goodbye."""
    os.kill(process, signal.SIGKILL)


def stopped(
    folder: Path, ready: Callable[[], bool], *command: str, stop: Callable[[int], None] = ctrl_c
) -> tuple[subprocess.Popen[str], str]:
    """Start a command, stop it once ``ready``, and return it with what it said, when all its processes are gone."""
    process = subprocess.Popen(
        [sys.executable, "-m", "radiobone", *command],
        cwd=folder, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 240
        while not ready() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        stop(process.pid)
        said, _ = process.communicate(timeout=60)
        patience = time.monotonic() + 5
        while members(process.pid) and time.monotonic() < patience:
            time.sleep(0.1)
        assert members(process.pid) == []
        return process, said
    finally:
        if process.poll() is None or members(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def entries(folder: Path) -> int:
    return len(
        [path for path in folder.glob("??/*.json") if not path.name.startswith(".")]
    )  # not half-written


def evaluation(folder: Path, jobs: str) -> tuple[str, ...]:
    """Write a table and a pipeline of 25 folds, and return the command that evaluates them."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(80, 30)), columns=[f"F{i}" for i in range(30)])
    table.insert(0, "y", np.arange(80) % 2)
    table.insert(0, "ID", [f"p{i}" for i in range(80)])
    table.to_csv(folder / "t.csv", index=False)
    (folder / "p.yaml").write_text(PIPELINE)
    return ("evaluate", "t.csv", "--target", "y", "--id", "ID", "-p", "p.yaml", "-o", "out", "-j", jobs)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("jobs", "stop", "code"), [pytest.param("1", terminate, 143, marks=pytest.mark.long), ("2", ctrl_c, 130)]
)
def test_an_evaluation_is_stopped_and_goes_on(
    tmp_path: Path, jobs: str, stop: Callable[[int], None], code: int
) -> None:
    command = evaluation(tmp_path, jobs)
    cache = tmp_path / "out" / "fold_cache"
    process, said = stopped(tmp_path, lambda: entries(cache) >= 2, *command, stop=stop)
    kept = entries(cache)
    assert process.returncode == code, said
    assert f"Interrupted. {kept} of 25 folds kept; run the same command again to go on." in said
    assert "Traceback" not in said
    assert 2 <= kept < 25
    process, said = stopped(tmp_path, lambda: entries(cache) >= kept + 1, *command)
    assert f"{kept} of 25 folds are unchanged" in said
    assert entries(cache) > kept


@pytest.mark.long
@pytest.mark.slow
def test_workers_end_with_a_program_that_is_killed(tmp_path: Path) -> None:
    cache = tmp_path / "out" / "fold_cache"
    process, _ = stopped(tmp_path, lambda: entries(cache) >= 2, *evaluation(tmp_path, "2"), stop=kill)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("jobs", "stop", "code"), [pytest.param("1", ctrl_c, 130, marks=pytest.mark.long), ("2", terminate, 143)]
)
def test_an_extraction_is_stopped_and_goes_on(
    tmp_path: Path, jobs: str, stop: Callable[[int], None], code: int
) -> None:
    folder = tmp_path / "cohort"
    folder.mkdir()
    cohort = SmallCohort(folder)
    for number in range(60):
        cohort.add(f"p{number:02d}")
    command = ("extract", str(cohort.manifest), "-o", "out", "-j", jobs)
    cache = tmp_path / "out" / "cache"
    process, said = stopped(tmp_path, lambda: entries(cache) >= 2, *command, stop=stop)
    kept = entries(cache)
    assert process.returncode == code, said
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
