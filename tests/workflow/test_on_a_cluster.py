"""The same command on a dask cluster gives the same bytes, whatever happens to its workers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dask_cluster import LocalCluster, local_cluster
from radiobone.cli.app import main
from small_cohort import QUICK, SmallCohort

FILES = ("features.csv", "cases.csv")
TIMES = ("created",)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> SmallCohort:
    """Ten patients, one of them without an image, one with a label that is not there, one with a pattern of regions."""
    made = SmallCohort(tmp_path_factory.mktemp("data"))
    for number in range(10):
        made.add(f"p{number}", shape=number)
    made.rows[3] = {**made.rows[3], "image": "images/lost.nii.gz"}
    made.rows[5] = {**made.rows[5], "mask_label": 9}
    made.rows[7] = {**made.rows[7], "mask_label": "", "roi": "label_*"}
    (made.folder / "settings.yaml").write_text(json.dumps(QUICK))
    return made


def arguments(cohort: SmallCohort, output: Path) -> list[str]:
    return [
        "extract", str(cohort.manifest), "-o", str(output), "--csv", "--settings", str(cohort.folder / "settings.yaml"),
    ]  # fmt: skip


def run(*told: str) -> int:
    """Run the program in this process; return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["radiobone", *told])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def local(cohort: SmallCohort, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("local") / "out"
    assert run(*arguments(cohort, output), "--jobs", "1") == 3
    return output


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    with local_cluster(tmp_path) as found:
        yield found


def same(one: Path, other: Path) -> None:
    for name in FILES:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
    records = [json.loads((folder / "provenance.json").read_text()) for folder in (one, other)]
    for record in records:
        for name in TIMES:
            del record[name]
    assert records[0] == records[1]
    pictures = [sorted(path.name for path in (folder / "pictures").iterdir()) for folder in (one, other)]
    assert pictures[0] == pictures[1]
    for name in pictures[0]:
        assert (one / "pictures" / name).read_bytes() == (other / "pictures" / name).read_bytes()


def kept(output: Path) -> int:
    return len(list((output / "cache").glob("??/[!.]*")))


def test_limits_of_a_case_are_the_workers_own(
    cohort: SmallCohort, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = arguments(cohort, tmp_path / "out")
    assert run(*told, "--scheduler", "tcp://127.0.0.1:9", "--case-minutes", "3") == 2
    assert "--memory-limit" in capsys.readouterr().err


@pytest.mark.slow
def test_a_worker_killed_half_way_changes_no_byte(
    cohort: SmallCohort, local: Path, cluster: LocalCluster, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    killed_at: list[int] = []

    def kill_half_way() -> None:
        while kept(output) < 3:
            time.sleep(0.005)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        killed_at.append(kept(output))

    threading.Thread(target=kill_half_way, daemon=True).start()
    assert run(*arguments(cohort, output), "--scheduler", str(cluster.file)) == 3
    assert cluster.workers[0].wait() == -signal.SIGKILL
    assert cluster.workers[1].poll() is None
    assert 3 <= killed_at[0] < kept(output)
    same(local, output)
    assert not list(output.glob(".cluster-probe*"))


@pytest.mark.slow
def test_when_the_scheduler_is_gone_the_same_command_goes_on(
    cohort: SmallCohort,
    local: Path,
    cluster: LocalCluster,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "out"

    def end_scheduler() -> None:
        while kept(output) < 2:
            time.sleep(0.005)
        assert cluster.scheduler is not None
        cluster.scheduler.kill()

    threading.Thread(target=end_scheduler, daemon=True).start()
    assert run(*arguments(cohort, output), "--scheduler", str(cluster.file)) == 2
    assert "SchedulerLost: The connection to the scheduler was lost." in capsys.readouterr().err
    assert kept(output) >= 2
    assert not (output / "features.csv").exists()
    assert run(*arguments(cohort, output), "--jobs", "1") == 3
    assert "are kept" in capsys.readouterr().err
    same(local, output)


@pytest.mark.slow
def test_a_stop_leaves_the_workers_free_and_the_finished_cases_there(
    cohort: SmallCohort, local: Path, cluster: LocalCluster, tmp_path: Path
) -> None:
    output = tmp_path / "out"
    command = [
        sys.executable,
        "-m",
        "radiobone",
        *arguments(cohort, output),
        "--scheduler",
        str(cluster.file),
    ]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while kept(output) < 1 and running.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130, told
    assert "cases kept; run the same command again to go on." in told
    assert "Traceback" not in told
    assert run(*arguments(cohort, output), "--scheduler", str(cluster.file)) == 3
    same(local, output)
