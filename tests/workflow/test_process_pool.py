"""Worker processes that end, hang or grow: their own piece is lost, the others come out, nothing hangs."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

import dying_worker
import faulty_work
from radiobone.core.errors import BadSetting, FileMissing, ResourceLimit, WorkerDied
from radiobone.core.memory import resident_bytes
from radiobone.io.case import Case
from radiobone.workflow import image_pool, process_pool, workers
from radiobone.workflow.case_limits import CaseLimits
from radiobone.workflow.extract import extract
from radiobone.workflow.process_pool import Limits, in_processes
from small_cohort import SmallCohort

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
MEAN = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean"]}}


def run(names: list[str], folder: Path, n_processes: int = 2, **rest: object) -> list[str]:
    pieces = [(name, str(folder)) for name in names]
    return sorted(in_processes(faulty_work.work, pieces, n_processes, faulty_work.died, **rest))  # type: ignore[arg-type]


def starts(folder: Path) -> dict[str, int]:
    return {path.name: len(path.read_text().splitlines()) for path in folder.iterdir()}


@pytest.mark.parametrize("how", ["exit", "kill", "segv", "abort"])
def test_a_piece_that_ends_its_process_is_tried_once_more_and_costs_no_other(
    tmp_path: Path, how: str
) -> None:
    names = ["ok-1", f"{how}-1", *(f"ok-{number}" for number in range(2, 8)), f"{how}-last"]
    found = run(names, tmp_path)
    assert found == sorted(f"{'died' if name.startswith(how) else 'done'} {name}" for name in names)
    counts = starts(tmp_path)
    assert {name: count for name, count in counts.items() if count != 1} == {f"{how}-1": 2, f"{how}-last": 2}


def test_the_second_try_is_alone_and_may_succeed(tmp_path: Path) -> None:
    names = ["once-1", "slow-1", "slow-2", "once-2", "slow-3"]
    assert run(names, tmp_path) == sorted(f"done {name}" for name in names)
    last = {path.name: int(path.read_text().split()[-1]) for path in tmp_path.iterdir()}
    assert min(last["once-1"], last["once-2"]) > max(last[f"slow-{number}"] for number in (1, 2, 3))


def test_all_workers_may_end_at_once_and_one_process_is_enough(tmp_path: Path) -> None:
    names = [f"kill-{number}" for number in range(4)]
    assert run(names, tmp_path) == [f"died kill-{number}" for number in range(4)]
    (tmp_path / "one").mkdir()
    assert run(["kill-1", "ok-1"], tmp_path / "one", 1) == ["died kill-1", "done ok-1"]


def test_workers_kept_from_before_look_where_this_process_is_now(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two studies with the same relative paths, the second must not be given the images of the first."""
    for study in ("first", "second"):
        (tmp_path / study).mkdir()
        (tmp_path / study / "image").write_text(study)
        monkeypatch.chdir(tmp_path / study)
        found = list(in_processes(faulty_work.content_of, ["image"] * 4, 2, faulty_work.died))
        assert found == [study] * 4


def test_nothing_is_read_of_another_folder_where_this_one_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "before").mkdir()
    (tmp_path / "before" / "image").write_text("of another study")
    monkeypatch.chdir(tmp_path / "before")
    assert (
        list(in_processes(faulty_work.content_of, ["image"] * 2, 2, faulty_work.died))
        == ["of another study"] * 2
    )
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(FileMissing, match="is gone"):
        list(in_processes(faulty_work.content_of, ["image"] * 2, 2, faulty_work.died))


def test_where_every_image_ends_its_process_the_machine_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorkerDied, match="selftest"):
        run([f"exit-{number}" for number in range(12)], tmp_path)
    assert len(starts(tmp_path)) == 12


def test_workers_that_never_begin_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers.end_all()
    monkeypatch.setattr(workers, "serve", faulty_work.EndsWhenRead())
    with pytest.raises(WorkerDied, match="before they begin"):
        run(["ok-1", "ok-2"], tmp_path)


def test_an_error_of_the_work_is_raised_with_where_it_came_from(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="wrong-1") as caught:
        run(["ok-1", "wrong-1"], tmp_path)
    assert "faulty_work.py" in str(caught.value.__cause__)


def test_an_error_that_cannot_travel_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="NeedsTwo: a and b"):
        run(["ok-1", "two-1"], tmp_path)


def test_processes_are_kept_for_the_next_work_and_a_dead_one_is_replaced(tmp_path: Path) -> None:
    workers.end_all()
    run(["slow-1", "slow-2"], tmp_path)
    first = {path.read_text().split()[0] for path in tmp_path.iterdir()}
    run(["slow-3", "slow-4"], tmp_path)
    second = {(tmp_path / f"slow-{number}").read_text().split()[0] for number in (3, 4)}
    assert first == second
    os.kill(int(first.pop()), 9)
    time.sleep(0.2)
    assert run(["slow-5", "slow-6"], tmp_path) == ["done slow-5", "done slow-6"]


def limits(case_s: float | None = None, case_bytes: int | None = None) -> Limits[tuple[str, str], str]:
    return Limits(case_s, case_bytes, lambda piece, error: f"{error.code} {piece[0]}")


@pytest.mark.parametrize("n_processes", [1, 2])
def test_a_piece_that_hangs_is_ended_and_not_tried_again(tmp_path: Path, n_processes: int) -> None:
    found = run(["sleep-1", "ok-1", "ok-2"], tmp_path, n_processes, limits=limits(case_s=4.0))
    assert found == [f"{ResourceLimit.code} sleep-1", "done ok-1", "done ok-2"]
    assert starts(tmp_path)["sleep-1"] == 1


@pytest.mark.parametrize("n_processes", [1, 2])
def test_a_piece_that_grows_is_ended(tmp_path: Path, n_processes: int) -> None:
    most = resident_bytes(os.getpid()) + (600 << 20)
    found = run(["ok-1", "grow-1", "ok-2"], tmp_path, n_processes, limits=limits(case_bytes=most))
    assert found == [f"{ResourceLimit.code} grow-1", "done ok-1", "done ok-2"]


def test_a_sign_of_life_begins_a_new_limit_of_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process_pool, "SECONDS_BETWEEN_LOOKS", 0.1)
    pieces = ["beat", "ok"]
    found = sorted(in_processes(dying_worker.beating, pieces, 1, str, limits=limits(case_s=4.0)))  # type: ignore[arg-type]
    assert found == ["beat", "ok"]


def test_one_region_of_an_image_that_ends_its_process_costs_no_other(
    three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_pool, "_work", dying_worker.dying_at_a_region)
    result = extract(
        three_patients.manifest, settings=MEAN, output=tmp_path / "out", jobs=2, show_progress=False
    )
    found = {(row.patient_id, row.roi): row.code for row in result.cases.itertuples()}
    assert [who for who, code in found.items() if code] == [("p2", "L1")]
    assert found["p2", "L1"] == WorkerDied.code
    assert len(found) == 6
    assert len(result.table) == 5


def test_limits_of_a_case_hold_with_one_process_too(
    three_patients: SmallCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(image_pool, "_work", dying_worker.hanging_at_a_region)
    result = extract(
        three_patients.manifest,
        settings=MEAN,
        output=tmp_path / "out",
        case_minutes=0.15,
        show_progress=False,
    )
    codes = result.cases.set_index(["patient_id", "roi"])["code"]
    assert codes["p2", "L1"] == ResourceLimit.code
    assert (codes == "").sum() == 5
    assert "--case-minutes" in result.cases.set_index(["patient_id", "roi"])["message"]["p2", "L1"]


def test_an_image_that_cannot_fit_is_refused_by_its_header(
    three_patients: SmallCohort, tmp_path: Path
) -> None:
    result = extract(
        three_patients.manifest, settings=MEAN, output=tmp_path / "out", case_memory_gb=2e-6, jobs=2, show_progress=False
    )  # fmt: skip
    assert set(result.cases["code"]) == {ResourceLimit.code}
    assert result.cases["message"].str.contains("--case-memory").all()


@pytest.mark.parametrize(
    "given", [{"case_minutes": 0.0}, {"case_memory_gb": -1.0}, {"case_minutes": float("nan")}]
)
def test_limits_that_nothing_could_keep_are_refused(cohort: SmallCohort, given: dict[str, float]) -> None:
    cohort.add("p1")
    with pytest.raises(BadSetting, match="above 0"):
        extract(cohort.manifest, settings=MEAN, show_progress=False, **given)


def test_repeats_have_more_time_and_one_process_no_limits_unless_asked() -> None:
    assert not CaseLimits.of(None, None, 1).any
    assert CaseLimits.of(5.0, None, 1).case_minutes == 5.0
    several = CaseLimits.of(None, None, 2)
    assert several.case_minutes == 60.0
    assert several.case_bytes is None or several.case_bytes > 1e8


def test_split_keeps_every_case() -> None:
    jobs = [image_pool.Job(Case(str(n), "", Path("i"), Path("m"))) for n in range(3)]
    rest, part = image_pool._split(jobs, 1)
    assert (rest, part) == ([[jobs[0], jobs[2]]], [jobs[1]])
    assert image_pool._split(jobs[:1], 0) == ([], jobs[:1])
