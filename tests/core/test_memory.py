"""What is freed stays with the process, so that the next image need not ask the system for it again."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

SCRIPT = """
import resource
import sys
import numpy as np
from radiobone.core.memory import keep_freed_memory

def pages():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    arrays = [np.ones(250_000) for _ in range(20)]
    del arrays
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

pages()
without = min(pages() for _ in range(3))
keep_freed_memory()
pages()
print(without, min(pages() for _ in range(3)))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other allocators keep memory by other rules")
def test_freed_memory_is_used_again_and_not_asked_for_anew() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    without, kept = map(int, run.stdout.split())
    if without < 5000:  # 40 MB are 10,000 pages of 4 kB
        pytest.skip(f"this system gives larger pages, or keeps memory by itself: {without} page faults")
    assert kept < 500
