"""The wait for compiled kernels is announced once, before it begins."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from radiobone.features import warm_up
from radiobone.workflow import compiling

SCRIPT = """
from radiobone.features.matrices.grid import LevelGrid, offsets
from radiobone.features.matrices.neighbours import count_neighbours
from radiobone.features.warm_up import is_warm
import numpy as np
print(is_warm())
count_neighbours(LevelGrid.from_levels(np.ones((3, 3, 3), dtype=int)), offsets((3, 3, 3)))
print(is_warm())
"""


def test_a_cold_start_is_told_from_a_warm_one(tmp_path: Path) -> None:
    def said() -> list[str]:
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
        run = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        return run.stdout.split()

    assert said() == ["False", "True"]
    assert said() == ["True", "True"]


def test_only_a_cold_start_is_announced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    compiled: list[bool] = []
    monkeypatch.setattr(compiling, "warm_up", lambda: compiled.append(True))
    monkeypatch.setattr(compiling, "is_warm", lambda: True)
    compiling.compile_kernels(show=True)
    assert (compiled, capsys.readouterr().err) == ([], "")
    monkeypatch.setattr(compiling, "is_warm", lambda: False)
    compiling.compile_kernels(show=True)
    assert compiled == [True]
    assert "compiling" in capsys.readouterr().err
    compiling.compile_kernels(show=False)
    assert capsys.readouterr().err == ""


def test_warming_up_leaves_the_kernels_warm() -> None:
    warm_up.warm_up()
    assert warm_up.is_warm()
