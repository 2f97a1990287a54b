"""Progress of workers: told by a file, and never worth a case."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from radiobone.core.progress import Progress
from radiobone.workflow import ticks
from radiobone.workflow.ticks import Ticks, relayed


class Recorded(Progress):
    """What was told."""

    def __init__(self) -> None:
        self.seen: list[str | int] = []

    def __call__(self, what: str) -> None:
        self.seen.append(what)

    def grow(self, n_more: int) -> None:
        self.seen.append(n_more)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticks, "SECONDS_BETWEEN_LOOKS", 0.01)


def test_what_is_told_is_passed_on() -> None:
    shown = Recorded()
    with relayed(shown) as tell:
        tell("p1/L1")
        tell.grow(2)
    assert shown.seen == ["p1/L1", 2]


@pytest.mark.parametrize("name", ["full", "gone/ticks"])
def test_a_tick_that_cannot_be_written_is_left_out(tmp_path: Path, name: str) -> None:
    path = Path("/dev/full") if name == "full" else tmp_path / name
    if name == "full" and not path.exists():
        pytest.skip("no device that is always full")
    tell = Ticks(path)
    tell("p1/L1")
    tell.grow(2)


def test_half_a_tick_is_left_out_and_the_next_are_told() -> None:
    shown = Recorded()
    with relayed(shown) as tell:
        assert isinstance(tell, Ticks)
        with tell.path.open("a", encoding="utf-8") as file:
            file.write('"p1/L')
        tell("p1/L2")
        tell("p1/L3")
    assert shown.seen == ["p1/L3"]


def test_without_a_temporary_folder_work_goes_on_in_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_kwargs: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tempfile, "mkdtemp", full)
    shown = Recorded()
    with relayed(shown) as tell:
        tell("p1/L1")
    assert shown.seen == []
