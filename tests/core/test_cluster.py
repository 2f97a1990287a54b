"""A cluster: who is fit for it, how much is sent at a time, and what happens when something ends."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from cluster_work import end_unless_even, quotient
from dask_cluster import LocalCluster, local_cluster
from radiobone.core import cluster as module
from radiobone.core.cluster import AT_A_TIME, active_cluster, on_cluster
from radiobone.core.cluster_probe import PROBE, probe
from radiobone.core.cluster_worker import Expected, check_here, do_piece, versions_here
from radiobone.core.errors import (
    BadSetting,
    MissingExtra,
    OutputLocked,
    SchedulerLost,
    WorkerDied,
    WorkerMismatch,
)
from radiobone.core.output_lock import holding_outputs


@pytest.fixture
def expected(tmp_path: Path) -> Iterator[Expected]:
    (tmp_path / PROBE).write_text("abc")
    yield Expected(versions_here(), str(tmp_path), PROBE, "abc")
    check_here.cache_clear()


def test_a_worker_like_this_process_is_fit(expected: Expected, tmp_path: Path) -> None:
    check_here(expected, 1)
    check_here(replace(expected, folder="/nowhere", probe=str(tmp_path / PROBE)), 1)
    assert [path.name for path in tmp_path.iterdir()] == [PROBE]


def test_an_unlike_worker_is_refused_by_name(expected: Expected) -> None:
    versions = dict(expected.versions) | {"numpy": "1.0"}
    with pytest.raises(WorkerMismatch, match=r"numpy [\d.]+ instead of 1.0") as told:
        check_here(replace(expected, versions=tuple(versions.items())), 1)
    assert "scipy" not in str(told.value)
    other_code = dict(expected.versions) | {"code of radiobone": "0" * 12}
    with pytest.raises(WorkerMismatch, match="code of radiobone"):
        check_here(replace(expected, versions=tuple(other_code.items())), 1)


def test_several_threads_in_one_process_are_refused(expected: Expected) -> None:
    with pytest.raises(WorkerMismatch, match=r"4 tasks at a time .* --nthreads 1"):
        check_here(expected, 4)


def test_another_file_system_is_refused(expected: Expected, tmp_path: Path) -> None:
    with pytest.raises(WorkerMismatch, match="another folder"):
        check_here(replace(expected, content="of another machine"), 1)
    with pytest.raises(WorkerMismatch, match="No such file"):
        check_here(replace(expected, probe="elsewhere/probe"), 1)
    if os.geteuid():
        tmp_path.chmod(0o500)
        with pytest.raises(WorkerMismatch, match="Permission"):
            check_here(replace(expected, folder="."), 1)


def test_relative_paths_begin_where_the_asking_process_is(expected: Expected, tmp_path: Path) -> None:
    check_here.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("radiobone.core.cluster_worker._threads", lambda: 1)
        before = Path.cwd()
        assert do_piece(lambda name: Path(name).resolve(), "x", expected) == (tmp_path / "x").resolve()
        assert Path.cwd() == before


@pytest.mark.parametrize("wrong", ["host:8786", "nothing.json", "http://host:8786", ""])
def test_what_is_no_scheduler_is_refused_before_anything_is_made(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="neither the address"), on_cluster(wrong, output=tmp_path / "out"):
        pass
    assert not (tmp_path / "out").exists()


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None if name == "distributed" else find_spec(name))
    with pytest.raises(MissingExtra, match=r"radiobone\[dask\]"), on_cluster("tcp://h:1", output=tmp_path):
        pass


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "CONNECT_S", 0.5)
    with (
        pytest.raises(SchedulerLost, match=r"No dask scheduler answers at tcp://127\.0\.0\.1:9"),
        on_cluster("tcp://127.0.0.1:9", output=tmp_path, show=False),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_a_client_that_was_stopped_while_connecting_ends_soon_and_silently(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[float] = []

    def stuck(_client: object, timeout: float = 60) -> None:
        waited.append(timeout)
        raise TimeoutError(f"timed out after {timeout} s.")

    monkeypatch.setattr("distributed.Client.close", stuck)
    kind = module._client_class()
    kind.close(kind.__new__(kind))  # as when the interpreter ends
    assert waited == [module.CLOSE_S]
    assert module.CONNECT_S + module.CLOSE_S <= 10


def test_probes_of_killed_runs_are_removed_and_of_living_ones_left(tmp_path: Path) -> None:
    for name in ("0123abcd", "0123abcd-77"):  # a worker's mark too
        (tmp_path / f"{PROBE}-{name}").write_text("left")
    with holding_outputs():
        with probe(tmp_path) as first, probe(tmp_path):
            assert len(list(tmp_path.glob(f"{PROBE}*"))) == 2
        with ThreadPoolExecutor() as another, pytest.raises(OutputLocked):
            another.submit(probe(tmp_path).__enter__).result()
        with probe(tmp_path) as second:
            assert [path.name for path in tmp_path.glob(f"{PROBE}*")] == [Path(second.probe).name]
    assert first.probe != second.probe
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with local_cluster(
        tmp_path_factory.mktemp("cluster"), DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0"
    ) as found:
        yield found


@pytest.fixture
def work_on(cluster: LocalCluster, tmp_path: Path) -> Iterator[module.Cluster]:
    with on_cluster(cluster.file, output=tmp_path / "out", show=False) as found:
        found.wait_for_workers(show=False)
        yield found
    assert active_cluster() is None


@pytest.mark.slow
def test_only_a_few_pieces_are_sent_at_a_time(work_on: module.Cluster) -> None:
    taken: list[int] = []
    pieces = (taken.append(number) or number for number in range(100))
    found = work_on.each(operator.neg, pieces, operator.neg)
    first = next(found)
    assert len(taken) <= AT_A_TIME * 2 + 1
    assert sorted([first, *found]) == sorted(-number for number in range(100))


@pytest.mark.slow
def test_a_second_command_leaves_the_probe_of_the_first_alone(
    work_on: module.Cluster, cluster: LocalCluster, tmp_path: Path
) -> None:
    with on_cluster(cluster.file, output=tmp_path / "out", show=False):
        work_on.check_workers()
        assert len(list((tmp_path / "out").glob(f"{PROBE}*"))) == 2
    check_here.cache_clear()
    work_on.check_workers()


@pytest.mark.slow
def test_an_error_of_the_work_is_raised_here_and_the_cluster_goes_on(work_on: module.Cluster) -> None:
    with pytest.raises(ZeroDivisionError):
        list(work_on.each(quotient, [(1, 2), (1, 0)], quotient))
    assert list(work_on.each(quotient, [(1, 2)], quotient)) == [0.5]


@pytest.mark.slow
def test_a_worker_of_several_threads_is_refused(cluster: LocalCluster, tmp_path: Path) -> None:
    n_workers = len(cluster.workers)
    cluster.start_worker("--nthreads", "3")
    try:
        with (
            pytest.raises(WorkerMismatch, match=r"3 tasks at a time .*The worker is tcp://"),
            on_cluster(cluster.file, output=tmp_path / "out", show=False) as found,
        ):
            while found.n_workers() <= n_workers:
                pass
            found.check_workers()
    finally:
        late = cluster.workers.pop()
        late.kill()
        late.wait()


@pytest.mark.slow
def test_a_piece_that_ends_workers_is_given_up_and_the_last_worker_missed(
    work_on: module.Cluster, cluster: LocalCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def died(_number: int) -> int:
        raise WorkerDied("as asked")

    while work_on.n_workers() < 2:
        pass
    assert sorted(work_on.each(end_unless_even, [0, 1, 2], lambda number: -number)) == [-1, 0, 2]
    with pytest.raises(WorkerDied, match="as asked"):
        list(work_on.each(end_unless_even, [3], died))
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LOOKS", 0.2)
    monkeypatch.setattr(module, "WITHOUT_WORKERS_S", 0.5)
    with pytest.raises(SchedulerLost, match="No worker has been left"):
        list(work_on.each(end_unless_even, [4], died))
    for process in cluster.workers:
        process.wait()
    cluster.start_worker()
