"""Kernels compile where machine code can be kept, and where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import radiobone
from radiobone.core import compiled as module

SCRIPT = "import numpy as np; from kernel import double; print(double(np.arange(3.0)).tolist())"
KERNEL = """
from radiobone.core.compiled import compiled

@compiled
def double(values):
    return values * 2.0
"""


def test_machine_code_is_kept_between_processes(tmp_path: Path) -> None:
    (tmp_path / "kernel.py").write_text(KERNEL)
    source = Path(radiobone.__file__).parents[1]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{source}",
        "NUMBA_CACHE_DIR": str(tmp_path / "kept"),
    }
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "[0.0, 2.0, 4.0]"
    assert list((tmp_path / "kept").rglob("*.nbi"))


def test_without_a_place_for_machine_code_kernels_compile_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = module.njit

    def nowhere(**options: object) -> object:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return plain(**options)

    monkeypatch.setattr(module, "njit", nowhere)

    @module.compiled
    def double(value: float) -> float:
        return value * 2.0

    assert double(2.5) == 5.0
