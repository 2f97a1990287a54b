"""What a run will take, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass

from radiobone.core.counting import counted

MINUTE_S, HOUR_S = 60, 3600
UNITS = (("GB", 2**30), ("MB", 2**20), ("kB", 2**10))


@dataclass(frozen=True)
class Estimate:
    """What a run will take.

    Attributes
    ----------
    seconds, low_s, high_s : float
        Time, and the range that it probably lies in.
    worker_mb : float or None
        Most memory of one worker process.
    table_bytes, picture_bytes, kept_bytes : int
        Space for the table with its records, the pictures, and the results kept case by case for the next run.
    free_bytes : int
        Space that there is.
    n_sampled, n_regions : int
        Regions that were measured for this, of how many.
    n_processes : int
        Worker processes.
    """

    seconds: float
    low_s: float
    high_s: float
    worker_mb: float | None
    table_bytes: int
    picture_bytes: int
    kept_bytes: int
    free_bytes: int
    n_sampled: int
    n_regions: int
    n_processes: int

    @property
    def total_bytes(self) -> int:
        """All space that is needed."""
        return self.table_bytes + self.picture_bytes + self.kept_bytes


def estimate_lines(found: Estimate) -> list[str]:
    """Say how long a run takes, how much memory and space, and whether there is as much."""
    workers = counted(found.n_processes, "worker process").replace("processs", "processes")
    memory = "" if found.worker_mb is None else f" of up to {found.worker_mb:.0f} MB each"
    lines = [
        f"A real run takes about {duration(found.seconds)} ({duration(found.low_s)} to {duration(found.high_s)}) with {workers}"
        f"{memory}: estimated from {found.n_sampled} of {counted(found.n_regions, 'region')}, measured now",
        f"  It writes about {size(found.total_bytes)}: table {size(found.table_bytes)}, pictures {size(found.picture_bytes)}, "
        f"results kept for the next run {size(found.kept_bytes)}; {size(found.free_bytes)} are free",
    ]
    if found.total_bytes > found.free_bytes:
        lines.append("  That is more than is free there. Make room, or give another folder with -o")
    return lines


def duration(seconds: float) -> str:
    """Say a time in the unit that suits it.

    Examples
    --------
    >>> duration(8.2), duration(95), duration(9000)
    ('8 s', '1.6 min', '2.5 h')
    """
    if seconds < MINUTE_S:
        return f"{seconds:.0f} s"
    return f"{seconds / MINUTE_S:.1f} min" if seconds < HOUR_S else f"{seconds / HOUR_S:.1f} h"


def size(n_bytes: int) -> str:
    """Say a size in the unit that suits it.

    Examples
    --------
    >>> size(3_400_000_000), size(5_300_000), size(900)
    ('3.2 GB', '5.1 MB', '900 bytes')
    """
    for unit, factor in UNITS:
        if n_bytes >= factor:
            return f"{n_bytes / factor:.1f} {unit}"
    return f"{n_bytes} bytes"
