"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Finding:
    """One finding of the audit.

    Attributes
    ----------
    code : str
        Stable name.
    severity : {"note", "warning", "serious"}
        How much the estimate may be off.
    message : str
        What was found, why it matters and what to do.
    """

    code: str
    severity: Literal["note", "warning", "serious"]
    message: str
