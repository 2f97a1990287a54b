"""Kernels compile where machine code can be kept, and where it cannot; kept code is that of the source as it is now."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import numpy.typing as npt
import pytest

import radiobone
from radiobone.core.compiled import compiled, is_compiled
from radiobone.core.object_code import is_known_numba

KERNEL = """
import numpy as np
from radiobone.core.compiled import compiled

@compiled
def part(values, factor):
    total = 0.0
    room = np.zeros(values.size)
    for i in range(values.size):
        room[i] = factor * values[i]
        total += room[i]
    return total

@compiled
def total(values, factor):
    return part(values, factor)

@compiled
def double(values):
    return values * 2.0
"""
CALL = "import sys, numpy as np, kernel; print({}, 'numba' in sys.modules)"
known_numba = pytest.mark.skipif(not is_known_numba(), reason="this version of numba has its own store alone")
TOTAL, DOUBLE = "kernel.total(np.arange(4.0), 2)", "kernel.double(np.arange(3.0)).tolist()"


def _run(folder: Path, call: str) -> str:
    """Call a kernel in a process of its own; says what it gave, and whether numba was imported."""
    source = Path(radiobone.__file__).parents[1]
    environment = {
        **os.environ,
        "PYTHONPATH": f"{folder}{os.pathsep}{source}",
        "NUMBA_CACHE_DIR": str(folder / "kept"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    run = subprocess.run(
        [sys.executable, "-c", CALL.format(call)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kernel.py").write_text(KERNEL)
    return tmp_path


def _kept(folder: Path) -> list[Path]:
    return sorted((folder / "kept").rglob("*.kernel"))


@known_numba
def test_a_later_process_does_not_import_numba(folder: Path) -> None:
    assert _run(folder, TOTAL) == "12.0 True"
    assert len(_kept(folder)) == 1
    assert _run(folder, TOTAL) == "12.0 False"


@pytest.mark.parametrize("name", ["NUMBA_BOUNDSCHECK", "NUMBA_DISABLE_JIT"])
def test_numbas_settings_for_finding_faults_count(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    beyond = KERNEL.replace("room[i] = factor", "room[i + 1] = factor")
    (folder / "kernel.py").write_text(beyond)
    monkeypatch.setenv(name, "1")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        _run(folder, TOTAL)
    assert "IndexError" in caught.value.stderr


def test_a_kernel_without_a_source_file_runs_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(
        f"exec(compile({KERNEL!r}, '<string>', 'exec'))\nprint(total(np.arange(4.0), 2))"
    )
    source = Path(radiobone.__file__).parents[1]
    run = subprocess.run(
        [sys.executable, "run.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stdout.strip() == "12.0", run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run.py"]


@known_numba
def test_a_changed_source_is_compiled_anew(folder: Path) -> None:
    _run(folder, TOTAL)
    (folder / "kernel.py").write_text(KERNEL.replace("factor *", "1 + factor *"))
    assert _run(folder, TOTAL) == "16.0 True"
    assert _run(folder, TOTAL) == "16.0 False"
    assert len(_kept(folder)) == 1


@known_numba
@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: content[:20], lambda _: b""]
)
def test_a_damaged_file_is_not_used(folder: Path, damage: object) -> None:
    _run(folder, TOTAL)
    (path,) = _kept(folder)
    whole = path.read_bytes()
    assert callable(damage)
    path.write_bytes(damage(whole))
    assert _run(folder, TOTAL) == "12.0 True"
    assert path.read_bytes() == whole


@known_numba
def test_other_types_have_their_own_code(folder: Path) -> None:
    _run(folder, TOTAL)
    assert _run(folder, "kernel.total(np.arange(4, dtype=np.int16), 2.5)") == "15.0 True"
    assert len(_kept(folder)) == 2


def test_a_kernel_that_returns_arrays_is_left_to_numba_and_its_store(folder: Path) -> None:
    assert _run(folder, DOUBLE) == "[0.0, 2.0, 4.0] True"
    assert list((folder / "kept").rglob("*.nbi"))
    assert _run(folder, DOUBLE) == "[0.0, 2.0, 4.0] True"


def test_without_a_place_for_machine_code_kernels_compile_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = numba.njit

    def nowhere(*functions: object, **options: object) -> object:
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return plain(*functions, **options)

    monkeypatch.setattr(numba, "njit", nowhere)
    monkeypatch.setattr("radiobone.core.kept_code._is_writable", lambda _: False)

    @compiled
    def double(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return values * 2.0

    @compiled
    def half(value: float) -> float:
        return value / 2.0

    assert not is_compiled(half)
    assert double(np.array([2.5])).tolist() == [5.0]
    assert half(2.5) == 1.25
    assert is_compiled(half)
