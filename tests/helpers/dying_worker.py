"""Work that ends its process when it meets one patient, as the system does when memory runs out."""

from __future__ import annotations

import os
import signal
from typing import Any

from radiobone.workflow import image_pool

FATAL = "p2"
original = image_pool._work


def dying(piece: list[Any], **rest: Any) -> Any:
    """Do the work, unless it is the fatal patient's."""
    if any(job.case.patient_id == FATAL for job in piece):
        os.kill(os.getpid(), signal.SIGKILL)
    return original(piece, **rest)
