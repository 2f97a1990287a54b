"""SIGTERM is an interruption with a code of its own, and a worker does not outlive its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from radiobone.core.interruption import (
    Interrupted,
    exit_code,
    saying_what_is_kept,
    terminations_interrupt,
)

ORPHAN = """
import os, subprocess, sys
code = "import os, time; from radiobone.core.interruption import become_worker; become_worker({parent}); print('ready', flush=True); time.sleep(60)"
worker = subprocess.Popen([sys.executable, "-c", code.format(parent=os.getpid())], stdout=subprocess.PIPE)
worker.stdout.readline()
print(worker.pid, flush=True)
"""


def test_a_termination_interrupts_and_has_its_own_code() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with (
        terminations_interrupt(),
        pytest.raises(Interrupted, match=r"^2 of 3 folds kept") as stop,
        saying_what_is_kept(lambda: "2 of 3 folds"),
    ):
        signal.raise_signal(signal.SIGTERM)
        time.sleep(5)
    assert exit_code(stop.value) == 143
    assert exit_code(KeyboardInterrupt()) == exit_code(Interrupted("")) == 130
    assert signal.getsignal(signal.SIGTERM) is before


def test_who_ignores_terminations_goes_on_doing_so() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with terminations_interrupt():
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)


def is_alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")
def test_a_worker_ends_when_its_parent_is_gone() -> None:
    parent = subprocess.run(
        [sys.executable, "-c", ORPHAN], capture_output=True, text=True, check=True, timeout=60
    )
    worker = int(parent.stdout)
    patience = time.monotonic() + 10
    while is_alive(worker) and time.monotonic() < patience:
        time.sleep(0.1)
    alive = is_alive(worker)
    if alive:
        os.kill(worker, signal.SIGKILL)
    assert not alive
