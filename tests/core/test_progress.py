"""Progress in lines: soon, not too often, and right when the work grows."""

from __future__ import annotations

import pytest

from radiobone.core import progress as module
from radiobone.core.progress import progress


class Clock:
    """A clock that is set by hand."""

    now_s = 0.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    hands = Clock()
    monkeypatch.setattr(module, "time", hands)
    return hands


def test_lines_come_soon_and_thin_out(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Work", 2000) as advance:
        for _ in range(1999):
            clock.now_s += 4
            advance("piece")
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "Work: 2/2000, 8 s, 15/min, about 7992 s left"
    assert 30 < len(lines) < 120


def test_a_slow_start_does_not_count_in_the_time_left(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("Work", 1000) as advance:
        clock.now_s += 60  # processes start, code is compiled
        for _ in range(20):
            clock.now_s += 1
            advance("piece")
    last = capsys.readouterr().err.splitlines()[-1]
    n_done = int(last.removeprefix("Work: ").split("/")[0])
    assert n_done > 10
    assert last.endswith(f"about {1000 - n_done} s left")


def test_work_that_grows_is_counted_whole(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Work", 1) as advance:
        advance.grow(2)
        for _ in range(3):
            advance("piece")
    assert capsys.readouterr().err == "Work: 3/3, 0 s, about 0 s left\n"


def test_silence_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Work", 1, show=False) as advance:
        advance.grow(1)
        advance("piece")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("each_s", "rate"), [(0.01, "100/s"), (1.0, "1/s"), (4.0, "15/min"), (720.0, "5/h"), (7200.0, "2 h each")]
)
def test_the_rate_is_in_a_unit_that_says_something(
    clock: Clock, capsys: pytest.CaptureFixture[str], each_s: float, rate: str
) -> None:
    with progress("Work", 1000) as advance:
        for _ in range(1000):
            clock.now_s += each_s
            advance("piece")
    assert f"Work: 1000/1000, {1000 * each_s:.0f} s, {rate}, about 0 s left" in capsys.readouterr().err
