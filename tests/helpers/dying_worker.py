"""Work that ends its process when it meets one patient, as the system does when memory runs out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

from radiobone.workflow import image_pool, worker_process
from radiobone.workflow.bone import scan_pool

FATAL, FATAL_SCAN = "p2", "C"
original = image_pool._work
original_scan = scan_pool._work
original_image = image_pool.run_image


def dying(piece: list[Any], **rest: Any) -> Any:
    """Do the work, unless it is the fatal patient's."""
    if any(job.case.patient_id == FATAL for job in piece):
        os.kill(os.getpid(), signal.SIGKILL)
    return original(piece, **rest)


def dying_at_a_scan(job: Any, **rest: Any) -> Any:
    """Measure a scan, unless it is the fatal one."""
    if job.scan.case.patient_id == FATAL_SCAN:
        os.kill(os.getpid(), signal.SIGKILL)
    return original_scan(job, **rest)


def dying_at_a_region(piece: list[Any], **rest: Any) -> Any:
    """Do the work, and end the process at the fatal patient's first region."""
    return _with_fatal_region(lambda: os.kill(os.getpid(), signal.SIGKILL), piece, rest)


def hanging_at_a_region(piece: list[Any], **rest: Any) -> Any:
    """Do the work, and wait for ever at the fatal patient's first region."""
    return _with_fatal_region(lambda: time.sleep(300), piece, rest)


def _with_fatal_region(fate: Callable[[], None], piece: list[Any], rest: dict[str, Any]) -> Any:
    def measured(cases: list[Any], *others: Any) -> Iterator[Any]:
        found = original_image(cases, *others)
        for case in cases:
            if (case.patient_id, case.roi) == (FATAL, "L1"):
                fate()
            yield next(found)

    image_pool.run_image = measured
    try:
        return original(piece, **rest)
    finally:
        image_pool.run_image = original_image


def beating(piece: str) -> str:
    """Work for longer than the limit, and say now and then that work goes on."""
    for _ in range(12 if piece == "beat" else 0):
        time.sleep(0.5)
        worker_process.at()
    return piece
