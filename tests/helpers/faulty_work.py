"""Work that ends its process in the ways that systems and defects do; every start is noted in a file."""

from __future__ import annotations

import ctypes
import os
import signal
import time
from pathlib import Path

MOST_BYTES = 3 << 30


class NeedsTwo(Exception):
    """An error that is not made from its message."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


def end(how: str) -> None:
    """End this process, or let it hang or grow."""
    if how == "exit":
        os._exit(3)
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "segv":
        ctypes.string_at(0)
    if how == "abort":
        os.abort()
    if how == "sleep":
        time.sleep(300)
    if how == "grow":
        held = []
        while len(held) << 26 < MOST_BYTES:  # a test that fails must not take the machine with it
            held.append(bytearray(os.urandom(1 << 10) * (1 << 16)))
            time.sleep(0.01)
        time.sleep(300)


def work(piece: tuple[str, str]) -> str:
    """Do what the piece's name says."""
    name, folder = piece
    log = Path(folder) / name
    before = log.exists()
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{os.getpid()} {time.monotonic_ns()}\n")
    how = name.split("-")[0]
    if how == "once" and not before:
        end("kill")
    if how == "wrong":
        raise KeyError(name)
    if how == "two":
        raise NeedsTwo("a", "b")
    if how == "slow":
        time.sleep(0.5)
    end(how)
    return f"done {name}"


def died(piece: tuple[str, str]) -> str:
    """Say that a piece is lost."""
    return f"died {piece[0]}"


class EndsWhenRead:
    """A piece that ends whatever process reads it."""

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (3,)


class CutOff:
    """An answer that cannot be read, as one of which only the beginning came."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return int, ("cut off",)


def cut_answer(_: int) -> CutOff:
    """Answer with something that cannot be read."""
    return CutOff()


def content_of(path: str) -> str:
    """Read a file."""
    return Path(path).read_text(encoding="utf-8")
