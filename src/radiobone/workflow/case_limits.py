"""How much time and memory one case may take."""

from __future__ import annotations

from dataclasses import dataclass

from radiobone.core.errors import BadSetting
from radiobone.core.memory import machine_bytes
from radiobone.workflow.case_runner import Task

MINUTES = 60.0
SHARE_OF_MEMORY = 0.8


@dataclass(frozen=True)
class CaseLimits:
    """Limits of one case; None where there is none.

    Attributes
    ----------
    case_minutes : float or None
        Time for a region; of perturbed repeats that of all of a region's, each as long as the region itself.
    case_bytes : int or None
        Memory of the process that measures it.
    """

    case_minutes: float | None = None
    case_bytes: int | None = None

    @classmethod
    def of(cls, case_minutes: float | None, case_memory_gb: float | None, n_processes: int) -> CaseLimits:
        """Take what the user gives; with several processes there are limits always.

        Parameters
        ----------
        case_minutes : float or None
            Default: an hour.
        case_memory_gb : float or None
            Default: 80 % of the machine's memory, or of the container's or job's.
        n_processes : int
            Worker processes.

        Raises
        ------
        BadSetting
        """
        for name, value in (("--case-minutes", case_minutes), ("--case-memory", case_memory_gb)):
            if value is not None and not 0 < value < float("inf"):
                raise BadSetting(
                    f"{name} {value:g} is no limit that a case could keep. Give a number above 0."
                )
        given = None if case_memory_gb is None else int(case_memory_gb * 1e9)
        if n_processes == 1 and case_minutes is None and given is None:
            return NO_LIMITS
        whole = machine_bytes()
        usual = None if whole is None else int(SHARE_OF_MEMORY * whole)
        return cls(MINUTES if case_minutes is None else case_minutes, usual if given is None else given)

    @property
    def any(self) -> bool:
        """Whether there is a limit."""
        return self.case_minutes is not None or self.case_bytes is not None

    def seconds(self, task: Task) -> float | None:
        """Time for a case, in seconds."""
        if self.case_minutes is None:
            return None
        return self.case_minutes * 60 * (1 if task.repeats is None else 1 + task.repeats.plan.n_repeats)


NO_LIMITS = CaseLimits()
