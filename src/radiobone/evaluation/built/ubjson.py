"""Universal Binary JSON as XGBoost writes it, read into plain data before XGBoost itself reads it.

References
----------
https://ubjson.org, draft 12: numbers are big-endian; an array may announce its length, and one type for all its items.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from radiobone.evaluation.built.unsound import Unsound

NUMBERS = {b"i": ">i1", b"U": ">u1", b"I": ">i2", b"l": ">i4", b"L": ">i8", b"d": ">f4", b"D": ">f8"}
WORDS = {b"Z": None, b"T": True, b"F": False}
DEEPEST = 64


def read_ubjson(content: bytes) -> Any:
    """Return what stands there: dicts, lists, arrays of one type, text, numbers.

    Raises
    ------
    Unsound
        If it is nothing that XGBoost writes: cut off, followed by more, a key twice, nested deeply, or of other types.
    """
    reader = _Reader(content)
    found = reader.value(0)
    if reader.at != len(content):
        raise Unsound("trees of XGBoost with something behind them")
    return found


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def value(self, depth: int) -> Any:
        mark = self.take(1)
        if depth > DEEPEST:
            raise Unsound("trees of XGBoost that are nested too deeply")
        if mark in WORDS:
            return WORDS[mark]
        if mark in NUMBERS:
            return self.numbers(NUMBERS[mark], 1)[0].item()
        if mark == b"S":
            return self.text()
        if mark == b"{":
            return self.mapping(depth)
        if mark == b"[":
            return self.array(depth)
        raise Unsound("trees of XGBoost that cannot be read")

    def mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self.ends(b"}"):
            key = self.text()
            if key in found:
                raise Unsound(f"trees of XGBoost with '{key[:40]}' twice")
            found[key] = self.value(depth + 1)
        return found

    def array(self, depth: int) -> Any:
        if self.ends(b"$"):
            mark = self.take(1)
            if mark not in NUMBERS or not self.ends(b"#"):
                raise Unsound("trees of XGBoost that cannot be read")
            return self.numbers(NUMBERS[mark], self.length())
        if self.ends(b"#"):
            return [self.value(depth + 1) for _ in range(self.length())]
        found = []
        while not self.ends(b"]"):
            found.append(self.value(depth + 1))
        return found

    def text(self) -> str:
        return self.take(self.length()).decode("utf-8", "surrogateescape")

    def length(self) -> int:
        if self.take(1) != b"L":
            raise Unsound("trees of XGBoost that cannot be read")
        (found,) = struct.unpack(">q", self.take(8))
        return int(found)

    def numbers(self, kind: str, count: int) -> Any:
        if not 0 <= count <= len(self.content):
            raise Unsound("trees of XGBoost that are cut off")
        dtype = np.dtype(kind)
        return np.frombuffer(self.take(count * dtype.itemsize), dtype=dtype)

    def ends(self, mark: bytes) -> bool:
        """Step over a mark, if it comes next."""
        if self.content[self.at : self.at + 1] != mark:
            return False
        self.at += 1
        return True

    def take(self, count: int) -> bytes:
        if not 0 <= count <= len(self.content) - self.at:
            raise Unsound("trees of XGBoost that are cut off")
        self.at += count
        return self.content[self.at - count : self.at]
