"""Tables of the FlatBuffers format, as CatBoost keeps its models in.

References
----------
https://flatbuffers.dev/internals: a table names the place of each field in a list that stands elsewhere; all is little-endian.
"""

from __future__ import annotations

import struct
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.built.unsound import Unsound


class FlatTable:
    """One table.

    Parameters
    ----------
    content : bytes
    at : int
        Where it begins.
    """

    def __init__(self, content: bytes, at: int) -> None:
        self.content, self.at = content, at
        self.fields = at - self._number("<i", at)
        self.end = self.fields + self._number("<H", self.fields)

    @classmethod
    def root(cls, content: bytes) -> Self:
        """Return the table that a buffer begins with."""
        return cls(content, _unpacked("<I", content, 0))

    def number(self, slot: int, kind: str, default: float) -> Any:
        """Return a number; ``slot`` counts the fields as the schema lists them."""
        place = self._place(slot)
        return default if place is None else self._number(kind, place)

    def table(self, slot: int) -> FlatTable:
        """Return a table that the field leads to."""
        place = self._place(slot)
        if place is None:
            raise Unsound("a CatBoost model without its trees")
        return FlatTable(self.content, place + self._number("<I", place))

    def tables(self, slot: int) -> list[FlatTable]:
        """Return the tables of a list."""
        places = self.array(slot, "<u4")
        first = self._first(slot)
        return [FlatTable(self.content, first + 4 * number + int(way)) for number, way in enumerate(places)]

    def array(self, slot: int, kind: str) -> npt.NDArray[Any]:
        """Return a list of numbers, or of records; an absent one has none."""
        dtype = np.dtype(kind)
        first = self._first(slot)
        count = 0 if first == 0 else self._number("<I", first - 4)
        if first + count * dtype.itemsize > len(self.content):
            raise Unsound("a CatBoost model that is cut off")
        return np.frombuffer(self.content, dtype=dtype, count=count, offset=first)

    def count(self, slot: int) -> int:
        """Return how many items a list has."""
        first = self._first(slot)
        return 0 if first == 0 else int(self._number("<I", first - 4))

    def _first(self, slot: int) -> int:
        place = self._place(slot)
        return 0 if place is None else place + int(self._number("<I", place)) + 4

    def _place(self, slot: int) -> int | None:
        where = self.fields + 4 + 2 * slot
        way = self._number("<H", where) if where + 2 <= self.end else 0
        return self.at + int(way) if way else None

    def _number(self, kind: str, at: int) -> Any:
        return _unpacked(kind, self.content, at)


def _unpacked(kind: str, content: bytes, at: int) -> Any:
    if not 0 <= at <= len(content) - struct.calcsize(kind):
        raise Unsound("a CatBoost model that is cut off")
    return struct.unpack_from(kind, content, at)[0]
