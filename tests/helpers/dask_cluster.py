"""A dask scheduler and workers as processes of this machine, which tests may kill."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

STARTING_S = 120.0
QUIET = {"DASK_LOGGING__DISTRIBUTED": "error", "OMP_NUM_THREADS": "1"}


@dataclass
class LocalCluster:
    """Processes of one cluster.

    Attributes
    ----------
    folder : Path
        For the scheduler file and the logs.
    """

    folder: Path
    scheduler: subprocess.Popen[bytes] | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """The scheduler file."""
        return self.folder / "scheduler.json"

    def start_scheduler(self, **more: str) -> None:
        self.scheduler = self._start(
            "scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(self.file),
            **more,
        )
        _wait(self.file.exists)

    def start_worker(self, *options: str) -> None:
        name = f"w{len(self.workers)}"
        self.workers.append(
            self._start(
                "worker", "--scheduler-file", str(self.file), "--no-nanny", "--no-dashboard", "--name", name,
                "--local-directory", str(self.folder / name), *(options or ("--nthreads", "1")),
            )
        )  # fmt: skip

    def stop(self) -> None:
        for process in [*self.workers, *([self.scheduler] if self.scheduler else [])]:
            process.kill()
            process.wait()

    def _start(self, what: str, *options: str, **more: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log.txt").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", what, *options],
                stdout=log,
                stderr=log,
                env={**os.environ, **QUIET, **_also_helpers(), **more},
            )


@contextmanager
def local_cluster(folder: Path, n_workers: int = 2, **more: str) -> Iterator[LocalCluster]:
    """Start a scheduler and workers of one thread each; ``more`` is the scheduler's environment."""
    cluster = LocalCluster(folder)
    try:
        cluster.start_scheduler(**more)
        for _ in range(n_workers):
            cluster.start_worker()
        yield cluster
    finally:
        cluster.stop()


def _also_helpers() -> dict[str, str]:
    """Let the processes import what lies beside this file."""
    known = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *([known] if known else [])])}


def _wait(ready: object) -> None:
    until = time.monotonic() + STARTING_S
    while not ready():  # type: ignore[operator]
        assert time.monotonic() < until, "the scheduler does not start"
        time.sleep(0.1)
