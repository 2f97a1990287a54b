"""One run at a time writes into a folder; the lock of a run that is gone is free."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core import output_lock
from radiobone.core.errors import FileMissing, OutputLocked
from radiobone.core.folder_kinds import BONE, DXA, EMBEDDING, EVALUATION, EXTRACTION, VALIDATION, Kind
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import LOCK_FILE, hold_file, holding_outputs
from radiobone.workflow.extract import extract
from small_cohort import SmallCohort

HOLD = """
import sys, time
from radiobone.core.folder_kinds import EXTRACTION
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holding_outputs
with holding_outputs():
    prepare_folder_of(EXTRACTION, sys.argv[1])
    print("held", flush=True)
    time.sleep(300)
"""
KINDS = [EXTRACTION, EVALUATION, VALIDATION, BONE, DXA, EMBEDDING]


@pytest.fixture
def other(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run another process that holds the folder ``out``."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "out")], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_run_is_refused_and_told_whose_it_is(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    cohort = SmallCohort(tmp_path / "cohort")
    cohort.add("p1")
    with pytest.raises(OutputLocked) as refused:
        extract(cohort.manifest, output=tmp_path / "out", show_progress=False)
    said = str(refused.value)
    assert f"process {other.pid} on {socket.gethostname()}, since 20" in said
    assert "run again" in said
    other.kill()
    other.wait()
    assert (tmp_path / "out" / LOCK_FILE).exists()
    result = extract(cohort.manifest, output=tmp_path / "out", show_progress=False)
    assert result.n_failed == 0
    assert not (tmp_path / "out" / LOCK_FILE).exists()


def test_a_run_that_is_halted_still_holds_its_folder(tmp_path: Path, other: subprocess.Popen[str]) -> None:
    other.send_signal(signal.SIGSTOP)
    with pytest.raises(OutputLocked):
        prepare_folder_of(EXTRACTION, tmp_path / "out")
    other.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_folder_is_held_until_the_run_ends(tmp_path: Path, kind: Kind) -> None:
    def another() -> None:
        try:
            prepare_folder_of(kind, tmp_path / "out")
        except OutputLocked as error:
            refused.append(error)

    refused: list[OutputLocked] = []
    with holding_outputs():
        prepare_folder_of(kind, tmp_path / "out")
        prepare_folder_of(kind, tmp_path / "out")  # the same run may
        with holding_outputs():
            prepare_folder_of(kind, tmp_path / "out")
        thread = threading.Thread(target=another)
        thread.start()
        thread.join()
        assert len(refused) == 1
    prepare_folder_of(kind, tmp_path / "out")
    assert not (tmp_path / "out" / LOCK_FILE).exists()


@pytest.mark.parametrize(
    "command",
    [
        ("fit", "t.csv", "--target", "y", "-o", "out.rbm"),
        ("score", "m.rbm", "t.csv", "-o", "out.csv"),
        ("score", "m.rbm", "ct.nii", "mask.nii", "--fhir", "out.json"),
    ],
)
def test_a_file_that_another_run_will_write_is_held_and_its_neighbours_are_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    def held_by_another() -> None:
        with holding_outputs():
            hold_file(Path(command[-1]))
            held.set()
            asked.wait()

    monkeypatch.chdir(tmp_path)
    held, asked = threading.Event(), threading.Event()
    thread = threading.Thread(target=held_by_another)
    thread.start()
    held.wait()
    refused = CliRunner().invoke(app, command).exception
    other = CliRunner().invoke(app, (*command[:-1], f"other{Path(command[-1]).suffix}")).exception
    asked.set()
    thread.join()
    assert isinstance(refused, OutputLocked)
    assert f"is writing {command[-1]}" in str(refused)
    assert isinstance(other, FileMissing)  # it goes on to its inputs
    assert not list(tmp_path.iterdir())


def record(folder: Path, host: str, age_s: float) -> None:
    folder.mkdir()
    path = folder / LOCK_FILE
    path.write_text(json.dumps({"pid": 1, "host": host, "since": "2026-01-01T00:00:00+00:00"}))
    os.utime(path, (time.time() - age_s, time.time() - age_s))


def test_another_computer_is_believed_as_long_as_it_gives_signs(tmp_path: Path) -> None:
    record(tmp_path / "alive", "elsewhere", 5)
    with pytest.raises(OutputLocked, match=r"process 1 on elsewhere.*heard of \d+ s ago"):
        prepare_folder_of(EXTRACTION, tmp_path / "alive")
    record(tmp_path / "dead", "elsewhere", 100)
    prepare_folder_of(EXTRACTION, tmp_path / "dead")
    record(tmp_path / "here", socket.gethostname(), 5)  # whose number may be another process's now
    prepare_folder_of(EXTRACTION, tmp_path / "here")


def test_a_run_gives_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output_lock, "SECONDS_BETWEEN_SIGNS", 0.05)
    with holding_outputs():
        prepare_folder_of(EXTRACTION, tmp_path / "out")
        path = tmp_path / "out" / LOCK_FILE
        os.utime(path, (0, 0))
        deadline = time.monotonic() + 20
        while path.stat().st_mtime < 1 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert path.stat().st_mtime > 1


def test_a_file_system_without_locks_is_no_reason_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fcntl = pytest.importorskip("fcntl")

    def none_here(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", none_here)
    prepare_folder_of(EXTRACTION, tmp_path / "out")
    record(tmp_path / "alive", "elsewhere", 5)
    record(tmp_path / "ours", socket.gethostname(), 5)
    record(tmp_path / "dead", socket.gethostname(), 100)
    for name in ("alive", "ours"):
        with pytest.raises(OutputLocked, match="a file system without locks, after 60 s"):
            prepare_folder_of(EXTRACTION, tmp_path / name)
    prepare_folder_of(EXTRACTION, tmp_path / "dead")


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b'{"pid": [1]}'])
def test_a_damaged_record_is_no_lock(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LOCK_FILE).write_bytes(content)
    prepare_folder_of(EXTRACTION, tmp_path)
    assert not (tmp_path / LOCK_FILE).exists()


def test_many_who_ask_at_once_never_hold_it_together(tmp_path: Path) -> None:
    inside, most, held = [0], [0], [0]
    guard = threading.Lock()

    def ask() -> None:
        for _ in range(15):
            try:
                with holding_outputs():
                    prepare_folder_of(EXTRACTION, tmp_path / "out")
                    with guard:
                        inside[0] += 1
                        held[0] += 1
                        most[0] = max(most[0], inside[0])
                    time.sleep(0.002)
                    with guard:
                        inside[0] -= 1
            except OutputLocked:
                time.sleep(0.001)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1
    assert held[0] > 0
