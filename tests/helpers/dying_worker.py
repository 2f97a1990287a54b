"""Work that ends its process when it meets one patient, as the system does when memory runs out."""

from __future__ import annotations

import os
import signal
from typing import Any

from radiobone.workflow import image_pool
from radiobone.workflow.bone import scan_pool

FATAL, FATAL_SCAN = "p2", "C"
original = image_pool._work
original_scan = scan_pool._work


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
