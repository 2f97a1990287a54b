"""A command as a process of its own, with its memory and progress over time (Linux)."""

from __future__ import annotations

import re
import resource
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

COUNTED = re.compile(r"^Measuring \w+: (\d+)/(\d+)")


@dataclass
class Watched:
    """What was seen of a command.

    Attributes
    ----------
    seconds : float
        From start to end.
    cpu_s : float
        Time of processors, of all its processes together; other programs on the machine change it little.
    code : int
        Exit code.
    t_s, parent_mb, workers_mb, n_workers : list
        Resident memory of the process, and of all that it started together, at times since the start.
    worker_peak_mb : float
        Most memory of one worker.
    told : list of (seconds, done, of)
        Progress as the command told it.
    """

    seconds: float = 0.0
    cpu_s: float = 0.0
    code: int = 0
    t_s: list[float] = field(default_factory=list)
    parent_mb: list[float] = field(default_factory=list)
    workers_mb: list[float] = field(default_factory=list)
    n_workers: list[int] = field(default_factory=list)
    worker_peak_mb: float = 0.0
    told: list[tuple[float, int, int]] = field(default_factory=list)


def watch(command: list[str], *, log: Path, every_s: float = 0.5) -> Watched:
    """Run a command to its end."""
    seen, begun, before_s = Watched(), time.monotonic(), _cpu_s()
    with log.open("w") as file:
        running = subprocess.Popen(command, stdout=file, stderr=subprocess.PIPE, text=True)
        assert running.stderr is not None
        follower = threading.Thread(target=_follow, args=(running.stderr, file, seen, begun), daemon=True)
        follower.start()
        while running.poll() is None:
            _look(running.pid, seen, begun)
            time.sleep(every_s)
        follower.join()
    seen.cpu_s = _cpu_s() - before_s
    seen.seconds, seen.code = time.monotonic() - begun, running.returncode
    return seen


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _follow(lines: IO[str], log: IO[str], seen: Watched, begun: float) -> None:
    for line in lines:
        now = time.monotonic() - begun
        log.write(f"{now:9.1f} {line}")
        log.flush()
        counted = COUNTED.match(line)
        if counted:
            seen.told.append((round(now, 1), int(counted[1]), int(counted[2])))


def _look(pid: int, seen: Watched, begun: float) -> None:
    children = [_resident_mb(child) for child in _children(pid)]
    seen.t_s.append(round(time.monotonic() - begun, 1))
    seen.parent_mb.append(_resident_mb(pid))
    seen.workers_mb.append(round(sum(children), 1))
    seen.n_workers.append(len(children))
    seen.worker_peak_mb = max([seen.worker_peak_mb, *children])


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in children.read_text().split():
                found += [int(child), *_children(int(child))]
    except OSError:  # it has ended meanwhile
        pass
    return found


def _resident_mb(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("VmRSS:")), 0.0)


def files_and_mb(folder: Path) -> tuple[int, float]:
    """Count the files below a folder, and what they take."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return len(sizes), round(sum(sizes) / 2**20, 1)
